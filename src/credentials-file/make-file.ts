// A file of profiles that does not exist yet: whether it could be made, and making it. It is its owner's
// alone from birth, empty, and never takes the place of another one.

import { basename, dirname, join } from 'node:path';
import { errnoOf, systemReason } from '../base/files/file-system.ts';
import { command } from '../base/hint.ts';
import { failure } from './failures.ts';
import { type Access, rehearseBeside, writeNew } from './rehearse-write.ts';
import type { SaveOptions } from './saving.ts';

/** More than any file of profiles that begins with one of them takes. */
const ROOM_BYTES = 8192;
const OWNERS_ALONE = 0o600;

/** Proves that the file can be made, by one beside it that goes again. Throws `credentials-file`. */
export async function checkMakeable(options: SaveOptions): Promise<void> {
  const { fs, path } = options;
  const { target, like } = await newTarget(options);
  await options.lock(target, () =>
    rehearseBeside(target, { path, fs, sizeBytes: ROOM_BYTES, like }),
  );
}

/** Makes the empty file, unless somebody else has made it by now. Throws `credentials-file`. */
export async function makeFile(options: SaveOptions): Promise<void> {
  const { fs, path } = options;
  const { target, like } = await newTarget(options);
  await options.lock(target, async () => {
    try {
      await writeNew(fs, target, { bytes: Buffer.alloc(0), like });
      await fs.syncDirectory(dirname(target));
    } catch (thrown) {
      if (errnoOf(thrown) === 'EEXIST') return;
      throw failure(path, systemReason(thrown), { cause: thrown });
    }
  });
}

interface NewTarget {
  readonly target: string;
  /** Undefined where the file is simply ours. */
  readonly like: Access | undefined;
}

async function newTarget({ fs, path }: SaveOptions): Promise<NewTarget> {
  if ((await fs.linkTarget(path).catch(() => undefined)) !== undefined) {
    const hint = 'take the link away, or make the file that it leads to';
    throw failure(path, 'it is a symbolic link that leads nowhere', { hint });
  }
  const folder = dirname(path);
  try {
    const info = await fs.stat(folder);
    const target = join(await fs.realPath(folder), basename(path));
    // What root makes in the folder of a user is for the tools of that user.
    const isForOwner = process.geteuid?.() === 0 && info.ownerId !== 0;
    return { target, like: isForOwner ? { ...info, mode: OWNERS_ALONE } : undefined };
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw failure(path, systemReason(thrown), { cause: thrown });
    const hint = ['make it first:', command('mkdir', '-p', '-m', '700', folder)];
    throw failure(path, `there is no folder ${folder}`, { cause: thrown, hint });
  }
}
