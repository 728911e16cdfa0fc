// All that is kept of an account in files, and the same from another store.

import { type AccessKeyId, isAccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import { errnoOf, type FileSystem, systemReason } from '../../base/files/file-system.ts';
import { readWholeFile, replaceWholeFile } from '../../base/files/whole-file.ts';
import type { Actor } from '../../lifecycle/trail/fact.ts';
import { damagedLine, decodeRecord } from '../record-codec.ts';
import { encodeSights } from '../sightings-codec.ts';
import type { AccountDump, SealedSecret } from '../state-store.ts';
import { notEmpty } from '../transfer.ts';
import type { ClaimFiles } from './claim-files.ts';
import { whileNobodyWrites } from './claims.ts';
import { CONDEMNED, type FileCustody } from './custody.ts';
import { readSights } from './sightings.ts';
import { isCutShort } from './torn-line.ts';
import type { FileTrail } from './trail.ts';
import type { TrailFile } from './trail-file.ts';

export interface TransferFiles {
  readonly account: string;
  readonly fs: FileSystem;
  readonly claimFiles: ClaimFiles;
  readonly custody: FileCustody;
  readonly journalPath: string;
  readonly sightingsPath: string;
  readonly handoff: string;
  readonly trail: FileTrail;
  readonly trailFile: TrailFile;
  readonly by: Actor;
}

export async function dumpFiles(files: TransferFiles): Promise<AccountDump> {
  return await whileNobodyWrites(files.claimFiles, () => readAll(files));
}

async function readAll(files: TransferFiles): Promise<AccountDump> {
  const { custody, fs, sightingsPath: path } = files;
  const secrets = [];
  for (const keyId of await custody.heldKeys()) {
    const entry = await custody.get(keyId);
    if (entry !== undefined) secrets.push(entry);
  }
  const sealed: SealedSecret[] = [];
  for (const keyId of await custody.sealedKeys()) {
    const bytes = await custody.sealed.get(keyId);
    if (bytes !== undefined) sealed.push({ keyId, bytes });
  }
  return {
    records: await linesOf(files),
    secrets,
    condemned: await condemnedIn(files),
    sealed,
    sights: await readSights({ fs, path }),
    trail: await trailOf(files),
  };
}

/** Of a trail whose writer died, the last records are told first: the copy is then all that is known. */
async function trailOf({ trail, trailFile, by }: TransferFiles): Promise<readonly string[]> {
  await trail.catchUp(by);
  return await reading(trailFile.path, async () => {
    const texts: string[] = [];
    for await (const { text } of trailFile.lines()) texts.push(text);
    return texts;
  });
}

/** As they are read by a run: what a crash left unended is no record. */
async function linesOf({
  fs,
  journalPath: path,
  account,
}: TransferFiles): Promise<readonly string[]> {
  const content = await reading(path, () => readWholeFile(fs, path));
  const lines: string[] = [];
  for (const [index, line] of (content?.toString('utf8') ?? '').split('\n').entries()) {
    if (line === '') continue;
    const where = `journal ${path} line ${index + 1}`;
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      if (isCutShort(line)) continue;
      throw damagedLine(where, 'it is not JSON');
    }
    if (decodeRecord(parsed, where).account !== account) {
      throw damagedLine(where, 'it is about another account');
    }
    lines.push(line);
  }
  return lines;
}

async function condemnedIn({ fs, handoff }: TransferFiles): Promise<readonly AccessKeyId[]> {
  const names = await reading(handoff, () => fs.list(handoff));
  return names.flatMap((name) => {
    const id = name.endsWith(CONDEMNED) ? name.slice(0, -CONDEMNED.length) : '';
    return isAccessKeyId(id) ? [id] : [];
  });
}

/** The journal last: until it is there, the account has no rotation that anybody would take up. */
export async function loadFiles(dump: AccountDump, files: TransferFiles): Promise<void> {
  const { account, fs, custody, journalPath, sightingsPath } = files;
  await whileNobodyWrites(files.claimFiles, async () => {
    const trailPath = files.trailFile.path;
    for (const path of [journalPath, sightingsPath, trailPath]) {
      if ((await reading(path, () => readWholeFile(fs, path))) !== undefined) {
        throw notEmpty(account, path);
      }
    }
    if ((await custody.heldKeys()).length > 0) throw notEmpty(account, files.handoff);
    for (const entry of dump.secrets) await custody.put(entry);
    for (const { keyId, bytes } of dump.sealed) await custody.sealed.put(keyId, bytes);
    for (const keyId of dump.condemned) await custody.condemn(keyId, '');
    const sightings = encodeSights(dump.sights, new Date(0));
    await writing(sightingsPath, () =>
      replaceWholeFile(fs, sightingsPath, `${JSON.stringify(sightings, null, 1)}\n`),
    );
    if (dump.trail.length > 0) {
      const trail = dump.trail.map((text) => `${text}\n`).join('');
      await writing(trailPath, () => replaceWholeFile(fs, trailPath, trail));
    }
    const journal = dump.records.map((line) => `${line}\n`).join('');
    await writing(journalPath, () => replaceWholeFile(fs, journalPath, journal));
  });
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    throw failed(path, 'read', thrown);
  }
}

async function writing(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (thrown) {
    throw failed(path, 'written', thrown);
  }
}

function failed(path: string, done: string, thrown: unknown): KeyturnError {
  if (thrown instanceof KeyturnError) return thrown;
  const why = errnoOf(thrown) === undefined ? String(thrown) : systemReason(thrown);
  return new KeyturnError('state-dir', `${path} cannot be ${done}: ${why}`, { cause: thrown });
}
