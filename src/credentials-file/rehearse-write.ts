// Whether a later save can work, found out in the way in which it will be done: before a key is made,
// and in a dry run as well.

import { dirname, resolve } from 'node:path';
import {
  errnoOf,
  type FileInfo,
  type FileSystem,
  systemReason,
} from '../base/files/file-system.ts';
import { writeFully } from '../base/files/whole-file.ts';
import { command } from '../base/hint.ts';
import { failure, reasonOf } from './failures.ts';
import { notRegular, whyNotRegular } from './not-regular.ts';
import type { SaveOptions } from './saving.ts';
import { discard, temporaryPath } from './temporary.ts';

/** The file must not only fit: other programs write to the disk in the meantime too. */
const SPARE_BYTES = 4096;

/** Who may do what with a file. */
export type Access = Pick<FileInfo, 'mode' | 'ownerId' | 'groupId'>;

/** `rename`: a new file takes the name at once. `in-place`: where none can, in a mount point. */
export type WriteWay = 'rename' | 'in-place';

/** A file that can be written, as far as looking at it tells. */
export interface WritableFile {
  readonly way: WriteWay;
  readonly info: FileInfo;
}

/**
 * Proves that a later save can work, by files beside it that take as much room as the new content and
 * the backup, and that are renamed and removed again. Throws `credentials-file`.
 */
export async function checkWritable(options: SaveOptions): Promise<WritableFile> {
  const { fs, path } = options;
  const target = await targetOf(fs, path);
  return await options.lock(target, async () => {
    const file = await inspectTarget(options, target);
    const { way, info } = file;
    const sizeBytes = 2 * info.sizeBytes + SPARE_BYTES;
    if (way === 'in-place') {
      const free = await fs.freeBytes(target).catch(() => sizeBytes);
      if (free < sizeBytes) throw failure(path, `no space is left on its disk (${free} bytes)`);
    } else {
      await rehearseBeside(target, { path, fs, sizeBytes, like: info });
    }
    // The backup is made beside the name by which the file was called.
    const beside = resolve(path);
    if (way === 'in-place' || beside !== target) {
      await rehearseBeside(beside, { path, fs, sizeBytes, like: undefined });
    }
    return file;
  });
}

/** Looks at a file that is to be written. Throws `credentials-file`. */
export async function inspectTarget(
  { fs, path, namedBy }: SaveOptions,
  target: string,
): Promise<WritableFile> {
  let info: FileInfo;
  try {
    info = await fs.stat(target);
  } catch (thrown) {
    throw failure(path, systemReason(thrown), { cause: thrown });
  }
  const reason = whyNotRegular(info);
  if (reason !== undefined) throw notRegular(path, reason, namedBy);
  const way = (await isMounted(fs, target)) ? 'in-place' : 'rename';
  // A new file under this name would part it from the others.
  if (way === 'rename' && info.linkCount > 1) {
    const hint =
      'the file is as it was; under its other names the old pair would stay: make them symbolic links to this one';
    throw failure(path, `it has ${info.linkCount} names (hard links)`, { hint });
  }
  await refuseSealed(fs, path, { target, way });
  return { way, info };
}

/** What cannot be found out is found out by the write. */
async function isMounted(fs: FileSystem, target: string): Promise<boolean> {
  return await fs.isMountPoint(target).catch(() => false);
}

/** Immutable and append-only files, and folders in which no name may change. */
async function refuseSealed(
  fs: FileSystem,
  path: string,
  { target, way }: { readonly target: string; readonly way: WriteWay },
): Promise<void> {
  const closed = await failureOf(async () => await (await fs.open(target, 'overwrite')).close());
  if (errnoOf(closed) === 'EPERM') {
    const reason =
      'it is immutable or append-only, so that the system lets nobody change it (EPERM)';
    const mend = [
      'the file is as it was; take that from it:',
      process.platform === 'linux'
        ? command('sudo', 'chattr', '-i', '-a', target)
        : command('sudo', 'chflags', 'nouchg,noschg,nouappnd,nosappnd', target),
    ];
    throw failure(path, reason, { cause: closed, hint: mend });
  }
  // A file that its owner may not write can be replaced all the same: the folder decides.
  if (way === 'in-place') {
    if (closed === undefined) return;
    throw failure(path, `something is mounted on it, and there ${inPlaceReason(closed)}`, {
      cause: closed,
    });
  }
  const kept = await failureOf(() => fs.checkReplaceable(target));
  if (kept === undefined) return;
  const reason = `${dirname(target)} lets no other file take its place: ${systemReason(kept)}`;
  throw failure(path, reason, { cause: kept });
}

function inPlaceReason(thrown: unknown): string {
  return errnoOf(thrown) === 'EROFS' ? 'it is mounted read-only (EROFS)' : systemReason(thrown);
}

async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}

interface Rehearsal extends Pick<SaveOptions, 'path' | 'fs'> {
  readonly sizeBytes: number;
  /** Whose access the new file gets; a backup is its owner's alone. */
  readonly like: Access | undefined;
}

/** Creates, renames and removes a file as the save will; nothing of it stays. */
export async function rehearseBeside(beside: string, rehearsal: Rehearsal): Promise<void> {
  const { path, fs, sizeBytes, like } = rehearsal;
  const folder = dirname(beside);
  const [probe, renamed] = [temporaryPath(beside), temporaryPath(beside)];
  try {
    await writeNew(fs, probe, { bytes: Buffer.alloc(sizeBytes), like });
    await fs.rename(probe, renamed);
    await fs.syncDirectory(folder);
  } catch (thrown) {
    const isAway = like !== undefined && like.ownerId !== ownId() && errnoOf(thrown) === 'EPERM';
    const whose = isAway ? `; it belongs to another user (uid ${like.ownerId})` : '';
    const reason = `${folder} takes no such file: ${reasonOf(thrown)}${whose}`;
    throw failure(path, reason, { cause: thrown });
  } finally {
    await discard(fs, probe);
    await discard(fs, renamed);
  }
}

function ownId(): number | undefined {
  return process.geteuid?.();
}

/** With the access of another file, if one is named; 0600 from birth until it is complete. */
export async function writeNew(
  fs: FileSystem,
  path: string,
  { bytes, like }: { readonly bytes: Buffer; readonly like: Access | undefined },
): Promise<void> {
  const file = await fs.open(path, 'create');
  try {
    await writeFully(file, bytes, path);
    // Only now: while it has no access bits but the owner's, nobody else can open it.
    if (like !== undefined) await file.setAccess(like);
    await file.sync();
  } finally {
    await file.close();
  }
}

const LINK_REASONS: Readonly<Record<string, string>> = {
  ELOOP: 'its symbolic links lead in a circle',
  ENOENT: 'it does not exist, or is a symbolic link that leads nowhere',
};

/** The file that a name stands for: rename() over a symbolic link would replace the link. */
/** The path behind all links; the path itself where that cannot be told, as of a file that is not there. */
export async function truePath(fs: FileSystem, path: string): Promise<string> {
  return await fs.realPath(path).catch(() => path);
}

export async function targetOf(fs: FileSystem, path: string): Promise<string> {
  try {
    // By the system: a relative link in a folder that is a link itself counts from the real folder.
    return await fs.realPath(path);
  } catch (thrown) {
    const reason = LINK_REASONS[errnoOf(thrown) ?? ''] ?? systemReason(thrown);
    throw failure(path, reason, { cause: thrown, verb: 'read' });
  }
}
