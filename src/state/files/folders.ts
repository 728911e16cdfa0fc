// The directory that holds what keyturn must not lose. It is checked before the first change in
// AWS: whoever can write here can forge what we remember, and a disk that takes no write would lose
// the first secret.

import { dirname, join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { MS_PER_DAY } from '../../base/clock.ts';
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
import { command } from '../../base/hint.ts';
import { demandAccountId } from '../account-id.ts';
import { CONDEMNED } from './custody.ts';
import { refuseLink, refuseOpenParents } from './trust.ts';

export interface StateFolders {
  /** `<stateDir>/<account>` */
  readonly account: string;
  readonly claims: string;
  readonly handoff: string;
}

export interface StateDirOptions {
  readonly stateDir: string;
  /** Twelve digits. */
  readonly account: string;
  readonly fs: FileSystem;
  readonly clock: Clock;
}

export const JOURNAL = 'journal.jsonl';
export const SIGHTINGS = 'sightings.json';

/**
 * Makes the directories of an account where they are missing (0700) and proves that they can be
 * trusted and written. Throws `state-dir`, or `bad-value` for something that is not an account ID.
 */
export async function prepareStateDir(options: StateDirOptions): Promise<StateFolders> {
  const { stateDir, account, fs, clock } = options;
  const folders = stateFolders(stateDir, account);
  await checkStateRoot(fs, stateDir);
  await makeAndCheck(fs, folders.account, 0o022);
  await refuseLink(fs, join(folders.account, JOURNAL));
  await refuseLink(fs, join(folders.account, SIGHTINGS));
  await makeAndCheck(fs, folders.claims, 0o022);
  // Secrets lie here. With the folder closed to others, a file whose mode somebody loosened is
  // still out of reach, so reading such a file need not be refused and no secret is stranded.
  await makeAndCheck(fs, folders.handoff, 0o077);
  for (const folder of Object.values(folders)) await sweep(fs, clock, folder);
  return folders;
}

/** Makes the directory of all accounts if it is missing, and proves it. Throws `state-dir`. */
export async function checkStateRoot(fs: FileSystem, stateDir: string): Promise<void> {
  await checkDirectory(fs, stateDir, 0o022);
  await refuseOpenParents(fs, stateDir);
}

/** Where an account's things lie. Throws `bad-value` for something that is not an account ID. */
export function stateFolders(stateDir: string, account: string): StateFolders {
  demandAccountId(account);
  const folder = join(stateDir, account);
  return { account: folder, claims: join(folder, 'claims'), handoff: join(folder, 'handoff') };
}

/** A folder of ours in a directory that was checked. */
async function makeAndCheck(fs: FileSystem, path: string, forbidden: number): Promise<void> {
  await refuseLink(fs, path);
  await checkDirectory(fs, path, forbidden);
}

async function checkDirectory(fs: FileSystem, path: string, forbidden: number): Promise<void> {
  const info = await makeDirectoryTree(fs, path);
  if (!info.isDirectory) throw refusal(path, 'it is not a directory');
  if ((info.mode & forbidden) !== 0) {
    const mode = info.mode.toString(8).padStart(4, '0');
    const what = forbidden === 0o077 ? 'read or write' : 'write';
    throw new KeyturnError(
      'state-dir',
      `state directory ${path} can not be used: others can ${what} it (mode ${mode})`,
      { hint: ['close it:', command('chmod', '700', path)] },
    );
  }
  const ownId = await probe(fs, path);
  // Root is told so too: whoever owns the directory can put into it what they like.
  if (info.ownerId !== ownId) throw foreign(path, info.ownerId, ownId);
}

function foreign(path: string, ownerId: number, ownId: number): KeyturnError {
  return new KeyturnError(
    'state-dir',
    `state directory ${path} can not be used: it belongs to another user (uid ${ownerId}, not ${ownId})`,
    {
      hint: [
        'run as that user; or choose another with --state-dir; or, as root, take it over:',
        command('chown', '-R', String(ownId), path),
      ],
    },
  );
}

function refusal(path: string, reason: string, cause?: unknown): KeyturnError {
  return new KeyturnError('state-dir', `state directory ${path} can not be used: ${reason}`, {
    hint: 'choose another with --state-dir, or free space and repair its permissions (0700)',
    cause,
  });
}

/** Each new level is synced into its parent: a secret in a directory that vanishes is lost (I3). */
async function makeDirectoryTree(fs: FileSystem, path: string): Promise<FileInfo> {
  try {
    return await fs.stat(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw refusal(path, systemReason(error), error);
  }
  const parent = dirname(path);
  if (parent === path) throw refusal(path, 'it does not exist (ENOENT)');
  await makeDirectoryTree(fs, parent);
  try {
    await makeDirectoryOnce(fs, path);
    await fs.syncDirectory(parent);
    return await fs.stat(path);
  } catch (error) {
    throw refusal(path, systemReason(error), error);
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
    throw refusal(directory, systemReason(error), error);
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
  const nowMs = clock.now().getTime();
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
