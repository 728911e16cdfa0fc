// Writing into the file itself, where no other file can take its name: Docker and Kubernetes mount
// single files. A death in the middle may leave a part; the backup, which is on the disk by then, has
// the old content.

import type { FileSystem } from '../base/files/file-system.ts';
import { readWholeFile, writeFully } from '../base/files/whole-file.ts';
import { failure, reasonOf, unsure } from './failures.ts';
import type { Contents, SaveOptions } from './saving.ts';
import { discard } from './temporary.ts';

/** Throws `credentials-file`; the old content is put back as far as that can be done. */
export async function overwrite({ fs, path }: SaveOptions, contents: Contents): Promise<void> {
  const { target, before, after, backup, inPlace } = contents;
  try {
    await writeOver(fs, target, after);
  } catch (thrown) {
    if ((await contentOf(fs, target))?.equals(after)) return;
    await writeOver(fs, target, before).catch(() => {});
    if ((await contentOf(fs, target))?.equals(before) !== true) {
      const reason = `writing it in place failed: ${reasonOf(thrown)}`;
      throw unsure(path, reason, { backup, inPlace, cause: thrown });
    }
    if (backup !== undefined) await discard(fs, backup);
    throw failure(path, reasonOf(thrown), { cause: thrown });
  }
}

/**
 * One write where the system takes it at once. A shorter content is followed by empty lines up to the
 * old length, so that no reader meets the end of the old content behind it.
 */
async function writeOver(fs: FileSystem, target: string, bytes: Buffer): Promise<void> {
  const { sizeBytes } = await fs.stat(target);
  const file = await fs.open(target, 'overwrite');
  try {
    const rest = Math.max(0, sizeBytes - bytes.length);
    await writeFully(file, Buffer.concat([bytes, Buffer.alloc(rest, '\n')]), target);
    await file.truncate(bytes.length);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function contentOf(fs: FileSystem, target: string): Promise<Buffer | undefined> {
  return await readWholeFile(fs, target).catch(() => undefined);
}
