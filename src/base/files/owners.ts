// To whom files belong, as far as this process can tell without making one. A share of the network may
// give every file an owner of its own choosing, and a user namespace hides the users outside of it.

import { constants } from 'node:fs';
import { access, readFile, statfs } from 'node:fs/promises';
import type { FileInfo } from './file-system.ts';

export interface Owners {
  /** To whom a file would belong that this process makes in the directory. */
  ownerOfNew(directory: string, info: Pick<FileInfo, 'ownerId' | 'mode'>): Promise<number>;
  /**
   * The number that stands for every user outside of this process's user namespace: nobody inside can be
   * any of them. Undefined where each user has a number of their own.
   */
  outsider(): Promise<number | undefined>;
}

/** What the answers depend on, so that a test can stand in for the system. */
export interface OwnerSystem {
  readonly isLinux: boolean;
  /** Undefined on Windows, where all files seem to belong to one user. */
  effectiveUserId(): number | undefined;
  canWrite(directory: string): Promise<boolean>;
  /** As statfs(2) numbers them. */
  fileSystemType(path: string): Promise<number>;
  /** Undefined where there is no such file, or none that can be read. */
  textOf(path: string): Promise<string | undefined>;
}

/** By linux/magic.h: on these a file belongs to whoever makes it, whatever the directory is. */
const KEEPS_OWNERS: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // xfs
  0x9123683e, // btrfs
  0x2fc12fc1, // zfs
  0xf2f52010, // f2fs
  0xca451a4e, // bcachefs
  0x01021994, // tmpfs
  0x858458f6, // ramfs
  0x794c7630, // overlayfs
]);

/** Of /proc/self/uid_map: so many users as there can be. */
const ALL_USERS = 4_294_967_295;
const OVERFLOW_USER = 65_534;

export function ownersOn(system: OwnerSystem): Owners {
  return {
    ownerOfNew: async (directory, { ownerId, mode }) => {
      const own = system.effectiveUserId() ?? ownerId;
      // Where others may write, being able to write says nothing of who we are.
      if (own === ownerId || (mode & 0o022) !== 0) return own;
      if (await keepsOwners(directory, own, system)) return own;
      // A share that lets us write what only its owner may write takes us for the owner.
      return (await system.canWrite(directory)) ? ownerId : own;
    },
    outsider: async () => {
      const map = await system.textOf('/proc/self/uid_map');
      if (map === undefined) return undefined;
      const ranges = map.trim().split('\n').map(rangeIn);
      const mapped = ranges.reduce((sum, { count }) => sum + count, 0);
      const text = await system.textOf('/proc/sys/kernel/overflowuid');
      const overflow = text === undefined ? OVERFLOW_USER : Number(text);
      const isSomebody = ranges.some(
        ({ first, count }) => overflow >= first && overflow < first + count,
      );
      return mapped >= ALL_USERS || isSomebody ? undefined : overflow;
    },
  };
}

/** Root may write everywhere on a disk, so that alone tells root nothing. */
async function keepsOwners(
  directory: string,
  own: number,
  { isLinux, fileSystemType }: OwnerSystem,
): Promise<boolean> {
  if (!isLinux) return own === 0;
  // Some systems give the number as one with a sign.
  return KEEPS_OWNERS.has((await fileSystemType(directory)) >>> 0);
}

/** `0 100000 65536`: the first number here, the first one outside, and how many there are. */
function rangeIn(line: string): { readonly first: number; readonly count: number } {
  const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
  return { first, count };
}

export const nodeOwners: Owners = ownersOn({
  isLinux: process.platform === 'linux',
  effectiveUserId: () => process.geteuid?.(),
  canWrite: (directory) =>
    access(directory, constants.W_OK).then(
      () => true,
      () => false,
    ),
  fileSystemType: async (path) => (await statfs(path)).type,
  textOf: (path) => readFile(path, 'utf8').catch(() => undefined),
});
