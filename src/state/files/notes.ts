// What the parts of a run said when they were over: `note-PART.json`, which the next run writes over.

import { join } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { errnoOf, type FileSystem, systemReason } from '../../base/files/file-system.ts';
import { readWholeFile, replaceWholeFile } from '../../base/files/whole-file.ts';
import { demandPart, isPart } from '../note-part.ts';
import type { Note, Notes } from '../state-store.ts';

const NAME = /^note-(.+)\.json$/;

export interface FileNotesParts {
  /** The folder of the account. */
  readonly directory: string;
  readonly fs: FileSystem;
  readonly run: string;
  /** Throws where the account was opened for reading only. */
  readonly demandWritable: () => void;
}

export function fileNotes({ directory, fs, run, demandWritable }: FileNotesParts): Notes {
  return {
    leave: async (part, text) => {
      demandWritable();
      const path = join(directory, `note-${demandPart(part)}.json`);
      try {
        await replaceWholeFile(fs, path, `${JSON.stringify({ run, text })}\n`);
      } catch (error) {
        throw failed(path, 'written', error);
      }
    },
    of: async (asked) => {
      const notes: Note[] = [];
      for (const part of await partsIn(fs, directory)) {
        const path = join(directory, `note-${part}.json`);
        const text = await textIn(fs, path, asked);
        if (text !== undefined) notes.push({ part, text });
      }
      return notes;
    },
  };
}

async function partsIn(fs: FileSystem, directory: string): Promise<readonly string[]> {
  try {
    const names = await fs.list(directory);
    return names
      .flatMap((name) => NAME.exec(name)?.[1] ?? [])
      .filter(isPart)
      .toSorted();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw failed(directory, 'read', error);
  }
}

/** Undefined where it is another run's. */
async function textIn(fs: FileSystem, path: string, asked: string): Promise<string | undefined> {
  try {
    const bytes = await readWholeFile(fs, path);
    const { run, text } = JSON.parse(bytes?.toString('utf8') ?? '{}');
    return run === asked && typeof text === 'string' ? text : undefined;
  } catch (error) {
    throw failed(path, 'read', error);
  }
}

function failed(path: string, what: 'read' | 'written', error: unknown): KeyturnError {
  if (error instanceof KeyturnError) return error;
  return new KeyturnError('state-dir', `${path} cannot be ${what}: ${systemReason(error)}`, {
    cause: error,
    hint: 'repair the state directory, then run again',
  });
}
