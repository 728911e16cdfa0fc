// Writing the credentials file: under a lock, a backup first, whole and at once (I9). Whatever dies
// whenever, the file holds the old content or the new one.

import { basename, dirname, resolve } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import {
  errnoOf,
  type FileInfo,
  type FileSystem,
  systemReason,
} from '../base/files/file-system.ts';
import { readWholeFile, removeQuietly, writeFully } from '../base/files/whole-file.ts';
import { backupPaths } from './backup.ts';
import { checkEdit } from './check-edit.ts';
import { problemsOf } from './disagreements.ts';
import { type Document, parseDocument, serialize } from './document.ts';
import { sweepTemporaries, temporaryPath } from './temporary.ts';

export interface SaveOptions {
  readonly path: string;
  readonly fs: FileSystem;
  readonly clock: Clock;
  /** Runs work as the only keyctl that writes this file. */
  readonly lock: <T>(target: string, work: () => Promise<T>) => Promise<T>;
}

export interface EditRequest {
  /** The profiles that the edit changes, adds or removes; all others must read as before. */
  readonly profiles: readonly string[];
  /** From the document as it is now; it is applied again when somebody else writes meanwhile. */
  readonly edit: (document: Document) => Document;
}

export interface Saved {
  /** Undefined when there was nothing to change. */
  readonly backupPath: string | undefined;
}

/** How often another program may write in between before we give up. */
const TRIES_MAX = 5;
const LINKS_MAX = 16;

/**
 * Applies an edit. Throws `file-not-understood` with the line, `credentials-file`, or what the edit
 * throws; the file is then as it was.
 */
export async function saveEdit(request: EditRequest, options: SaveOptions): Promise<Saved> {
  const target = await resolveLinks(options.fs, options.path);
  return await options.lock(target, async () => {
    await sweepTemporaries(options.fs, dirname(target));
    for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
      const saved = await tryOnce(request, target, options);
      if (saved !== 'changed-meanwhile') return saved;
    }
    throw failure(options.path, 'another program keeps writing it', undefined);
  });
}

/** Proves, by writing a file beside it, that a later save can work. Throws `credentials-file`. */
export async function checkWritable(options: SaveOptions): Promise<FileInfo> {
  const { fs, path } = options;
  const target = await resolveLinks(fs, path);
  return await options.lock(target, async () => {
    const info = await inspect(fs, path, target);
    for (const folder of new Set([dirname(target), dirname(path)])) {
      const probe = temporaryPath(folder);
      try {
        const file = await fs.open(probe, 'create');
        await file.close();
      } catch (thrown) {
        throw failure(path, `${folder} takes no file: ${systemReason(thrown)}`, thrown);
      } finally {
        await removeQuietly(fs, probe);
      }
    }
    return info;
  });
}

/** The bytes, or undefined when there is no file. Throws `credentials-file`. */
export async function readFileBytes(fs: FileSystem, path: string): Promise<Buffer | undefined> {
  try {
    return await readWholeFile(fs, path);
  } catch (thrown) {
    throw failure(path, systemReason(thrown), thrown, 'read');
  }
}

/** Throws `file-not-understood`, naming file, line and what to do, before anything is written. */
export function refuseProblems(path: string, bytes: Buffer, profiles: readonly string[]): void {
  const [problem] = problemsOf(bytes, profiles);
  if (problem === undefined) return;
  throw new KeyturnError(
    'file-not-understood',
    `${path}, line ${problem.line}: this line ${problem.explanation}`,
    { hint: 'correct that line by hand, then run again; nothing was changed' },
  );
}

async function tryOnce(
  request: EditRequest,
  target: string,
  options: SaveOptions,
): Promise<Saved | 'changed-meanwhile'> {
  const { fs, path } = options;
  const before = await readFileBytes(fs, target);
  if (before === undefined) throw failure(path, 'it does not exist', undefined);
  refuseProblems(path, before, request.profiles);
  const after = serialize(request.edit(parseDocument(before)));
  if (after.equals(before)) return { backupPath: undefined };
  // Judged before it is written: what both readers will see, profile by profile.
  checkEdit(path, before, after, request.profiles);
  const info = await inspect(fs, path, target);
  const temporary = temporaryPath(dirname(target));
  let backup: string | undefined;
  try {
    await writeNew(fs, temporary, after, info);
    backup = await writeBackup(options, before);
    // The last look before the new file takes the name: nobody else's write is lost.
    const now = await readWholeFile(fs, target);
    if (now === undefined || !now.equals(before)) {
      await removeQuietly(fs, backup);
      return 'changed-meanwhile';
    }
    await fs.rename(temporary, target);
  } catch (thrown) {
    if (thrown instanceof KeyturnError) throw thrown;
    throw failure(path, systemReason(thrown), thrown);
  } finally {
    await removeQuietly(fs, temporary);
  }
  await settle(fs, path, target, after);
  return { backupPath: backup };
}

async function settle(fs: FileSystem, path: string, target: string, after: Buffer): Promise<void> {
  try {
    await fs.syncDirectory(dirname(target));
    const written = await readWholeFile(fs, target);
    if (written?.equals(after)) return;
  } catch (thrown) {
    throw failure(path, `written, but not confirmed: ${systemReason(thrown)}`, thrown);
  }
  throw failure(path, 'it was written and holds something else now', undefined);
}

async function inspect(fs: FileSystem, path: string, target: string): Promise<FileInfo> {
  let info: FileInfo;
  try {
    info = await fs.stat(target);
  } catch (thrown) {
    throw failure(path, systemReason(thrown), thrown);
  }
  if (info.isDirectory) throw failure(path, 'it is a directory', undefined);
  // A new file under this name would part it from the others.
  if (info.linkCount > 1) {
    throw failure(path, `it has ${info.linkCount} names (hard links)`, undefined);
  }
  return info;
}

/** With the access of the file that it will replace; 0600 from birth until it is complete. */
async function writeNew(
  fs: FileSystem,
  path: string,
  bytes: Buffer,
  like: FileInfo,
): Promise<void> {
  const file = await fs.open(path, 'create');
  try {
    await writeFully(file, bytes, path);
    await file.setAccess(like);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeBackup(options: SaveOptions, bytes: Buffer): Promise<string> {
  const { fs, path, clock } = options;
  for (const candidate of backupPaths(path, clock.now())) {
    try {
      const file = await fs.open(candidate, 'create');
      try {
        await writeFully(file, bytes, candidate);
        await file.sync();
      } catch (thrown) {
        await removeQuietly(fs, candidate);
        throw thrown;
      } finally {
        await file.close();
      }
      await fs.syncDirectory(dirname(candidate));
      return candidate;
    } catch (thrown) {
      // Another backup of this second: it is never overwritten.
      if (errnoOf(thrown) !== 'EEXIST') throw thrown;
    }
  }
  throw failure(path, `too many backups of this second lie beside ${basename(path)}`, undefined);
}

/** The file that a name stands for: rename() over a symbolic link would replace the link. */
async function resolveLinks(fs: FileSystem, path: string): Promise<string> {
  let current = resolve(path);
  for (let hop = 0; hop < LINKS_MAX; hop += 1) {
    let link: string | undefined;
    try {
      link = await fs.readLink(current);
    } catch (thrown) {
      throw failure(path, systemReason(thrown), thrown, 'read');
    }
    if (link === undefined) return current;
    current = resolve(dirname(current), link);
  }
  throw failure(path, 'its symbolic links lead in a circle', undefined, 'read');
}

function failure(
  path: string,
  reason: string,
  cause: unknown,
  verb: 'read' | 'written' = 'written',
): KeyturnError {
  return new KeyturnError('credentials-file', `${path} can not be ${verb}: ${reason}`, {
    hint: 'the file is as it was; repair this, then run again',
    ...(cause === undefined ? {} : { cause: { code: errnoOf(cause) } }),
  });
}

/** The lock of a file is a claim of this name in its folder. */
export function lockNameOf(target: string): string {
  return `.${basename(target)}.keyturn-lock`;
}
