// Files that hold one token: of a web identity, or of a container.

import { readFile, stat } from 'node:fs/promises';
import { KeyturnError } from '../base/errors.ts';

/**
 * The token in the file. One that an editor or `echo` wrote ends in a newline, which is no part of it. `variable`
 * is what names the file. Throws `no-credentials`.
 */
export async function readToken(path: string, variable: string): Promise<string> {
  let token: string;
  try {
    // A pipe would be waited for until somebody writes into it.
    if (!(await stat(path)).isFile()) throw notRegular(path, variable);
    token = (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    if (cause instanceof KeyturnError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new KeyturnError(
      'no-credentials',
      `${variable} names ${path}, which cannot be read (${code})`,
      { cause, hint: 'check the path, and who may read the file' },
    );
  }
  if (token !== '') return token;
  throw new KeyturnError('no-credentials', `${variable} names ${path}, which is empty`, {
    hint: 'whatever writes the token has not done so yet, or the path is another one',
  });
}

function notRegular(path: string, variable: string): KeyturnError {
  return new KeyturnError(
    'no-credentials',
    `${variable} names ${path}, which is not a regular file`,
    { hint: 'name the file that holds the token' },
  );
}
