// Files of profiles are regular files. A pipe can be read once, and by one program: it would hang, or
// be empty for the next one that asks; and nothing can be written back into it.

import type { FileSystem } from '../base/files/file-system.ts';
import { readWholeFile } from '../base/files/whole-file.ts';
import type { Setting } from '../base/settings-words.ts';
import { isMissing, isNoFile, notRegular, unreadable, whyNotRegular } from './not-regular.ts';

/**
 * The bytes, or undefined when there is no file. `namedBy` is how the path was named, if not as files of
 * profiles are. Throws `credentials-file`.
 */
export async function readFileBytes(
  fs: FileSystem,
  path: string,
  namedBy?: Setting,
): Promise<Buffer | undefined> {
  if (isNoFile(path)) return Buffer.alloc(0);
  let reason: string | undefined;
  try {
    reason = whyNotRegular(await fs.stat(path));
    if (reason === undefined) return await readWholeFile(fs, path);
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw unreadable(path, thrown);
  }
  throw notRegular(path, reason, namedBy);
}

/**
 * For whoever only reads profiles, with the SDK's own loader: it would wait for the writer of a pipe. What
 * else cannot be read it takes for no file, as the AWS CLI does. Throws `credentials-file`.
 */
export async function refuseEndless(fs: FileSystem, path: string): Promise<void> {
  if (isNoFile(path)) return;
  const info = await fs.stat(path).catch(() => undefined);
  if (info === undefined || info.kind === 'directory') return;
  const reason = whyNotRegular(info);
  if (reason !== undefined) throw notRegular(path, reason);
}
