// Half-written files. They hold every secret of the file that they are to replace, so whoever holds
// the lock removes what a dead process left. Their names carry the name of the file that they belong
// to: the lock is one of that file, and beside it others may be written at this moment.

import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { errnoOf, type FileSystem } from '../base/files/file-system.ts';

/** A new name beside the file that will be made of it. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `${prefixFor(path)}${randomBytes(8).toString('hex')}`);
}

/** Call it only under the lock of the file: then no living keyctl writes it. */
export async function sweepTemporaries(fs: FileSystem, path: string): Promise<void> {
  const names = await fs.list(dirname(path)).catch(() => []);
  for (const name of names) {
    if (name.startsWith(prefixFor(path))) await discard(fs, join(dirname(path), name));
  }
}

/** Removes a file with secrets; tries once more, because a leftover is worse than a wasted call. */
export async function discard(fs: FileSystem, path: string): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      await fs.remove(path);
      return;
    } catch (thrown) {
      // What stays all the same is swept by the next save.
      if (errnoOf(thrown) === 'ENOENT') return;
    }
  }
}

function prefixFor(path: string): string {
  return `.${basename(path)}.keyturn-tmp-`;
}
