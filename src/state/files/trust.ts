// Whether somebody else could have written what we remember, or could put other directories and files in
// the place of ours: whoever can, forges it, or is handed new secrets. Judged by reads alone, so that a
// dry run and whoever only looks are told what the run is told (I12). What does not exist is fine.

import { dirname, isAbsolute, parse, resolve } from 'node:path';
import { type ErrorDetails, KeyturnError } from '../../base/errors.ts';
import {
  errnoOf,
  type FileInfo,
  type FileSystem,
  systemReason,
} from '../../base/files/file-system.ts';
import type { Owners } from '../../base/files/owners.ts';
import { command } from '../../base/hint.ts';

/** A disk, and who we are on it. */
export interface OwnedDisk {
  readonly fs: FileSystem;
  readonly owners: Owners;
}

/**
 * The directory, or undefined where there is none. Throws `state-dir` unless it is ours and others have
 * none of the `forbidden` permissions.
 */
export async function examineDirectory(
  { fs, owners }: OwnedDisk,
  path: string,
  forbidden: number,
): Promise<FileInfo | undefined> {
  const info = await infoOf(fs, path, path);
  if (info === undefined) return undefined;
  if (info.kind !== 'directory') throw unusable(path, 'it is not a directory');
  refuseForeign(path, info, await owners.ownerOfNew(path, info));
  refuseOpen(path, info, forbidden);
  return info;
}

/** Throws `state-dir` when others have one of the forbidden permissions. */
export function refuseOpen(path: string, info: FileInfo, forbidden: number): void {
  if ((info.mode & forbidden) === 0) return;
  const what = forbidden === 0o077 ? 'read or write' : 'write';
  const close = command('chmod', info.kind === 'directory' ? '700' : '600', path);
  const hint = isOfVolume(info)
    ? [
        'its set-group-ID bit looks like the fsGroup of a cluster, which opens a volume whenever a pod starts: set fsGroupChangePolicy: OnRootMismatch, let keyturn make a folder below the mount point, or close this one:',
        close,
      ]
    : ['close it:', close];
  throw unusable(path, `others can ${what} it (mode ${modeOf(info)})`, { hint });
}

/** Kubernetes gives the directories of a volume to the pod's fsGroup: rwx for it, and set-group-ID. */
function isOfVolume({ mode, kind, isSetGroupId = false }: FileInfo): boolean {
  return kind === 'directory' && isSetGroupId && (mode & 0o070) === 0o070;
}

/** Throws `state-dir` unless it is ours. Root is told so too: its owner can put into it what they like. */
export function refuseForeign(path: string, { ownerId }: FileInfo, ownId: number): void {
  if (ownerId === ownId) return;
  const hint = [
    'run as that user; or choose another with --state; or, as root, take it over:',
    command('chown', '-R', String(ownId), path),
  ];
  throw unusable(path, `it belongs to another user (uid ${ownerId}, not ${ownId})`, { hint });
}

/**
 * Throws `state-dir` when others can write the file, or it belongs to one of them; `folder` is where it
 * lies. Where others cannot enter that, the mode of the file is nobody's business.
 */
export async function examineFile(
  { fs, owners }: OwnedDisk,
  path: string,
  folder: FileInfo,
): Promise<void> {
  await refuseLink(fs, path);
  const info = await infoOf(fs, path, path);
  if (info === undefined) return;
  const isOurs = info.ownerId === 0 || info.ownerId === folder.ownerId;
  if (!isOurs) refuseForeign(path, info, await owners.ownerOfNew(dirname(path), folder));
  if ((folder.mode & 0o011) !== 0) refuseOpen(path, info, 0o022);
}

/**
 * Throws `state-dir` when the path is a symbolic link. The directory that the operator names may be one;
 * what we make in it never is.
 */
export async function refuseLink(fs: FileSystem, path: string): Promise<void> {
  const target = await linkTarget(fs, path, path);
  if (target === undefined) return;
  const real = resolve(dirname(path), target);
  const hint = `keyturn makes none, so somebody put it there; remove it, or move what is in ${real} here`;
  throw unusable(path, `it is a symbolic link, to ${real}`, { hint });
}

/**
 * Throws `state-dir` when somebody else can rename what lies in a folder on the way to the directory: its
 * owner, or whoever may write it. The directory may be one that is still to be made.
 */
export async function examineParents(disk: OwnedDisk, directory: string): Promise<void> {
  const { fs, owners } = disk;
  const own = await infoOf(fs, directory, directory);
  for (const parent of await foldersOnTheWay(fs, directory)) {
    const info = await infoOf(fs, parent, directory);
    if (info === undefined) continue;
    const ownId = own?.ownerId ?? (await owners.ownerOfNew(parent, info));
    if (!(await isTrustedOwner(disk, parent, { ...info, ownId }))) {
      throw unusable(
        directory,
        `the folder above it, ${parent}, belongs to another user (uid ${info.ownerId}, not ${ownId}), ` +
          'who can put another one in its place',
        { hint: 'choose another with --state, in folders that belong to you or to root' },
      );
    }
    if (!canOthersRename(info, ownId)) continue;
    throw unusable(
      directory,
      `others can write the folder above it, ${parent} (mode ${modeOf(info)}), and put another one in its place`,
      {
        hint: isOfVolume(info)
          ? `its set-group-ID bit looks like the fsGroup of a cluster, which opens a volume again whenever a pod starts: give fsGroup the number of runAsUser (${ownId}), or leave fsGroup out; or choose another with --state`
          : ['close it:', command('chmod', 'go-w', parent), 'or choose another with --state'],
      },
    );
  }
}

/**
 * Root may do everything anyway. Who is outside of this user namespace cannot be told apart: it is the
 * machine's root nearly always, and nobody in here can repair it.
 */
async function isTrustedOwner(
  { owners }: OwnedDisk,
  path: string,
  info: FileInfo & { readonly ownId: number },
): Promise<boolean> {
  const { ownerId, ownId } = info;
  if (ownerId === 0 || ownerId === ownId) return true;
  if (ownerId === (await owners.ownerOfNew(path, info))) return true;
  return ownerId === (await owners.outsider());
}

/** In a folder with the sticky bit, such as /tmp, nobody but its owner renames what is another's. */
function canOthersRename({ mode, isSticky, groupId }: FileInfo, ownId: number): boolean {
  if (isSticky === true) return false;
  // Many systems give each user a group of their own of the same number, and let it write.
  const isOwnGroup = groupId === ownId && ownId !== 0;
  return (mode & (isOwnGroup ? 0o002 : 0o022)) !== 0;
}

/** So many links on the way mean that it leads in a circle; Linux gives up there too. */
const LINKS_MAX = 40;

/**
 * Every folder in which a name is looked up on the way to the directory, through all symbolic links: each
 * of them decides where the way goes on. First come those that the operator wrote, for the messages.
 */
async function foldersOnTheWay(fs: FileSystem, directory: string): Promise<ReadonlySet<string>> {
  const folders = new Set(parentsOf(directory));
  const names = namesIn(directory);
  let at = parse(directory).root;
  let links = 0;
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    folders.add(at);
    const next = resolve(at, name);
    const target = await linkTarget(fs, next, directory);
    if (target === undefined) {
      at = next;
      continue;
    }
    links += 1;
    const leadsNowhere = links > LINKS_MAX || (await infoOf(fs, next, directory)) === undefined;
    if (leadsNowhere) throw unusable(directory, `${next} is a symbolic link that leads nowhere`);
    if (isAbsolute(target)) at = parse(target).root;
    names.unshift(...namesIn(target));
  }
  return folders;
}

function namesIn(path: string): string[] {
  const { root } = parse(path);
  return path.slice(root.length).split(SEPARATORS).filter(Boolean);
}

const SEPARATORS = process.platform === 'win32' ? /[\\/]/ : '/';

function parentsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...parentsOf(parent)];
}

/** Undefined where there is nothing. `directory` is what the reader knows it by. */
async function infoOf(
  fs: FileSystem,
  path: string,
  directory: string,
): Promise<FileInfo | undefined> {
  try {
    return await fs.stat(path);
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined;
    throw unreachable(path, directory, thrown);
  }
}

async function linkTarget(
  fs: FileSystem,
  path: string,
  directory: string,
): Promise<string | undefined> {
  try {
    return await fs.linkTarget(path);
  } catch (thrown) {
    throw unreachable(path, directory, thrown);
  }
}

function unreachable(path: string, directory: string, thrown: unknown): KeyturnError {
  const reason = systemReason(thrown);
  const about = path === directory ? reason : `${path}: ${reason}`;
  return unusable(directory, about, { cause: thrown });
}

function modeOf({ mode }: FileInfo): string {
  return mode.toString(8).padStart(4, '0');
}

/** `state-dir`, about the path. */
export function unusable(
  path: string,
  reason: string,
  more: Pick<ErrorDetails, 'cause' | 'hint'> = {},
): KeyturnError {
  const message = `state directory ${path} cannot be used: ${reason}`;
  return new KeyturnError('state-dir', message, { hint: REPAIR, ...more });
}

const REPAIR = 'choose another with --state, or free space and repair its permissions (0700)';
