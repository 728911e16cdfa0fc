// State in a directory of this machine. Import this module lazily: it loads the schema library.
//
//   <directory>/<account>/journal.jsonl     journal.ts, journal-reader.ts
//   <directory>/<account>/claims/           claims.ts, claim-files.ts
//   <directory>/<account>/handoff/          custody.ts
//   <directory>/<account>/sightings.json    sightings.ts
//   <directory>/<account>/trail.jsonl       trail.ts, trail-file.ts
//   <directory>/notices/                    notices.ts

import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { errnoOf, type FileSystem, systemReason } from '../../base/files/file-system.ts';
import { nodeFileSystem } from '../../base/files/node-file-system.ts';
import { nodeOwners, type Owners } from '../../base/files/owners.ts';
import type { Box } from '../../custody/box.ts';
import { Boxes, type BoxOpeners } from '../../custody/boxes.ts';
import { inWords } from '../../custody/in-words.ts';
import { isAccountId } from '../account-id.ts';
import type {
  Access,
  AccountDump,
  AccountState,
  Compacted,
  Notices,
  StateStore,
} from '../state-store.ts';
import { type AccountFiles, fileAccount } from './account.ts';
import { ClaimFiles } from './claim-files.ts';
import { FileClaims } from './claims.ts';
import { compactJournal } from './compaction.ts';
import { FileCustody } from './custody.ts';
import {
  examineStateDir,
  examineStateRoot,
  foretellStateDir,
  foretellStateRoot,
  JOURNAL,
  prepareStateDir,
  prepareStateRoot,
  SIGHTINGS,
  type StateRoot,
  stateFolders,
  TRAIL,
} from './folders.ts';
import { FileJournal } from './journal.ts';
import { FileNotices } from './notices.ts';
import { type ProcessTable, systemProcesses } from './process-table.ts';
import { FileTrail, Untold } from './trail.ts';
import { TrailFile } from './trail-file.ts';
import type { TransferFiles } from './transfer.ts';

export interface FileStoreOptions {
  /** Absolute path. */
  readonly directory: string;
  readonly clock: Clock;
  /** The random ID of this process's run, as in its journal records. */
  readonly run: string;
  /** The disk; a test or a simulation puts another in its place. */
  readonly fs?: FileSystem;
  /** Who this process is on the disk; the same. */
  readonly owners?: Owners;
  /** The machine; a test or a simulation puts another in its place. */
  readonly processes?: ProcessTable;
  /** Hides secrets; where left out they lie in files that only their owner reads. */
  readonly box?: Box | undefined;
  /** The other ones, for what was hidden otherwise. */
  readonly openers?: BoxOpeners | undefined;
}

export class FileStore implements StateStore {
  readonly where: string;
  readonly run: string;
  readonly #clock: Clock;
  readonly #fs: FileSystem;
  readonly #owners: Owners;
  readonly #processes: ProcessTable;
  readonly #boxes: Boxes;
  #isProved = false;

  constructor(options: FileStoreOptions) {
    const { directory, clock, run, fs, owners, processes } = options;
    this.where = directory;
    this.run = run;
    this.#clock = clock;
    this.#fs = fs ?? nodeFileSystem;
    this.#owners = owners ?? nodeOwners;
    this.#processes = processes ?? systemProcesses;
    this.#boxes = new Boxes(options.box, options.openers);
  }

  get notices(): Notices {
    const processes = this.#processes;
    return new FileNotices({ root: this.#root, clock: this.#clock, run: this.run, processes });
  }

  async open(account: string, access: Access, who?: string): Promise<AccountState> {
    if (access === 'write') await this.#prepareAccount(account);
    else await examineStateDir({ ...this.#root, account });
    if (access === 'foretell') await foretellStateDir({ ...this.#root, account });
    if (access !== 'read') await this.#proveBox();
    const files = this.#filesOf(account, who);
    if (access === 'write') await files.claimFiles.sweepBreakers();
    return await fileAccount(files, access);
  }

  async accounts(): Promise<readonly string[]> {
    await examineStateRoot(this.#root);
    try {
      return (await this.#fs.list(this.where)).filter(isAccountId).toSorted();
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw new KeyturnError('state-dir', `${this.where} cannot be read: ${systemReason(error)}`, {
        cause: error,
        hint: 'name the right directory with --state, or repair its permissions (0700)',
      });
    }
  }

  async prepare(access: Access): Promise<void> {
    if (access === 'write') await prepareStateRoot(this.#root);
    else await examineStateRoot(this.#root);
    if (access === 'foretell') await foretellStateRoot(this.#root);
    if (access !== 'read') await this.#proveBox();
  }

  /** Once a run: what was proved stays so. */
  async #proveBox(): Promise<void> {
    if (this.#isProved) return;
    const what = `secrets cannot be sealed for ${this.where}`;
    await inWords('state-dir', what, async () => this.#boxes.chosen?.prove());
    this.#isProved = true;
  }

  async compact(account: string): Promise<Compacted> {
    await this.#prepareAccount(account);
    return await compactJournal(this.#filesOf(account));
  }

  async dump(account: string): Promise<AccountDump> {
    // Not by reads alone: while it is read nobody records.
    await this.#prepareAccount(account);
    const { dumpFiles } = await import('./transfer.ts');
    return await dumpFiles(this.#transferOf(account));
  }

  async load(account: string, dump: AccountDump): Promise<void> {
    await this.#prepareAccount(account);
    const { loadFiles } = await import('./transfer.ts');
    await loadFiles(dump, this.#transferOf(account));
  }

  #transferOf(account: string): TransferFiles {
    const { account: folder, handoff } = stateFolders(this.where, account);
    return { ...this.#filesOf(account), journalPath: join(folder, JOURNAL), handoff };
  }

  async #prepareAccount(account: string): Promise<void> {
    await prepareStateDir({ ...this.#root, account, clock: this.#clock });
  }

  get #root(): StateRoot {
    return { stateDir: this.where, fs: this.#fs, owners: this.#owners };
  }

  #filesOf(account: string, who?: string): AccountFiles {
    const fs = this.#fs;
    const clock = this.#clock;
    const folders = stateFolders(this.where, account);
    const untold = new Untold();
    const path = join(folders.account, JOURNAL);
    const journal = new FileJournal({ fs, path, account, listener: untold });
    const claimFiles = new ClaimFiles({
      ...{ directory: folders.claims, fs, clock, run: this.run },
      processes: this.#processes,
    });
    const claims = new FileClaims(claimFiles);
    const look = (user: string) => claims.keepIfHeld(user);
    const trailFile = new TrailFile(fs, join(folders.account, TRAIL));
    const told = { account, clock, claims: claimFiles, file: trailFile, journal, untold };
    return {
      ...{ account, clock, fs, journal, claimFiles, claims },
      ...{ by: { run: this.run, who }, trail: new FileTrail(told), trailFile },
      custody: new FileCustody(
        { fs, directory: folders.handoff, account, look, boxes: this.#boxes },
        journal,
      ),
      sightingsPath: join(folders.account, SIGHTINGS),
    };
  }
}
