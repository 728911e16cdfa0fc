// Writing the credentials file: under a lock, a backup first, whole and at once (I9). Whatever dies
// whenever, the file holds the old content or the new one; only in a mount point, where no other file
// can take the name, the backup has to stand in for that.

import { basename, dirname, resolve } from 'node:path';
import { machineClock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { readWholeFile } from '../base/files/whole-file.ts';
import { writeBackup } from './backup.ts';
import { checkEdit } from './check-edit.ts';
import { type Document, parseDocument, serialize } from './document.ts';
import { failure, reasonOf, unsure } from './failures.ts';
import { overwrite } from './overwrite.ts';
import { refuseProblems } from './refuse-problems.ts';
import { readFileBytes } from './regular-file.ts';
import {
  inspectTarget,
  targetOf,
  type WritableFile,
  type WriteWay,
  writeNew,
} from './rehearse-write.ts';
import type { Contents, Place, SaveOptions } from './saving.ts';
import { discard, sweepTemporaries, temporaryPath } from './temporary.ts';

export interface EditRequest {
  /** The profiles that the edit changes, adds or removes; all others must read as before. */
  readonly profiles: readonly string[];
  /** From the document as it is now; it is applied again when somebody else writes meanwhile. */
  readonly edit: (document: Document) => Document;
}

export interface Saved {
  /** Undefined when there was nothing to change. */
  readonly backupPath: string | undefined;
  readonly way: WriteWay;
}

/** How often another program may write in between before we give up. */
const TRIES_MAX = 5;

/**
 * Applies an edit. Throws `file-not-understood` with the line, `credentials-file`, or what the edit
 * throws. The file is then as it was, unless the message says otherwise.
 */
export async function saveEdit(request: EditRequest, options: SaveOptions): Promise<Saved> {
  return await saveBytes((before) => applyEdit(options.path, before, request), options);
}

/** From the bytes as they are now; it is applied again when somebody else writes meanwhile. */
export type BytesEdit = (before: Buffer) => Buffer | Promise<Buffer>;

/**
 * The same for a file of any form. Throws `credentials-file`, or what the edit throws. The file is then as it
 * was, unless the message says otherwise.
 */
export async function saveBytes(edit: BytesEdit, options: SaveOptions): Promise<Saved> {
  const { fs, path } = options;
  const target = await targetOf(fs, path);
  return await options.lock(target, async () => {
    for (const each of new Set([target, resolve(path)])) await sweepTemporaries(fs, each);
    for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
      const saved = await tryOnce(edit, target, options);
      if (saved !== 'changed-meanwhile') return saved;
    }
    throw failure(path, 'another program keeps writing it');
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

async function tryOnce(
  edit: BytesEdit,
  target: string,
  options: SaveOptions,
): Promise<Saved | 'changed-meanwhile'> {
  const { fs, path, namedBy } = options;
  const before = await readFileBytes(fs, target, namedBy);
  if (before === undefined) throw failure(path, 'it does not exist');
  const after = await edit(before);
  const file = await inspectTarget(options, target);
  const { way } = file;
  const place = { target, before, after, inPlace: way === 'in-place' };
  if (after.equals(before)) {
    // An earlier save may have been unable to confirm that its new file has the name for good.
    await settle(options, { ...place, backup: undefined });
    return { backupPath: undefined, way };
  }
  const prepared = await prepare(options, place, file);
  if (prepared === 'changed-meanwhile') return prepared;
  const { backup, temporary } = prepared;
  const contents = { ...place, backup };
  if (temporary === undefined) await overwrite(options, contents);
  else await takeName(options, temporary, contents);
  await settle(options, contents);
  if (options.keepsBackup !== false) return { backupPath: backup, way };
  await discard(fs, backup);
  return { backupPath: undefined, way };
}

interface Prepared {
  readonly backup: string;
  /** The new file, which has not got the name yet; undefined where it is written in place. */
  readonly temporary: string | undefined;
}

/** Everything that can be done before the file itself is touched; nothing of it stays when it fails. */
async function prepare(
  { fs, path, clock }: SaveOptions,
  { target, before, after }: Place,
  { way, info }: WritableFile,
): Promise<Prepared | 'changed-meanwhile'> {
  const temporary = way === 'rename' ? temporaryPath(target) : undefined;
  let backup: string | undefined;
  const undoAll = async () => {
    if (temporary !== undefined) await discard(fs, temporary);
    if (backup !== undefined) await discard(fs, backup);
  };
  try {
    if (temporary !== undefined) await writeNew(fs, temporary, { bytes: after, like: info });
    backup = await writeBackup(fs, path, before, machineClock(clock).now());
    // The last look before the file is touched: nobody else's write is lost.
    const now = await readWholeFile(fs, target);
    if (now?.equals(before) === true) return { backup, temporary };
    await undoAll();
    return 'changed-meanwhile';
  } catch (thrown) {
    await undoAll();
    if (thrown instanceof KeyturnError && thrown.code === 'credentials-file') throw thrown;
    throw failure(path, reasonOf(thrown), { cause: thrown });
  }
}

/** A rename that is reported as failed can have happened: then it counts. */
async function takeName(
  { fs, path }: SaveOptions,
  temporary: string,
  { target, before, after, backup, inPlace }: Contents,
): Promise<void> {
  try {
    await fs.rename(temporary, target);
  } catch (thrown) {
    const found = await readWholeFile(fs, target).catch(() => undefined);
    if (found?.equals(after)) return;
    await discard(fs, temporary);
    if (found === undefined || !found.equals(before)) {
      const reason = `renaming failed: ${reasonOf(thrown)}`;
      throw unsure(path, reason, { backup, inPlace, cause: thrown });
    }
    if (backup !== undefined) await discard(fs, backup);
    throw failure(path, reasonOf(thrown), { cause: thrown });
  }
}

async function settle(
  { fs, path }: SaveOptions,
  { target, after, backup, inPlace }: Contents,
): Promise<void> {
  let written: Buffer | undefined;
  try {
    await fs.syncDirectory(dirname(target));
    written = await readWholeFile(fs, target);
  } catch (thrown) {
    const reason = `it was written, but ${reasonOf(thrown)}`;
    throw unsure(path, reason, { backup, inPlace, cause: thrown });
  }
  if (written?.equals(after)) return;
  throw unsure(path, 'another program changed it in the same moment', { backup, inPlace });
}

/** The lock of a file is a claim of this name in its folder. */
export function lockNameOf(target: string): string {
  return `.${basename(target)}.keyturn-lock`;
}
