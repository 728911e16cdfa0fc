// The journal as an append-only file of JSON lines, shared by every process of this machine.
//
// A batch is one write on a descriptor opened for append, which the kernel does not interleave with
// the writes of others, and one fsync. It starts with a newline, so that a line which a crashed
// writer left unended never merges with the next record; blank lines mean nothing. Which broken
// lines are skipped, and why that is safe, is in torn-line.ts.
//
// An append that rejects may still be found in the file (the disk took it and fsync failed). That is
// harmless: an intent was not acted on, and an outcome was true. An append that resolved is always
// there.

import { dirname } from 'node:path';
import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import {
  errnoOf,
  type FileSystem,
  type OpenFile,
  systemReason,
} from '../../base/files/file-system.ts';
import { replaceWholeFile } from '../../base/files/whole-file.ts';
import type { UserHistory } from '../../lifecycle/history.ts';
import type { JournalRecord } from '../../lifecycle/record.ts';
import { asRecorded, type Recorded } from '../record-codec.ts';
import type { RecordedUser } from '../recorded-users.ts';
import { type JournalFile, JournalReader } from './journal-reader.ts';

/** Keeps one write to about a megabyte: those who wait have a few records each. */
const BATCH_WAITING_MAX = 500;

interface Waiting {
  readonly recorded: readonly Recorded[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface Shortened {
  readonly before: number;
  readonly after: number;
  /** The last record that stays. */
  readonly last: string | undefined;
}

export class FileJournal {
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #reader: JournalReader;
  #waiting: Waiting[] = [];
  #writing = false;
  #nameOnDisk = false;
  /** What was read by so many looks is on the disk. */
  #looksOnDisk = 0;

  constructor(file: JournalFile) {
    this.#fs = file.fs;
    this.#path = file.path;
    this.#reader = new JournalReader(file);
  }

  /** Resolves when the records are on disk (fsync), in their order. Throws `journal-write`. */
  async append(...records: readonly JournalRecord[]): Promise<void> {
    const recorded = records.map(asRecorded);
    const written = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ recorded, resolve, reject });
    });
    if (!this.#writing) void this.#writeWaiting();
    await written;
  }

  /** What is recorded about a user until now. */
  async historyOf(user: string): Promise<UserHistory> {
    return (await this.#reader.users()).historyOf(user);
  }

  /**
   * Reads what was added, for whoever listens and tells it on: a power cut takes none of it back. What others
   * append is seen before their fsync. Throws `journal-write`, and as `users` does.
   */
  async catchUp(): Promise<void> {
    await this.#reader.users();
    const { looks } = this.#reader;
    if (looks === this.#looksOnDisk) return;
    try {
      await this.#fs.syncFile(this.#path);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw this.#writeFailure(error);
    }
    this.#looksOnDisk = looks;
  }

  /** The names of everybody with records, in the spelling last seen. */
  async users(): Promise<readonly string[]> {
    return (await this.#reader.users()).names;
  }

  /** See AccountState.namedUnder. */
  async namedUnder(keyId: AccessKeyId): Promise<string | undefined> {
    return (await this.#reader.users()).namedUnder(keyId);
  }

  /** Everybody with records, in the spelling last seen; one after the other. */
  async histories(): Promise<Iterable<RecordedUser>> {
    return (await this.#reader.users()).all();
  }

  /** The users for whom something may be left to finish. */
  async unfinished(): Promise<readonly RecordedUser[]> {
    return (await this.#reader.users()).unfinished();
  }

  /** Those whose latest record is of the run, in the spelling last seen. */
  async usersOf(run: string): Promise<readonly string[]> {
    return (await this.#reader.users()).ofRun(run);
  }

  /** Whether compacting it would pay. */
  async isLong(): Promise<boolean> {
    return (await this.#reader.users()).isLong;
  }

  /** Whose key each rotation made. */
  async owners(): Promise<ReadonlyMap<AccessKeyId, string>> {
    return (await this.#reader.users()).owners;
  }

  /**
   * Replaces the file by the records that `keep` leaves of each user. The caller sees to it that
   * nobody appends meanwhile, and is told what it will be before it is. Resolves with how many records there were
   * and are.
   */
  async compact(
    keep: (records: readonly JournalRecord[]) => readonly JournalRecord[],
    announce: (shorter: Shortened) => Promise<void>,
  ): Promise<{ readonly before: number; readonly after: number }> {
    const { lines, before } = (await this.#reader.users()).shortened(keep);
    if (lines.length < before) {
      await announce({ before, after: lines.length, last: lines.at(-1) });
      try {
        await replaceWholeFile(this.#fs, this.#path, lines.map((line) => `${line}\n`).join(''));
      } catch (error) {
        throw this.#writeFailure(error);
      }
    }
    return { before, after: lines.length };
  }

  /** Never rejects: each failure goes to the appends that it concerns. */
  async #writeWaiting(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_WAITING_MAX);
      try {
        const records = batch.flatMap(({ recorded }) => recorded);
        const bytes = Buffer.from(`\n${records.map(({ line }) => line).join('\n')}\n`);
        const { looks } = this.#reader;
        await this.#write(bytes);
        this.#reader.noteAppended(records, bytes.length, looks);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        const failure = this.#writeFailure(error);
        for (const { reject } of batch) reject(failure);
      }
    }
    this.#writing = false;
  }

  /**
   * The file is opened for each batch: after a failed fsync nothing is known about what the kernel
   * still holds for the old descriptor, and a file that was replaced meanwhile is noticed.
   */
  async #write(bytes: Buffer): Promise<void> {
    const file = await this.#open();
    try {
      const count = await file.write(bytes);
      if (count < bytes.length) {
        // Not continued: another process may have appended behind the part that was taken.
        throw new KeyturnError(
          'journal-write',
          `journal ${this.#path} took ${count} of ${bytes.length} bytes`,
          { hint: SPACE_HINT },
        );
      }
      await file.sync(); // I1, I3: on the disk before anybody acts on it.
    } finally {
      await file.close();
    }
    if (this.#nameOnDisk) return;
    // Once per process and not only by the one that made the file: its maker may have died between.
    await this.#fs.syncDirectory(dirname(this.#path));
    this.#nameOnDisk = true;
  }

  async #open(): Promise<OpenFile> {
    try {
      return await this.#fs.open(this.#path, 'append');
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      this.#nameOnDisk = false;
      return await this.#fs.open(this.#path, 'append-create');
    }
  }

  #writeFailure(error: unknown): KeyturnError {
    if (error instanceof KeyturnError) return error;
    return new KeyturnError(
      'journal-write',
      `journal ${this.#path} cannot be written: ${systemReason(error)}`,
      { cause: error, hint: SPACE_HINT },
    );
  }
}

const SPACE_HINT = 'free space in the state directory, then run again';
