// Writing the credentials file: under a lock, a backup first, whole and at once (I9). Whatever dies
// whenever, the file holds the old content or the new one.

import { basename, dirname, resolve } from 'node:path';
import { type Clock, machineClock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import {
  errnoOf,
  type FileInfo,
  type FileSystem,
  systemReason,
} from '../base/files/file-system.ts';
import { readWholeFile, writeFully } from '../base/files/whole-file.ts';
import { writeBackup } from './backup.ts';
import { checkEdit } from './check-edit.ts';
import { problemsOf } from './disagreements.ts';
import { type Document, parseDocument, serialize } from './document.ts';
import { discard, sweepTemporaries, temporaryPath } from './temporary.ts';

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
/** The file must not only fit: other programs write to the disk in the meantime too. */
const SPARE_BYTES = 4096;

/**
 * Applies an edit. Throws `file-not-understood` with the line, `credentials-file`, or what the edit
 * throws. The file is then as it was, unless the message says otherwise.
 */
export async function saveEdit(request: EditRequest, options: SaveOptions): Promise<Saved> {
  const { fs, path } = options;
  const target = await targetOf(fs, path);
  return await options.lock(target, async () => {
    for (const each of new Set([target, resolve(path)])) await sweepTemporaries(fs, each);
    for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
      const saved = await tryOnce(request, target, options);
      if (saved !== 'changed-meanwhile') return saved;
    }
    throw failure(path, 'another program keeps writing it', undefined);
  });
}

/**
 * What the file would hold after an edit, proved to read as meant. Writes nothing: call it before
 * anything that a refusal would come too late for. Throws `file-not-understood`, or what the edit
 * throws.
 */
export function applyEdit(path: string, before: Buffer, request: EditRequest): Buffer {
  refuseProblems(path, before, request.profiles);
  const after = serialize(request.edit(parseDocument(before)));
  if (!after.equals(before)) checkEdit(path, before, after, request.profiles);
  return after;
}

/**
 * Proves that a later save can work: by writing a file beside it that takes as much room as the new
 * file and the backup, with the same mode and owner. Throws `credentials-file`.
 */
export async function checkWritable(options: SaveOptions): Promise<FileInfo> {
  const { fs, path } = options;
  const target = await targetOf(fs, path);
  return await options.lock(target, async () => {
    const info = await inspect(fs, path, target);
    for (const beside of new Set([target, resolve(path)])) {
      const probe = temporaryPath(beside);
      try {
        await writeNew(fs, probe, Buffer.alloc(2 * info.sizeBytes + SPARE_BYTES), info);
      } catch (thrown) {
        throw failure(path, `${dirname(beside)} takes no such file: ${reasonOf(thrown)}`, thrown);
      } finally {
        await discard(fs, probe);
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
    throw failure(path, reasonOf(thrown), thrown, 'read');
  }
}

/** Throws `file-not-understood`, naming file, line and what to do, before anything is written. */
export function refuseProblems(path: string, bytes: Buffer, profiles: readonly string[]): void {
  const problems = problemsOf(bytes, profiles);
  const [first] = problems;
  if (first === undefined) return;
  const whose = first.profile === undefined ? '' : ` (profile ${first.profile})`;
  const others = [...new Set(problems.map(({ line }) => line))].slice(1);
  const more = others.length === 0 ? '' : `; see also line ${others.join(', ')}`;
  throw new KeyturnError(
    'file-not-understood',
    `${path}, line ${first.line}: this line ${first.explanation}${whose}${more}`,
    { hint: 'correct that line by hand, then run again; nothing was changed' },
  );
}

async function tryOnce(
  request: EditRequest,
  target: string,
  options: SaveOptions,
): Promise<Saved | 'changed-meanwhile'> {
  const { fs, path, clock } = options;
  const before = await readFileBytes(fs, target);
  if (before === undefined) throw failure(path, 'it does not exist', undefined);
  const after = applyEdit(path, before, request);
  if (after.equals(before)) {
    // An earlier save may have been unable to confirm that its new file has the name for good.
    await settle(fs, path, target, after, undefined);
    return { backupPath: undefined };
  }
  const info = await inspect(fs, path, target);
  const temporary = temporaryPath(target);
  let backup: string | undefined;
  try {
    await writeNew(fs, temporary, after, info);
    backup = await writeBackup(fs, path, before, machineClock(clock).now());
    // The last look before the new file takes the name: nobody else's write is lost.
    const now = await readWholeFile(fs, target);
    if (now === undefined || !now.equals(before)) {
      await discard(fs, temporary);
      await discard(fs, backup);
      return 'changed-meanwhile';
    }
  } catch (thrown) {
    await discard(fs, temporary);
    if (backup !== undefined) await discard(fs, backup);
    if (thrown instanceof KeyturnError && thrown.code === 'credentials-file') throw thrown;
    throw failure(path, reasonOf(thrown), thrown);
  }
  await takeName(options, temporary, target, { before, after, backup });
  await settle(fs, path, target, after, backup);
  return { backupPath: backup };
}

interface Contents {
  readonly before: Buffer;
  readonly after: Buffer;
  readonly backup: string;
}

/** A rename that is reported as failed can have happened: then it counts. */
async function takeName(
  { fs, path }: SaveOptions,
  temporary: string,
  target: string,
  { before, after, backup }: Contents,
): Promise<void> {
  try {
    await fs.rename(temporary, target);
  } catch (thrown) {
    const found = await readWholeFile(fs, target).catch(() => undefined);
    if (found?.equals(after)) return;
    await discard(fs, temporary);
    if (found === undefined || !found.equals(before)) {
      throw unsure(path, `renaming failed: ${reasonOf(thrown)}`, thrown, backup);
    }
    await discard(fs, backup);
    throw failure(path, reasonOf(thrown), thrown);
  }
}

async function settle(
  fs: FileSystem,
  path: string,
  target: string,
  after: Buffer,
  backup: string | undefined,
): Promise<void> {
  let written: Buffer | undefined;
  try {
    await fs.syncDirectory(dirname(target));
    written = await readWholeFile(fs, target);
  } catch (thrown) {
    throw unsure(path, `it was written, but ${reasonOf(thrown)}`, thrown, backup);
  }
  if (written?.equals(after)) return;
  throw unsure(path, 'another program changed it in the same moment', undefined, backup);
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
    // Only now: while it has no access bits but the owner's, nobody else can open it.
    await file.setAccess(like);
    await file.sync();
  } finally {
    await file.close();
  }
}

const LINK_REASONS: Readonly<Record<string, string>> = {
  ELOOP: 'its symbolic links lead in a circle',
  ENOENT: 'it does not exist, or is a symbolic link that leads nowhere',
};

/** The file that a name stands for: rename() over a symbolic link would replace the link. */
async function targetOf(fs: FileSystem, path: string): Promise<string> {
  try {
    // By the system: a relative link in a folder that is a link itself counts from the real folder.
    return await fs.realPath(path);
  } catch (thrown) {
    const reason = LINK_REASONS[errnoOf(thrown) ?? ''] ?? systemReason(thrown);
    throw failure(path, reason, thrown, 'read');
  }
}

function failure(
  path: string,
  reason: string,
  cause: unknown,
  verb: 'read' | 'written' = 'written',
): KeyturnError {
  return new KeyturnError('credentials-file', `${path} cannot be ${verb}: ${reason}`, {
    hint: 'the file is as it was; repair this, then run again',
    ...(cause === undefined ? {} : { cause: { code: errnoOf(cause) } }),
  });
}

/** After the rename was tried: nothing may claim that the file is as it was. */
function unsure(
  path: string,
  reason: string,
  cause: unknown,
  backup: string | undefined,
): KeyturnError {
  const kept = backup === undefined ? '' : `; the old content is in ${backup}`;
  return new KeyturnError('credentials-file', `${path} may have been written: ${reason}`, {
    hint: `it holds the old content or the new, never a part${kept}; run again`,
    ...(cause === undefined ? {} : { cause: { code: errnoOf(cause) } }),
  });
}

/** In words, without the content of any file (I8). */
function reasonOf(thrown: unknown): string {
  return thrown instanceof KeyturnError ? thrown.message : systemReason(thrown);
}

/** The lock of a file is a claim of this name in its folder. */
export function lockNameOf(target: string): string {
  return `.${basename(target)}.keyturn-lock`;
}
