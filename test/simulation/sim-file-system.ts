// The disk as one process sees it, with its failures.

import { dirname } from 'node:path';
import type { FileInfo, FileSystem, OpenFile } from '../../src/base/files/file-system.ts';
import type { Owners } from '../../src/base/files/owners.ts';
import type { Dice } from './dice.ts';
import type { Disk, Inode } from './disk.ts';
import type { Faults } from './faults.ts';
import { never, type SimProcess } from './machine.ts';
import type { Schedule } from './schedule.ts';

export interface DiskAccess {
  readonly disk: Disk;
  readonly dice: Dice;
  readonly faults: Faults;
  readonly schedule: Schedule;
  readonly process: SimProcess;
  /** How often another process may run between two operations. */
  readonly yieldChance: number;
}

const OWNER = 1000;

/** One user has the machine. */
export const simOwners: Owners = {
  ownerOfNew: async () => OWNER,
  outsider: async () => undefined,
};

type Run = <T>(call: string, path: string, act: () => T) => Promise<T>;

export function simFileSystem(access: DiskAccess): FileSystem {
  const { disk } = access;
  const run = runner(access);
  const present = (path: string): Inode => {
    const inode = disk.find(path);
    if (inode === undefined) throw systemError('ENOENT', path);
    return inode;
  };
  const absent = (path: string): void => {
    if (disk.find(path) !== undefined) throw systemError('EEXIST', path);
    present(dirname(path));
  };
  const make = (path: string, isDirectory: boolean): Inode => {
    absent(path);
    if (disk.isFull && isDirectory) throw systemError('ENOSPC', path);
    return disk.make(path, isDirectory);
  };
  return {
    open: (path, intent) =>
      run(`open ${intent}`, path, () => {
        if (intent === 'create') return openFile(access, run, path, make(path, false), false);
        if (intent === 'append-create' && disk.find(path) === undefined) make(path, false);
        return openFile(access, run, path, present(path), intent !== 'read');
      }),
    stat: (path) => run('stat', path, () => infoOf(present(path))),
    has: (path) => run('stat', path, () => disk.find(path) !== undefined),
    realPath: (path) => run('realpath', path, () => present(path) && path),
    linkTarget: (path) => run('readlink', path, () => undefined),
    link: (existing, added) =>
      run('link', added, () => {
        absent(added);
        disk.link(present(existing), added);
      }),
    rename: (from, to) =>
      run('rename', to, () => {
        present(from);
        disk.rename(from, to);
      }),
    remove: (path) =>
      run('unlink', path, () => {
        present(path);
        disk.remove(path);
      }),
    makeDirectory: (path) => run('mkdir', path, () => void make(path, true)),
    list: (path) => run('list', path, () => disk.list(present(path) && path)),
    assertWritable: async (path) => void present(path),
    syncDirectory: (path) => run('fsync dir', path, () => disk.syncDirectory(path)),
    // Without a fault and without a moment: it changes nothing that a process reads.
    syncFile: async (path) => disk.find(path)?.sync(),
    isMountPoint: async () => false,
    checkReplaceable: async () => {},
    freeBytes: async () => Number.MAX_SAFE_INTEGER,
  };
}

function openFile(
  { disk, dice, faults, schedule }: DiskAccess,
  run: Run,
  path: string,
  inode: Inode,
  appends: boolean,
): OpenFile {
  const write = (bytes: Buffer, position?: number): number => {
    const at = appends || position === undefined ? inode.sizeBytes : position;
    const grows = at + bytes.length > inode.sizeBytes;
    const isShort = grows && bytes.length > 1 && faults.hit('short-write');
    if (grows && disk.isFull && !isShort) throw systemError('ENOSPC', path);
    const taken = isShort ? bytes.subarray(0, dice.between(1, bytes.length - 1)) : bytes;
    inode.write(taken, at, schedule.nowMs);
    return taken.length;
  };
  return {
    read: (position, lengthBytes) => run('read', path, () => inode.read(position, lengthBytes)),
    write: (bytes, position) => run('write', path, () => write(bytes, position)),
    truncate: async () => {
      throw systemError('ENOSYS', path);
    },
    sync: () => run('fsync', path, () => inode.sync()),
    setAccess: () => run('chmod', path, () => {}),
    close: () => run('close', path, () => {}),
  };
}

function runner({ dice, faults, process, yieldChance }: DiskAccess): Run {
  return async (call, path, act) => {
    if (process.dies()) return await never();
    if (dice.chance(yieldChance)) await process.wait(dice.below(4));
    if (call !== 'close' && faults.hit('disk-error')) {
      process.note(`disk error: ${call} ${path}`);
      throw systemError('EIO', path);
    }
    const result = act();
    process.note(`${call} ${path}`);
    return process.dies() ? await never() : result;
  };
}

function infoOf(inode: Inode): FileInfo {
  return {
    kind: inode.isDirectory ? 'directory' : 'file',
    mode: inode.isDirectory ? 0o700 : 0o600,
    ownerId: OWNER,
    groupId: 1000,
    linkCount: inode.linkCount,
    inode: inode.number,
    sizeBytes: inode.sizeBytes,
    modifiedAt: new Date(inode.modifiedAtMs),
  };
}

function systemError(code: string, path: string): Error {
  return Object.assign(new TypeError(`${code}: simulated, ${path}`), { code });
}
