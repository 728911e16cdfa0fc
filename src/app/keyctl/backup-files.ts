// The backups beside a credentials file, and the pairs that each holds.

import { lstat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { nodeFileSystem } from '../../base/files/node-file-system.ts';
import { readWholeFile } from '../../base/files/whole-file.ts';
import { parseDocument } from '../../credentials-file/document.ts';
import type { KeyPair } from '../../credentials-file/edit.ts';
import { listProfiles } from '../../credentials-file/profiles.ts';
import { pairOf } from '../../destinations/credentials-file/pairs.ts';

export interface BackupFile {
  readonly path: string;
  readonly madeAt: Date;
  readonly pairs: readonly KeyPair[];
  /** False where secrets may be in it that nobody can name (I11). */
  readonly isUnderstood: boolean;
}

const NAME = /^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)(?:_(\d+))?$/;

/** The newest first. Links and the like are none of ours and left out. */
export async function backupFilesOf(path: string): Promise<readonly BackupFile[]> {
  const prefix = `${basename(path)}.backup.`;
  const names = await nodeFileSystem.list(dirname(path)).catch(() => []);
  const dated = names
    .filter((name) => name.startsWith(prefix))
    .flatMap((name) => dateOf(name.slice(prefix.length), join(dirname(path), name)));
  dated.sort((a, b) => b.madeAt.getTime() - a.madeAt.getTime() || b.count - a.count);
  const files: BackupFile[] = [];
  for (const { path: backup, madeAt } of dated) {
    if (!(await isPlainFile(backup))) continue;
    const bytes = await readWholeFile(nodeFileSystem, backup).catch(() => undefined);
    const pairs = bytes === undefined ? [] : pairsIn(bytes);
    const isUnderstood = bytes !== undefined && (pairs.length > 0 || !/secret/i.test(`${bytes}`));
    files.push({ path: backup, madeAt, pairs, isUnderstood });
  }
  return files;
}

/** Reading anything else could hang, or be a trap. */
async function isPlainFile(path: string): Promise<boolean> {
  return await lstat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}

/** Names tell local time, as documented. */
function dateOf(stamp: string, path: string) {
  const match = NAME.exec(stamp);
  if (match === null) return [];
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(Number);
  const madeAt = new Date(year, month - 1, day, hour, minute, second);
  return [{ path, madeAt, count: Number(match[7] ?? 1) }];
}

/** Every pair once. */
export function pairsIn(bytes: Buffer): readonly KeyPair[] {
  const document = parseDocument(bytes);
  const pairs = new Map<string, KeyPair>();
  for (const { name } of listProfiles({ credentials: bytes, config: undefined })) {
    const pair = pairOf(document, name);
    if (pair !== undefined) pairs.set(`${pair.id} ${pair.secret.reveal()}`, pair);
  }
  return [...pairs.values()];
}
