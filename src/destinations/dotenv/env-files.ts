// The .env files below a folder. Links to folders are not followed, so there is no way in a circle or out of it.

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { systemReason } from '../../base/files/file-system.ts';

export interface FoundFile {
  readonly path: string;
  /** Why a folder could not be read. */
  readonly error?: KeyturnError;
}

const FOLDERS_MAX = 20_000;
/** Copies of what others publish. */
const SKIPPED: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/** Throws `bad-value` where the path itself cannot be read. */
export async function* envFilesBelow(root: string): AsyncGenerator<FoundFile> {
  const info = await lstat(root).catch((thrown: unknown) => {
    throw unreadable(root, thrown);
  });
  if (!info.isDirectory()) {
    yield { path: root };
    return;
  }
  const folders = [root];
  for (let index = 0; index < folders.length; index += 1) {
    if (index >= FOLDERS_MAX) throw tooMany(root);
    const folder = folders[index] ?? root;
    try {
      const entries = await readdir(folder, { withFileTypes: true });
      for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) {
          if (!SKIPPED.has(entry.name)) folders.push(path);
        } else if (isEnvFile(entry.name)) yield { path };
      }
    } catch (thrown) {
      if (folder === root) throw unreadable(root, thrown);
      yield { path: folder, error: unreadable(folder, thrown) };
    }
  }
}

function isEnvFile(name: string): boolean {
  return /^\.env(?:\.[\w.-]+)?$/.test(name) || name.endsWith('.env');
}

function unreadable(path: string, thrown: unknown): KeyturnError {
  if (thrown instanceof KeyturnError) return thrown;
  return new KeyturnError('place-failed', `${path} cannot be read: ${systemReason(thrown)}`, {
    hint: 'check the path, and who may read it',
  });
}

function tooMany(root: string): KeyturnError {
  return new KeyturnError('place-failed', `${root} has more than ${FOLDERS_MAX} folders`, {
    hint: 'name a folder further down',
  });
}
