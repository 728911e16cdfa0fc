// Joins the files of one account. Import this module lazily: it loads the schema library.
//
//   <stateDir>/<account>/journal.jsonl     file-journal.ts, record-codec.ts
//   <stateDir>/<account>/claims/           file-claims.ts, claim-files.ts
//   <stateDir>/<account>/handoff/          file-handoff.ts
//   <stateDir>/<account>/sightings.json    file-sightings.ts

import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { FileSystem } from '../base/files/file-system.ts';
import { nodeFileSystem } from '../base/files/node-file-system.ts';
import { neededRecords } from '../lifecycle/compact.ts';
import { ClaimFiles } from './claim-files.ts';
import { FileClaims, whileNobodyWrites } from './file-claims.ts';
import { FileHandoff } from './file-handoff.ts';
import { FileJournal } from './file-journal.ts';
import { FileSightings } from './file-sightings.ts';
import type { AccountState, Journal } from './journal.ts';
import { type ProcessTable, systemProcesses } from './process-table.ts';
import { checkStateRoot, prepareStateDir, type StateFolders, stateFolders } from './state-dir.ts';

export interface AccountStateOptions {
  readonly stateDir: string;
  /** Twelve digits. */
  readonly account: string;
  readonly clock: Clock;
  /** The random ID of this process's run, as in its journal records. */
  readonly run: string;
  /** The disk; a test or a simulation puts another in its place. */
  readonly fs?: FileSystem;
  /** The machine; a test or a simulation puts another in its place. */
  readonly processes?: ProcessTable;
}

/** What all accounts of a run need, before the first of them is opened. Throws `state-dir`. */
export function prepareStateRoot(stateDir: string): Promise<void> {
  return checkStateRoot(nodeFileSystem, stateDir);
}

/**
 * Checks the state directory (so call it before the first change in AWS) and opens what one account
 * keeps there. Nothing needs closing. Throws `state-dir`, or `bad-value` for a bad account ID.
 */
export async function openAccountState(options: AccountStateOptions): Promise<AccountState> {
  const { account, clock, stateDir } = options;
  const fs = options.fs ?? nodeFileSystem;
  const folders = await prepareStateDir({ stateDir, account, fs, clock });
  await claimFilesOf(options, fs, folders).sweepBreakers();
  return await open(options, fs, folders);
}

/**
 * Opens what an account keeps for reading, as a dry run does: nothing is made, checked or swept, and
 * what does not exist reads as empty. Throws like the readers of the single files.
 */
export async function readAccountState(options: AccountStateOptions): Promise<AccountState> {
  const { account, stateDir } = options;
  return await open(options, options.fs ?? nodeFileSystem, stateFolders(stateDir, account));
}

async function open(
  options: AccountStateOptions,
  fs: FileSystem,
  folders: StateFolders,
): Promise<AccountState> {
  const { account, clock } = options;
  const claimFiles = claimFilesOf(options, fs, folders);
  const claims = new FileClaims(claimFiles);
  const journal = new FileJournal(fs, join(folders.account, 'journal.jsonl'), account);
  const sightings = await FileSightings.open({
    path: join(folders.account, 'sightings.json'),
    fs,
    clock,
    claims: claimFiles,
  });
  const handoff = new FileHandoff(fs, folders.handoff, account);
  const kept = { journal: keepingClaims(journal, claims), claims, handoff };
  return { ...kept, sightings, slotSightings: sightings };
}

function claimFilesOf(
  options: AccountStateOptions,
  fs: FileSystem,
  folders: StateFolders,
): ClaimFiles {
  return new ClaimFiles({
    directory: folders.claims,
    fs,
    clock: options.clock,
    processes: options.processes ?? systemProcesses,
    run: options.run,
  });
}

/** Each journaled step is a sign of life for the claim, and is refused once the claim is lost. */
function keepingClaims(journal: Journal, claims: FileClaims): Journal {
  return {
    append: async (record) => {
      await claims.keep(record.user);
      await journal.append(record);
    },
    recordsOf: (user) => journal.recordsOf(user),
    users: () => journal.users(),
  };
}

/**
 * Drops the records of an account that no decision needs any more. Throws `rotation-in-progress`
 * while a run is under way, `journal-damaged`, `journal-newer`, `journal-write`, `state-dir`.
 */
export async function compactJournal(
  options: AccountStateOptions,
): Promise<{ readonly before: number; readonly after: number }> {
  const { account, clock, stateDir } = options;
  const fs = options.fs ?? nodeFileSystem;
  const folders = await prepareStateDir({ stateDir, account, fs, clock });
  const journal = new FileJournal(fs, join(folders.account, 'journal.jsonl'), account);
  const handoff = new FileHandoff(fs, folders.handoff, account);
  return await whileNobodyWrites(claimFilesOf(options, fs, folders), async () => {
    // I8: only its rotation tells what became of a secret whose file is still there.
    const handedOff = new Set(await handoff.list());
    return await journal.compact((records) => neededRecords(records, handedOff));
  });
}
