// The real disk.
//
// What a system answers from its memory is asked at once: to hand such a call to Node's pool of threads and to take
// the answer back costs many times the call itself, and a rotation makes dozens of them. What waits for the disk, or
// is long, goes to the pool: fsync, and reads and writes of many bytes.

import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  read,
  readdirSync,
  readSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  write,
  writeSync,
} from 'node:fs';
import { readFile, readlink, realpath, rmdir, statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import { assert } from '../errors.ts';
import {
  errnoOf,
  type FileInfo,
  type FileSystem,
  kindOf,
  type OpenFile,
  type OpenIntent,
} from './file-system.ts';

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } = constants;
/** Windows does not have these flags; there Node leaves them undefined. */
const O_NOFOLLOW: number = constants.O_NOFOLLOW ?? 0;
/** A pipe without anybody at its other end would hold the process for ever. */
const O_NONBLOCK: number = constants.O_NONBLOCK ?? 0;

const OPEN_FLAGS: Readonly<Record<OpenIntent, number>> = {
  read: O_RDONLY | O_NONBLOCK,
  create: O_WRONLY | O_CREAT | O_EXCL,
  append: O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK,
  'append-create': O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK,
  overwrite: O_WRONLY | O_NONBLOCK,
};

/** What a system answers about a name that is no symbolic link, or that does not exist. */
const NO_LINK = ['EINVAL', 'ENOENT', 'UNKNOWN'];

/** What a file system answers that has no fsync for directories. */
const SYNC_UNSUPPORTED = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'];

const onWindows = process.platform === 'win32';

/** Beyond so many bytes a call is left to the pool of threads. */
const AT_ONCE_BYTES_MAX = 1 << 16;

/** Most files of a state are far shorter: room for so many bytes is made once, and not for each of them. */
const SHORT_BYTES_MAX = 1 << 12;
const room = Buffer.alloc(SHORT_BYTES_MAX);

const pool = { fsync: promisify(fsync), read: promisify(read), write: promisify(write) };

/** What was read is copied, and nothing of it stays behind: it may be a secret. */
function readShort(descriptor: number, position: number, lengthBytes: number): Buffer {
  const count = readSync(descriptor, room, 0, lengthBytes, position);
  const read = Buffer.allocUnsafeSlow(count);
  room.copy(read, 0, 0, count);
  room.fill(0, 0, count);
  return read;
}

function openFile(opened: number): OpenFile {
  let descriptor: number | undefined = opened;
  /** The system gives the number of a closed file to the next one that is opened: it is never used again. */
  const own = (): number => {
    assert(descriptor !== undefined, 'a file was used after it was closed');
    return descriptor;
  };
  return {
    read: async (position, lengthBytes) => {
      if (lengthBytes <= SHORT_BYTES_MAX) return readShort(own(), position, lengthBytes);
      // Not zeroed, since only what was read of it is handed on; and not of the pool, which others share.
      const buffer = Buffer.allocUnsafeSlow(lengthBytes);
      const at = [buffer, 0, lengthBytes, position] as const;
      const isShort = lengthBytes <= AT_ONCE_BYTES_MAX;
      const count = isShort ? readSync(own(), ...at) : (await pool.read(own(), ...at)).bytesRead;
      return buffer.subarray(0, count);
    },
    write: async (bytes, position) => {
      const at = [bytes, 0, bytes.length, position ?? null] as const;
      if (bytes.length <= AT_ONCE_BYTES_MAX) return writeSync(own(), ...at);
      return (await pool.write(own(), ...at)).bytesWritten;
    },
    truncate: async (lengthBytes) => ftruncateSync(own(), lengthBytes),
    sync: async () => await pool.fsync(own()),
    setAccess: async (like) => setAccess(own(), like),
    close: async () => {
      const closing = own();
      descriptor = undefined;
      closeSync(closing);
    },
  };
}

function fileInfo(stats: Stats): FileInfo {
  return {
    kind: kindOf(stats),
    mode: onWindows ? 0o700 : stats.mode & 0o777,
    isSticky: (stats.mode & 0o1000) !== 0,
    isSetGroupId: (stats.mode & 0o2000) !== 0,
    ownerId: stats.uid,
    groupId: stats.gid,
    linkCount: stats.nlink,
    inode: stats.ino,
    sizeBytes: stats.size,
    modifiedAt: stats.mtime,
  };
}

function setAccess(descriptor: number, like: Pick<FileInfo, 'mode' | 'ownerId' | 'groupId'>): void {
  if (onWindows) return;
  const own = fstatSync(descriptor);
  if (own.uid !== like.ownerId || own.gid !== like.groupId) {
    try {
      fchownSync(descriptor, like.ownerId, like.groupId);
    } catch (error) {
      // Only root may give a file away. Another group matters only where groups have access.
      if (own.uid !== like.ownerId || (like.mode & 0o070) !== 0) throw error;
    }
  }
  // After the owner: until then the mode is the one from birth, so nobody gains access on the way.
  fchmodSync(descriptor, like.mode);
}

async function syncDirectory(path: string): Promise<void> {
  // Windows does not open directories, and keeps names safe in its own journal.
  if (onWindows) return;
  const descriptor = openSync(path, O_RDONLY);
  try {
    await pool.fsync(descriptor);
  } catch (error) {
    if (!SYNC_UNSUPPORTED.includes(errnoOf(error) ?? '')) throw error;
  } finally {
    closeSync(descriptor);
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await nodeFileSystem.open(path, 'append');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (NO_LINK.includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** The fifth field of each line is a mount point; blanks and the like are written in octal. */
async function isMountPoint(path: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const real = await realpath(path);
  const mounts = await readFile('/proc/self/mountinfo', 'latin1').catch(() => '');
  return mounts.split('\n').some((line) => {
    const place = line.split(' ')[4] ?? '';
    return place.replace(/\\([0-7]{3})/g, (_, octal) => latin1(octal)) === bytesOf(real);
  });
}

function latin1(octal: string): string {
  return String.fromCharCode(Number.parseInt(octal, 8));
}

/** The system escapes bytes, and knows nothing of characters. */
function bytesOf(path: string): string {
  return Buffer.from(path).toString('latin1');
}

/**
 * rmdir() of a file fails in every case, after the same checks as rename() over it: where those pass,
 * with "it is no directory".
 */
async function checkReplaceable(path: string): Promise<void> {
  if (onWindows) return;
  try {
    await rmdir(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOTDIR') throw error;
  }
}

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

export const nodeFileSystem: FileSystem = {
  open: async (path, intent) => openFile(openSync(path, OPEN_FLAGS[intent], 0o600)),
  stat: async (path) => fileInfo(statSync(path)),
  has: async (path) => statSync(path, { throwIfNoEntry: false }) !== undefined,
  realPath: (path) => realpath(path),
  linkTarget,
  link: async (existing, added) => linkSync(existing, added),
  rename: async (from, to) => renameSync(from, to),
  remove: async (path) => unlinkSync(path),
  makeDirectory: async (path) => {
    mkdirSync(path, { mode: 0o700 });
  },
  list: async (path) => readdirSync(path),
  assertWritable: async (path) => accessSync(path, constants.W_OK | constants.X_OK),
  syncDirectory,
  syncFile,
  isMountPoint,
  checkReplaceable,
  freeBytes,
};
