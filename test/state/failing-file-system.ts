// A disk that fails at the n-th operation, counted over everything that is asked of it.

import { AssertionError } from 'node:assert';
import type { FileSystem, OpenFile } from '../../src/base/files/file-system.ts';
import { nodeFileSystem } from '../../src/base/files/node-file-system.ts';

export interface Fault {
  /** Counted from 1. */
  readonly operation: number;
  readonly errno: 'ENOSPC' | 'EIO' | 'EACCES';
  /**
   * `before`: nothing happens. `after`: it happens, and is reported as failed. `short`: a write takes
   * half and the next one fails; other operations fail as with `before`. `death`: nothing happens
   * from here on.
   */
  readonly effect: 'before' | 'after' | 'short' | 'death';
}

export interface FailingFileSystem extends FileSystem {
  /** How many operations were asked for. */
  operations(): number;
  /** Whether the fault was reached. */
  failed(): boolean;
}

export const EVERY_FAULT: readonly Omit<Fault, 'operation'>[] = [
  { errno: 'ENOSPC', effect: 'before' },
  { errno: 'ENOSPC', effect: 'short' },
  { errno: 'EACCES', effect: 'before' },
  { errno: 'EIO', effect: 'after' },
  { errno: 'EIO', effect: 'death' },
];

export function failingFileSystem(fault: Fault): FailingFileSystem {
  let count = 0;
  let failNextWrite = false;

  async function run<T>(name: string, operation: () => Promise<T>): Promise<T> {
    count += 1;
    const hit = count === fault.operation || (fault.effect === 'death' && count > fault.operation);
    if (!hit) return await operation();
    if (fault.effect === 'after') await operation();
    throw systemError(fault.errno, name);
  }

  function failingFile(file: OpenFile): OpenFile {
    return {
      read: (position, length) => run('read', () => file.read(position, length)),
      write: async (bytes, position) => {
        if (failNextWrite) throw systemError(fault.errno, 'write');
        if (fault.effect === 'short' && count + 1 === fault.operation) {
          count += 1;
          failNextWrite = true;
          return await file.write(bytes.subarray(0, bytes.length >> 1), position);
        }
        return await run('write', () => file.write(bytes, position));
      },
      truncate: (length) => run('ftruncate', () => file.truncate(length)),
      sync: () => run('fsync', () => file.sync()),
      setAccess: (like) => run('chmod', () => file.setAccess(like)),
      close: async () => {
        // The descriptor must not leak, whatever the fault says.
        await file.close();
        await run('close', async () => undefined);
      },
    };
  }

  return {
    open: async (path, intent) => {
      let opened: OpenFile | undefined;
      try {
        await run('open', async () => {
          opened = await nodeFileSystem.open(path, intent);
        });
      } catch (error) {
        await opened?.close();
        throw error;
      }
      if (opened === undefined) throw new AssertionError({ message: 'open did nothing' });
      return failingFile(opened);
    },
    stat: (path) => run('stat', () => nodeFileSystem.stat(path)),
    has: (path) => run('stat', () => nodeFileSystem.has(path)),
    realPath: (path) => run('realpath', () => nodeFileSystem.realPath(path)),
    linkTarget: (path) => run('readlink', () => nodeFileSystem.linkTarget(path)),
    link: (existing, added) => run('link', () => nodeFileSystem.link(existing, added)),
    rename: (from, to) => run('rename', () => nodeFileSystem.rename(from, to)),
    remove: (path) => run('unlink', () => nodeFileSystem.remove(path)),
    makeDirectory: (path) => run('mkdir', () => nodeFileSystem.makeDirectory(path)),
    list: (path) => run('scandir', () => nodeFileSystem.list(path)),
    assertWritable: (path) => run('access', () => nodeFileSystem.assertWritable(path)),
    syncDirectory: (path) => run('fsync', () => nodeFileSystem.syncDirectory(path)),
    syncFile: (path) => run('fsync', () => nodeFileSystem.syncFile(path)),
    isMountPoint: (path) => run('mounts', () => nodeFileSystem.isMountPoint(path)),
    checkReplaceable: (path) => run('rmdir', () => nodeFileSystem.checkReplaceable(path)),
    freeBytes: (path) => run('statfs', () => nodeFileSystem.freeBytes(path)),
    operations: () => count,
    failed: () => count >= fault.operation,
  };
}

function systemError(errno: string, call: string): Error {
  return Object.assign(new TypeError(`${errno}: injected, ${call}`), { code: errno });
}
