// A file that a command writes where the person said: whole or not at all, and in the place of nothing but an older
// one of its kind.

import { lstat, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KeyturnError } from '../base/errors.ts';
import { systemReason } from '../base/files/file-system.ts';
import { temporaryPathBeside } from '../base/files/whole-file.ts';
import type { Hint } from '../base/hint.ts';

/** What a command writes. */
export interface OutputKind {
  /** One word, for messages. */
  readonly noun: string;
  /** What such a file begins with, whatever its version. */
  readonly beginning: RegExp;
  /** What to do where no file can be written. */
  readonly otherwise: Hint;
  /** Whether whoever may read the older file may read the new one: else its owner alone. */
  readonly keepsMode?: boolean;
}

const BEGINNING_BYTES = 1_000;
const OWNER_ALONE = 0o600;

/**
 * Whether such a file may be put there, asked before AWS is: it takes the place of what has its name, and that may
 * be nothing but an older one. Throws `output-file` and `file-exists`.
 */
export async function assertFits(path: string, kind: OutputKind): Promise<void> {
  await modeFor(path, kind);
}

async function modeFor(path: string, kind: OutputKind): Promise<number> {
  try {
    const folder = await stat(dirname(path));
    if (!folder.isDirectory()) throw noFile(path, `${dirname(path)} is no folder`, kind);
    const there = await lstat(path).catch((thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOENT') return undefined;
      throw thrown;
    });
    if (there === undefined) return OWNER_ALONE;
    // A device would be gone for everybody, and a link may lead anywhere.
    if (there.isSymbolicLink()) throw noFile(path, 'it is a symbolic link', kind);
    if (!there.isFile()) throw noFile(path, 'it is no regular file', kind);
    if (there.size > 0 && !kind.beginning.test(await beginningOf(path))) throw taken(path, kind);
    return there.size > 0 && kind.keepsMode === true ? there.mode & 0o777 : OWNER_ALONE;
  } catch (thrown) {
    if (thrown instanceof KeyturnError) throw thrown;
    throw noFile(path, systemReason(thrown), kind);
  }
}

async function beginningOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING_BYTES));
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Throws `output-file` and `file-exists`. */
export async function writeOutput(path: string, text: string, kind: OutputKind): Promise<void> {
  const mode = await modeFor(path, kind);
  const temporary = temporaryPathBeside(path);
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      // The mask of the process may have taken rights that the older file gave.
      await file.chmod(mode);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw noFile(path, systemReason(thrown), kind);
  }
}

function noFile(path: string, why: string, { otherwise: hint }: OutputKind): KeyturnError {
  return new KeyturnError('output-file', `${path} cannot be written: ${why}`, { hint });
}

function taken(path: string, { noun }: OutputKind): KeyturnError {
  return new KeyturnError('file-exists', `${path} is there already, and is no ${noun}`, {
    hint: `name another file with -o: a ${noun} takes the place of nothing but an older ${noun}`,
  });
}
