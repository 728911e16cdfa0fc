// The file of metrics: the whole of it or none, under a temporary name that the collector does not read, and
// readable for it, whoever it runs as. What is in it is no secret.

import { lstat, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { errnoOf, systemReason } from '../../base/files/file-system.ts';
import { temporaryPathBeside } from '../../base/files/whole-file.ts';
import type { Sample } from './families.ts';
import { prometheusText, samplesIn } from './prometheus-text.ts';

const MODE = 0o644;
/** Far above what many thousand accounts take. */
const BYTES_MAX = 64 * 1024 * 1024;

/** What stands there already; nothing where there is no file. Throws `output-file`. */
export async function readMetrics(path: string): Promise<readonly Sample[]> {
  try {
    const info = await stat(path);
    if (!info.isFile()) throw notWritten(path, 'it is no regular file');
    if (info.size > BYTES_MAX) throw notWritten(path, 'it is too large for metrics');
    const text = await readFile(path, 'utf8');
    // Whatever else has that name is somebody else's.
    if (text.trim() !== '' && !text.startsWith('# HELP keyturn_')) {
      throw notWritten(path, 'another file has that name, which is none of keyturn');
    }
    return samplesIn(text);
  } catch (thrown) {
    if (thrown instanceof KeyturnError) throw thrown;
    if (errnoOf(thrown) === 'ENOENT') return [];
    throw notWritten(path, systemReason(thrown));
  }
}

/** Throws `output-file`; the file is then as it was. */
export async function writeMetrics(path: string, samples: readonly Sample[]): Promise<void> {
  const temporary = temporaryPathBeside(path);
  try {
    const there = await lstat(path).catch(() => undefined);
    // The name of a link would be given to a file, and who reads the other end sees nothing new.
    if (there?.isSymbolicLink()) throw notWritten(path, 'it is a symbolic link');
    const file = await open(temporary, 'wx', MODE);
    try {
      await file.writeFile(prometheusText(samples));
      // Whatever the umask: the collector runs as another user.
      await file.chmod(MODE);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (thrown instanceof KeyturnError) throw thrown;
    throw notWritten(path, systemReason(thrown));
  }
}

/** Not every system lets a folder be synced; the file is whole without that. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  if (folder === undefined) return;
  await folder.sync().catch(() => undefined);
  await folder.close();
}

function notWritten(path: string, why: string): KeyturnError {
  return new KeyturnError('output-file', `metrics cannot be written to ${path}: ${why}`, {
    hint: 'name a file with --metrics that this user can write, in the folder that the collector reads',
  });
}
