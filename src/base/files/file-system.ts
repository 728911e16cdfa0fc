// All that this room asks of a disk. The files are written against these few calls, so that a test
// or a simulation can stand in for the disk and fail, tear or lose any one of them. Failures are
// Node's own errors: callers look at `code` (ENOENT, EEXIST, ENOSPC …).

export type FileKind = 'file' | 'directory' | 'pipe' | 'socket' | 'device';

/** As Node tells it. */
type Kinds = Readonly<Record<'isFile' | 'isDirectory' | 'isFIFO' | 'isSocket', () => boolean>>;

export function kindOf(stats: Kinds): FileKind {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isFIFO()) return 'pipe';
  return stats.isSocket() ? 'socket' : 'device';
}

export interface FileInfo {
  readonly kind: FileKind;
  /** Permission bits only, e.g. 0o700. Windows has none; there it is 0o700. */
  readonly mode: number;
  /** Whether only its owner renames what lies in the directory, whoever may write it. */
  readonly isSticky?: boolean;
  /** Whether what is made in the directory gets its group. */
  readonly isSetGroupId?: boolean;
  readonly ownerId: number;
  readonly groupId: number;
  /** How many names the file has. */
  readonly linkCount: number;
  readonly inode: number;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

/**
 * `read`: the file must exist. `create`: it must not exist; made with mode 0600. `append`: it must
 * exist, and each write goes to its end, whoever else appends. `append-create`: the same, made with
 * mode 0600 when it is missing. `overwrite`: it must exist, and keeps what is not written over. Only
 * `read` and `overwrite` follow a symbolic link; neither waits for the other end of a pipe.
 */
export type OpenIntent = 'read' | 'create' | 'append' | 'append-create' | 'overwrite';

export interface OpenFile {
  /** Up to `lengthBytes` from `position`; an empty buffer at the end of the file. */
  read(position: number, lengthBytes: number): Promise<Buffer>;
  /** One system call. Resolves with the bytes taken, which can be fewer than given. */
  write(bytes: Buffer, position?: number): Promise<number>;
  /** Cuts off what lies behind. */
  truncate(lengthBytes: number): Promise<void>;
  /** Resolves when the content is on the disk itself (fsync). */
  sync(): Promise<void>;
  /**
   * Gives the file the mode and owner of another. Fails with EPERM when the system does not allow it
   * and somebody would gain or lose access by it.
   */
  setAccess(like: Pick<FileInfo, 'mode' | 'ownerId' | 'groupId'>): Promise<void>;
  close(): Promise<void>;
}

interface FileAccess {
  open(path: string, intent: OpenIntent): Promise<OpenFile>;
  /** Follows symbolic links. */
  stat(path: string): Promise<FileInfo>;
  /**
   * Whether stat() would find something; rejects where that cannot be known. For names that are nearly always free:
   * to fail at each of them costs more than to look.
   */
  has(path: string): Promise<boolean>;
}

interface SymbolicLinks {
  /** The path behind all symbolic links; fails with ENOENT also when one leads nowhere. */
  realPath(path: string): Promise<string>;
  /** What the link says, which may be relative to its folder; undefined for whatever is no link. */
  linkTarget(path: string): Promise<string | undefined>;
}

interface FileNames {
  /** Gives the file a second name; fails with EEXIST when the name is taken. */
  link(existing: string, added: string): Promise<void>;
  /** Replaces the target at once. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}

interface Directories {
  /** One level, mode 0700; fails with EEXIST when the name is taken. */
  makeDirectory(path: string): Promise<void>;
  list(path: string): Promise<readonly string[]>;
  /** By reads alone: rejects where the system would let us make nothing in the directory. */
  assertWritable(path: string): Promise<void>;
  /** Resolves when names made, changed or removed in the directory are on the disk itself. */
  syncDirectory(path: string): Promise<void>;
  /** Resolves when what anybody has written into the file is on the disk. */
  syncFile(path: string): Promise<void>;
}

/** What can be known of a write without making it. None of these changes anything. */
interface Rehearsals {
  /** Whether something is mounted on this very file, so that no other file can take its name. */
  isMountPoint(path: string): Promise<boolean>;
  /** Fails as it would fail to put another file in the place of this one. */
  checkReplaceable(path: string): Promise<void>;
  /** The room that is left where the file is. */
  freeBytes(path: string): Promise<number>;
}

export interface FileSystem extends FileAccess, SymbolicLinks, FileNames, Directories, Rehearsals {}

/** The code of a system error, such as ENOSPC. */
export function errnoOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'disk quota exceeded',
  EFBIG: 'the limit on the size of files is reached',
  EIO: 'input/output error',
  ELOOP: 'it is a symbolic link',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'it does not exist',
  ENOSPC: 'no space left on the disk',
  ENOTDIR: 'a part of the path is not a directory',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
};

/** Why a system call failed, in words that never carry the content of a file (I8). */
export function systemReason(thrown: unknown): string {
  const code = errnoOf(thrown);
  if (code === undefined) return thrown instanceof Error ? thrown.name : 'unknown reason';
  const words = WORDS[code];
  return words === undefined ? code : `${words} (${code})`;
}
