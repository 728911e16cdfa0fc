// The directory that holds what keyturn must not lose. It is checked before the first change in
// AWS: whoever can write here can forge what we remember, and a disk that takes no write would lose
// the first secret.

import { dirname, join } from 'node:path';
import { type Clock, MS_PER_DAY, machineClock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import {
  errnoOf,
  type FileInfo,
  type FileSystem,
  systemReason,
} from '../../base/files/file-system.ts';
import {
  isTemporaryName,
  removeQuietly,
  temporaryPathBeside,
  writeFully,
} from '../../base/files/whole-file.ts';
import { demandAccountId } from '../account-id.ts';
import { CONDEMNED } from './custody.ts';
import {
  examineDirectory,
  examineFile,
  examineParents,
  type OwnedDisk,
  refuseForeign,
  refuseLink,
  refuseOpen,
  unusable,
} from './trust.ts';

export interface StateFolders {
  /** `<stateDir>/<account>` */
  readonly account: string;
  readonly claims: string;
  readonly handoff: string;
}

/** A directory of all accounts, and the disk that it is on. */
export interface StateRoot extends OwnedDisk {
  readonly stateDir: string;
}

export interface StateDirOptions extends StateRoot {
  /** Twelve digits. */
  readonly account: string;
  readonly clock: Clock;
}

export const JOURNAL = 'journal.jsonl';
export const SIGHTINGS = 'sightings.json';
export const TRAIL = 'trail.jsonl';

/** What others may not do with a folder of records. */
const NO_WRITING = 0o022;
/**
 * Nor with the one of secrets. With the folder closed to others, a file whose mode somebody loosened is
 * still out of reach, so reading such a file need not be refused and no secret is stranded.
 */
const NO_ACCESS = 0o077;

/**
 * Makes the directories of an account where they are missing (0700) and proves that they can be
 * trusted and written. Throws `state-dir`, or `bad-value` for something that is not an account ID.
 */
export async function prepareStateDir(options: StateDirOptions): Promise<StateFolders> {
  const { stateDir, account, fs, clock } = options;
  const folders = stateFolders(stateDir, account);
  // Nothing is made in a place that cannot be trusted; and a dry run is told the same (I12).
  await examineStateDir(options);
  await makeAndProve(fs, stateDir, NO_WRITING);
  for (const [folder, forbidden] of permissionsOf(folders)) {
    await refuseLink(fs, folder);
    await makeAndProve(fs, folder, forbidden);
  }
  for (const folder of Object.values(folders)) await sweep(fs, clock, folder);
  return folders;
}

/** Makes the directory of all accounts if it is missing, and proves it. Throws `state-dir`. */
export async function prepareStateRoot(root: StateRoot): Promise<void> {
  await examineStateRoot(root);
  await makeAndProve(root.fs, root.stateDir, NO_WRITING);
}

/**
 * Proves by reads alone that nobody else could have written what the account's directories hold, as far
 * as they exist. Throws `state-dir`, or `bad-value` for something that is not an account ID.
 */
export async function examineStateDir(
  options: StateRoot & Pick<StateDirOptions, 'account'>,
): Promise<void> {
  const folders = stateFolders(options.stateDir, options.account);
  await examineStateRoot(options);
  for (const [folder, forbidden] of permissionsOf(folders)) {
    await refuseLink(options.fs, folder);
    const info = await examineDirectory(options, folder, forbidden);
    if (info === undefined || folder !== folders.account) continue;
    for (const name of [JOURNAL, SIGHTINGS, TRAIL])
      await examineFile(options, join(folder, name), info);
  }
}

/** The same for the directory of all accounts. Throws `state-dir`. */
export async function examineStateRoot(root: StateRoot): Promise<void> {
  await examineDirectory(root, root.stateDir, NO_WRITING);
  await examineParents(root, root.stateDir);
}

/** Where it is kept what was said to whom, and the claim on it. */
function noticeFolders({ stateDir }: StateRoot) {
  const folder = join(stateDir, 'notices');
  return { folder, claims: join(folder, 'claims') };
}

/** Makes and proves them as those of an account. Throws `state-dir`. */
export async function prepareNotices(
  root: StateRoot,
): Promise<{ readonly folder: string; readonly claims: string }> {
  const { folder, claims } = noticeFolders(root);
  await prepareStateRoot(root);
  for (const path of [folder, claims]) {
    await refuseLink(root.fs, path);
    await makeAndProve(root.fs, path, NO_WRITING);
  }
  return { folder, claims };
}

/** Proves by reads alone that nobody else could have written what is in it. Throws `state-dir`. */
export async function examineNotices(root: StateRoot): Promise<string> {
  const { folder } = noticeFolders(root);
  await examineStateRoot(root);
  await refuseLink(root.fs, folder);
  const info = await examineDirectory(root, folder, NO_WRITING);
  if (info !== undefined) await examineFile(root, join(folder, 'notices.json'), info);
  return folder;
}

/** By reads alone: whether the account's directories could be made and written. Throws `state-dir`. */
export async function foretellStateDir(
  options: StateRoot & Pick<StateDirOptions, 'account'>,
): Promise<void> {
  const { fs, stateDir, account } = options;
  const folders = Object.values(stateFolders(stateDir, account));
  for (const folder of [stateDir, ...folders]) await assertWritable(fs, folder);
}

/** The same for the directory of all accounts. Throws `state-dir`. */
export async function foretellStateRoot({ fs, stateDir }: StateRoot): Promise<void> {
  await assertWritable(fs, stateDir);
}

/** Of a directory that is missing the one in which it would be made counts. */
async function assertWritable(fs: FileSystem, path: string): Promise<void> {
  try {
    await fs.assertWritable(path);
  } catch (error) {
    const parent = dirname(path);
    const isMissing = errnoOf(error) === 'ENOENT' && parent !== path;
    if (!isMissing) throw unusable(path, systemReason(error), { cause: error });
    await assertWritable(fs, parent);
  }
}

function permissionsOf({ account, claims, handoff }: StateFolders) {
  return [
    [account, NO_WRITING],
    [claims, NO_WRITING],
    [handoff, NO_ACCESS],
  ] as const;
}

/** Where an account's things lie. Throws `bad-value` for something that is not an account ID. */
export function stateFolders(stateDir: string, account: string): StateFolders {
  demandAccountId(account);
  const folder = join(stateDir, account);
  return { account: folder, claims: join(folder, 'claims'), handoff: join(folder, 'handoff') };
}

/** What was just made, or was there, is as it should be; and the disk takes a file. */
async function makeAndProve(fs: FileSystem, path: string, forbidden: number): Promise<void> {
  const info = await makeDirectoryTree(fs, path);
  if (info.kind !== 'directory') throw unusable(path, 'it is not a directory');
  refuseOpen(path, info, forbidden);
  refuseForeign(path, info, await probe(fs, path));
}

/** Each new level is synced into its parent: a secret in a directory that vanishes is lost (I3). */
async function makeDirectoryTree(fs: FileSystem, path: string): Promise<FileInfo> {
  try {
    return await fs.stat(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw unusable(path, systemReason(error), { cause: error });
  }
  const parent = dirname(path);
  if (parent === path) throw unusable(path, 'it does not exist (ENOENT)');
  await makeDirectoryTree(fs, parent);
  try {
    await makeDirectoryOnce(fs, path);
    await fs.syncDirectory(parent);
    return await fs.stat(path);
  } catch (error) {
    throw unusable(path, systemReason(error), { cause: error });
  }
}

async function makeDirectoryOnce(fs: FileSystem, path: string): Promise<void> {
  try {
    await fs.makeDirectory(path);
  } catch (error) {
    // Another process was a moment faster; what it made is checked like any other.
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

/** Writes a real file as far as the disk itself. Resolves with the user ID that it belongs to. */
async function probe(fs: FileSystem, directory: string): Promise<number> {
  const path = temporaryPathBeside(join(directory, 'probe'));
  try {
    const file = await fs.open(path, 'create');
    try {
      await writeFully(file, Buffer.alloc(PROBE_BYTES, '\n'), path);
      await file.sync();
    } finally {
      await file.close();
    }
    const { ownerId } = await fs.stat(path);
    await fs.remove(path);
    return ownerId;
  } catch (error) {
    await removeQuietly(fs, path);
    if (error instanceof KeyturnError) throw error;
    throw unusable(directory, systemReason(error), { cause: error });
  }
}

/** One block, so that a disk with room for names but not for data is found out. */
const PROBE_BYTES = 4096;

/** No process sleeps for so long and then stores the secret of a key that was condemned. */
const CONDEMNED_DAYS = 30;

/**
 * Removes temporary files that a crashed process left, once they are a day old, and the marks of keys
 * that were condemned long ago.
 */
async function sweep(fs: FileSystem, clock: Clock, directory: string): Promise<void> {
  const nowMs = machineClock(clock).now().getTime();
  for (const name of await fs.list(directory).catch(() => [])) {
    const days = keptDays(name);
    if (days === undefined) continue;
    const path = join(directory, name);
    const info = await fs.stat(path).catch(() => undefined);
    const isOld = info !== undefined && info.modifiedAt.getTime() < nowMs - days * MS_PER_DAY;
    if (isOld) await removeQuietly(fs, path);
  }
}

/** Undefined for what is never swept. */
function keptDays(name: string): number | undefined {
  if (isTemporaryName(name)) return 1;
  return name.endsWith(CONDEMNED) ? CONDEMNED_DAYS : undefined;
}
