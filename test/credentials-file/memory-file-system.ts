// A disk in memory: thousands of saves in seconds, and a count of what was changed.

import type { FileInfo, FileSystem, OpenFile } from '../../src/base/files/file-system.ts';

export interface MemoryFileSystem extends FileSystem {
  readonly files: Map<string, Buffer>;
  /** How many operations changed something. */
  changes(): number;
}

export function memoryFileSystem(): MemoryFileSystem {
  const files = new Map<string, Buffer>();
  let changes = 0;
  const contentOf = (path: string): Buffer => {
    const content = files.get(path);
    if (content === undefined) throw failure('ENOENT');
    return content;
  };
  const openFile = (path: string): OpenFile => ({
    read: async (position, length) => contentOf(path).subarray(position, position + length),
    write: async (bytes, position = 0) => {
      changes += 1;
      files.set(path, Buffer.concat([contentOf(path).subarray(0, position), bytes]));
      return bytes.length;
    },
    truncate: async (length) => {
      files.set(path, contentOf(path).subarray(0, length));
    },
    sync: async () => undefined,
    setAccess: async () => undefined,
    close: async () => undefined,
  });
  const add = (path: string, content: Buffer): void => {
    if (files.has(path)) throw failure('EEXIST');
    changes += 1;
    files.set(path, content);
  };
  return {
    files,
    changes: () => changes,
    open: async (path, intent) => {
      if (intent === 'create') add(path, Buffer.alloc(0));
      contentOf(path);
      return openFile(path);
    },
    stat: async (path) => ({ ...INFO, sizeBytes: contentOf(path).length }),
    has: async (path) => files.has(path),
    realPath: async (path) => {
      contentOf(path);
      return path;
    },
    linkTarget: async () => undefined,
    link: async (existing, added) => add(added, contentOf(existing)),
    rename: async (from, to) => {
      changes += 1;
      files.set(to, contentOf(from));
      files.delete(from);
    },
    remove: async (path) => {
      contentOf(path);
      changes += 1;
      files.delete(path);
    },
    makeDirectory: async () => undefined,
    list: async () => [...files.keys()].map((path) => path.slice(path.lastIndexOf('/') + 1)),
    assertWritable: async () => undefined,
    syncDirectory: async () => undefined,
    syncFile: async () => undefined,
    isMountPoint: async () => false,
    checkReplaceable: async () => undefined,
    freeBytes: async () => Number.MAX_SAFE_INTEGER,
  };
}

const INFO: FileInfo = {
  kind: 'file',
  mode: 0o600,
  ownerId: 0,
  groupId: 0,
  linkCount: 1,
  inode: 1,
  sizeBytes: 0,
  modifiedAt: new Date(0),
};

function failure(code: string): Error {
  return Object.assign(new TypeError(code), { code });
}
