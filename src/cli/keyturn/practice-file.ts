// The credentials file of `keyturn sandbox --credentials-file`. It never takes the place of a file that a
// sandbox has not made: whoever names ~/.aws/credentials by mistake keeps it.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';

export interface PracticeFile {
  readonly path: string;
  /** Its profiles. */
  readonly text: string;
}

/** By it a file is known as one that may be written anew. */
const FIRST_LINE = '# Made by keyturn sandbox: keys of a practice account.';
const HEAD = `${FIRST_LINE}\n# They work nowhere else, and not after it has stopped.\n\n`;

/** Throws `bad-value` for a file that is somebody's, and for a path that takes none. */
export function refuseTaken(path: string): void {
  const found = textAt(path);
  if (found === undefined || found.startsWith(FIRST_LINE)) return;
  throw new KeyturnError('bad-value', `--credentials-file ${path} is there already`, {
    hint: ['a sandbox writes over nothing but the file of another one; name a new one:', example()],
  });
}

/** 0600, and created by this very call. */
export function writePracticeFile(file: PracticeFile): void {
  refuseTaken(file.path);
  try {
    rmSync(file.path, { force: true });
    writeFileSync(file.path, `${HEAD}${file.text}`, { mode: 0o600, flag: 'wx' });
  } catch (thrown) {
    throw unwritable(file.path, thrown);
  }
}

/** The keys in it are worth nothing now. What somebody else has put in its place stays. */
export function removePracticeFile({ path }: PracticeFile): void {
  try {
    if (textAt(path)?.startsWith(FIRST_LINE)) rmSync(path, { force: true });
  } catch {
    // Its folder is gone or closed by now.
  }
}

function textAt(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unwritable(path, thrown);
  }
}

function unwritable(path: string, thrown: unknown): KeyturnError {
  const { code = 'unknown' } = thrown as NodeJS.ErrnoException;
  return new KeyturnError('bad-value', `--credentials-file ${path} cannot be written: ${code}`, {
    cause: thrown,
    hint: ['name a file in a folder of yours:', example()],
  });
}

function example() {
  return command('keyturn', 'sandbox', '--credentials-file', 'practice-credentials');
}
