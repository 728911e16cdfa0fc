// Backups, named as documented: credentials.backup.YYYYMMDD_HHMMSS, in local time. A backup has its
// name only when it is whole, and never takes the name of another.

import { basename, dirname } from 'node:path';
import { KeyturnError } from '../base/errors.ts';
import { errnoOf, type FileSystem } from '../base/files/file-system.ts';
import { writeFully } from '../base/files/whole-file.ts';
import { discard, temporaryPath } from './temporary.ts';

const PER_SECOND_MAX = 50;
/** What link() answers on file systems that have no hard links. */
const LINK_UNSUPPORTED = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** Candidates in order; the later ones are for backups made within one second. */
export function* backupPaths(path: string, now: Date): Generator<string> {
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()];
  const digits = (parts: number[]) => parts.map((part) => String(part).padStart(2, '0')).join('');
  const name = `${path}.backup.${digits(date)}_${digits(time)}`;
  yield name;
  for (let count = 2; count <= PER_SECOND_MAX; count += 1) yield `${name}_${count}`;
}

/** Resolves with the path when name and content are on the disk. Readable by the owner only. */
export async function writeBackup(
  fs: FileSystem,
  path: string,
  bytes: Buffer,
  now: Date,
): Promise<string> {
  const temporary = temporaryPath(path);
  try {
    await writeNewFile(fs, temporary, bytes);
    const backup = await nameBackup(fs, path, temporary, bytes, now);
    await fs.syncDirectory(dirname(backup));
    return backup;
  } finally {
    await discard(fs, temporary);
  }
}

/** link() takes no name that is taken already: another backup is never overwritten. */
async function nameBackup(
  fs: FileSystem,
  path: string,
  temporary: string,
  bytes: Buffer,
  now: Date,
): Promise<string> {
  for (const candidate of backupPaths(path, now)) {
    try {
      await fs.link(temporary, candidate).catch(async (thrown: unknown) => {
        if (!LINK_UNSUPPORTED.includes(errnoOf(thrown) ?? '')) throw thrown;
        await writeNewFile(fs, candidate, bytes);
      });
      return candidate;
    } catch (thrown) {
      if (errnoOf(thrown) !== 'EEXIST') throw thrown;
    }
  }
  throw new KeyturnError(
    'credentials-file',
    `${path} cannot be written: too many backups of this second lie beside ${basename(path)}`,
    { hint: 'the file is as it was; wait a second, then run again' },
  );
}

/** With mode 0600 from birth, and on the disk when it resolves; gone when it rejects. */
async function writeNewFile(fs: FileSystem, path: string, bytes: Buffer): Promise<void> {
  const file = await fs.open(path, 'create');
  try {
    try {
      await writeFully(file, bytes, path);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (thrown) {
    await discard(fs, path);
    throw thrown;
  }
}
