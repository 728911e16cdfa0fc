// The real disk.

import { constants, type Stats } from 'node:fs';
import {
  access,
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rmdir,
  stat,
  statfs,
  unlink,
} from 'node:fs/promises';
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
/** A pipe without a writer would hold a thread, and with it the process, for ever. */
const O_NONBLOCK: number = constants.O_NONBLOCK ?? 0;

const OPEN_FLAGS: Readonly<Record<OpenIntent, number>> = {
  read: O_RDONLY | O_NONBLOCK,
  create: O_WRONLY | O_CREAT | O_EXCL,
  append: O_WRONLY | O_APPEND | O_NOFOLLOW,
  'append-create': O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW,
  overwrite: O_WRONLY | O_NONBLOCK,
};

/** What a system answers about a name that is no symbolic link, or that does not exist. */
const NO_LINK = ['EINVAL', 'ENOENT', 'UNKNOWN'];

/** What a file system answers that has no fsync for directories. */
const SYNC_UNSUPPORTED = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'];

const onWindows = process.platform === 'win32';

function openFile(handle: FileHandle): OpenFile {
  return {
    read: async (position, lengthBytes) => {
      // Not zeroed, since only what was read of it is handed on; and not of the pool, which others share.
      const buffer = Buffer.allocUnsafeSlow(lengthBytes);
      const { bytesRead } = await handle.read(buffer, 0, lengthBytes, position);
      return buffer.subarray(0, bytesRead);
    },
    write: async (bytes, position) => {
      const { bytesWritten } = await handle.write(bytes, 0, bytes.length, position ?? null);
      return bytesWritten;
    },
    truncate: (lengthBytes) => handle.truncate(lengthBytes),
    sync: () => handle.sync(),
    setAccess: (like) => setAccess(handle, like),
    close: () => handle.close(),
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

async function setAccess(
  handle: FileHandle,
  like: Pick<FileInfo, 'mode' | 'ownerId' | 'groupId'>,
): Promise<void> {
  if (onWindows) return;
  const own = await handle.stat();
  if (own.uid !== like.ownerId || own.gid !== like.groupId) {
    try {
      await handle.chown(like.ownerId, like.groupId);
    } catch (error) {
      // Only root may give a file away. Another group matters only where groups have access.
      if (own.uid !== like.ownerId || (like.mode & 0o070) !== 0) throw error;
    }
  }
  // After the owner: until then the mode is the one from birth, so nobody gains access on the way.
  await handle.chmod(like.mode);
}

async function syncDirectory(path: string): Promise<void> {
  // Windows does not open directories, and keeps names safe in its own journal.
  if (onWindows) return;
  const handle = await open(path, O_RDONLY);
  try {
    await handle.sync();
  } catch (error) {
    if (!SYNC_UNSUPPORTED.includes(errnoOf(error) ?? '')) throw error;
  } finally {
    await handle.close();
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
  open: async (path, intent) => openFile(await open(path, OPEN_FLAGS[intent], 0o600)),
  stat: async (path) => fileInfo(await stat(path)),
  realPath: (path) => realpath(path),
  linkTarget,
  link,
  rename,
  remove: unlink,
  makeDirectory: async (path) => {
    await mkdir(path, { mode: 0o700 });
  },
  list: (path) => readdir(path),
  assertWritable: (path) => access(path, constants.W_OK | constants.X_OK),
  syncDirectory,
  syncFile,
  isMountPoint,
  checkReplaceable,
  freeBytes,
};
