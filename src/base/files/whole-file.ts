// Small files that are read and replaced as a whole: at any moment a reader, or a machine that lost
// its power, finds the old content or the new one, never a part.

import { dirname, join } from 'node:path';
import { KeyturnError } from '../errors.ts';
import { newHex } from '../new-id.ts';
import { errnoOf, type FileSystem, type OpenFile } from './file-system.ts';

/** Nearly all of these files are smaller; the first look need not make room for more. */
const FIRST_CHUNK_BYTES = 1 << 12;
const CHUNK_BYTES = 1 << 16;
/** Far above anything that this room keeps in one file; stops at something that never ends. */
const FILE_BYTES_MAX = 1 << 28;

/** Names of files that are not finished. Nobody reads them; old ones are swept. */
const TEMPORARY_PREFIX = 'tmp-';

export function isTemporaryName(name: string): boolean {
  return name.startsWith(TEMPORARY_PREFIX);
}

/** A path in the same directory, so that the finished file can take its name by link or rename. */
export function temporaryPathBeside(path: string): string {
  return join(dirname(path), `${TEMPORARY_PREFIX}${newHex().slice(0, 16)}`);
}

/** The content, or undefined when there is no such file. Other failures are system errors. */
export async function readWholeFile(fs: FileSystem, path: string): Promise<Buffer | undefined> {
  let file: OpenFile;
  try {
    file = await fs.open(path, 'read');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const chunks: Buffer[] = [];
    let lengthBytes = 0;
    while (lengthBytes < FILE_BYTES_MAX) {
      const isFirst = lengthBytes < FIRST_CHUNK_BYTES;
      const chunk = await file.read(lengthBytes, isFirst ? FIRST_CHUNK_BYTES : CHUNK_BYTES);
      if (chunk.length === 0) return Buffer.concat(chunks);
      chunks.push(chunk);
      lengthBytes += chunk.length;
    }
    throw new KeyturnError('state-dir', `${path} is larger than ${FILE_BYTES_MAX} bytes`);
  } finally {
    await file.close();
  }
}

/** Writes all bytes, in several calls when the disk takes them in parts. Nobody else may append. */
export async function writeFully(file: OpenFile, bytes: Buffer, path: string): Promise<void> {
  let writtenBytes = 0;
  while (writtenBytes < bytes.length) {
    const count = await file.write(bytes.subarray(writtenBytes), writtenBytes);
    // A disk that takes nothing and reports no error would keep this loop going for ever.
    if (count === 0) throw new KeyturnError('state-dir', `the disk takes no data for ${path}`);
    writtenBytes += count;
  }
}

/**
 * Puts the content under the path. Resolves when content and name are on disk. When it rejects, the
 * path holds the old content or the new one.
 */
export async function replaceWholeFile(
  fs: FileSystem,
  path: string,
  content: string | Buffer,
): Promise<void> {
  const temporary = temporaryPathBeside(path);
  const file = await fs.open(temporary, 'create');
  try {
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      await writeFully(file, bytes, path);
      // Content before name: otherwise a power cut could leave the name with nothing behind it.
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(temporary, path);
  } catch (error) {
    await removeQuietly(fs, temporary);
    throw error;
  }
  await fs.syncDirectory(dirname(path));
}

/** For what is only tidying: the failure that matters was met already, or nothing depends on it. */
export async function removeQuietly(fs: FileSystem, path: string): Promise<void> {
  try {
    await fs.remove(path);
  } catch {
    // A leftover temporary file is swept when it is a day old.
  }
}
