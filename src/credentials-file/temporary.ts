// Half-written files. They hold every secret of the file that they are to replace, so whoever holds
// the lock removes what a dead process left.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { FileSystem } from '../base/files/file-system.ts';
import { removeQuietly } from '../base/files/whole-file.ts';

const PREFIX = '.keyturn-tmp-';

export function temporaryPath(folder: string): string {
  return join(folder, `${PREFIX}${randomBytes(8).toString('hex')}`);
}

/** Call it only under the lock: then no living keyctl writes here. */
export async function sweepTemporaries(fs: FileSystem, folder: string): Promise<void> {
  const names = await fs.list(folder).catch(() => []);
  for (const name of names) {
    if (name.startsWith(PREFIX)) await removeQuietly(fs, join(folder, name));
  }
}
