// Reads the journal file and keeps its records by user. Other processes append meanwhile, so
// each question first reads what was added since the last one.

import { KeyturnError } from '../../base/errors.ts';
import {
  errnoOf,
  type FileInfo,
  type FileSystem,
  systemReason,
} from '../../base/files/file-system.ts';
import type { JournalRecord } from '../../lifecycle/record.ts';
import { damagedLine, decodeRecord, type Recorded } from '../record-codec.ts';
import { RecordedUsers } from '../recorded-users.ts';
import { isCutShort } from './torn-line.ts';

const CHUNK_BYTES = 1 << 20;
const NEWLINE = 0x0a;
/** Appended by this process since the last look. */
const NOTHING_APPENDED: { readonly records: readonly Recorded[]; readonly bytes: number } = {
  records: [],
  bytes: 0,
};

/** Hears of each record in the order of the file; of all of them anew when the file was replaced. */
export interface JournalListener {
  add(record: JournalRecord, line: string): void;
  forget(): void;
}

export interface JournalFile {
  readonly fs: FileSystem;
  readonly path: string;
  readonly account: string;
  readonly listener?: JournalListener | undefined;
}

export class JournalReader {
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #account: string;
  readonly #listener: JournalListener | undefined;
  readonly #users = new RecordedUsers();
  /** Everything before this byte has been read. */
  #position = 0;
  #linesEnded = 0;
  #inode: number | undefined;
  #own = NOTHING_APPENDED;
  /** How often it was looked into the file itself. */
  #looks = 0;
  #reading: Promise<void> = Promise.resolve();

  constructor({ fs, path, account, listener }: JournalFile) {
    this.#fs = fs;
    this.#path = path;
    this.#account = account;
    this.#listener = listener;
  }

  /** Throws `journal-damaged`, `journal-newer`, or `state-dir` when it cannot read. */
  async users(): Promise<RecordedUsers> {
    await this.#catchUp();
    return this.#users;
  }

  /** One reader at a time, or two would take the same lines. */
  async #catchUp(): Promise<void> {
    const turn = this.#reading.then(() => this.#readAdded());
    this.#reading = turn.catch(() => undefined);
    try {
      await turn;
    } catch (error) {
      if (error instanceof KeyturnError) throw error;
      // I11: a journal that cannot be read is not an empty journal.
      throw new KeyturnError(
        'state-dir',
        `journal ${this.#path} cannot be read: ${systemReason(error)}`,
        { cause: error, hint: 'repair the file or its permissions (0600)' },
      );
    }
  }

  async #readAdded(): Promise<void> {
    // What is noted from here on may lie behind the size that is seen.
    const own = this.#own;
    const info = await this.#stat();
    if (info === undefined || info.inode !== this.#inode || info.sizeBytes < this.#position) {
      this.#forget(info?.inode);
    }
    if (info === undefined || info.sizeBytes === this.#position) return;
    if (own === this.#own && this.#tookOwn(info.sizeBytes)) return;
    this.#own = NOTHING_APPENDED;
    this.#looks += 1;
    const file = await this.#fs.open(this.#path, 'read');
    try {
      let rest: Buffer = Buffer.alloc(0);
      // Bounded by the size seen above: what is appended from now on is for the next question.
      while (this.#position + rest.length < info.sizeBytes) {
        const chunk = await file.read(this.#position + rest.length, CHUNK_BYTES);
        if (chunk.length === 0) break;
        rest = this.#takeLines(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
      }
      this.#takeUnendedLine(rest);
    } finally {
      await file.close();
    }
  }

  /** To be taken before lines are appended, and given back with them. */
  get looks(): number {
    return this.#looks;
  }

  /**
   * What this process has appended. It need not be read where nobody else appended anything; and it must not be
   * taken twice, so it does not count where the file was looked into since the append began.
   */
  noteAppended(records: readonly Recorded[], bytes: number, looks: number): void {
    if (looks !== this.#looks) return;
    if (this.#own.bytes > CHUNK_BYTES) this.#own = NOTHING_APPENDED;
    const { records: before, bytes: bytesBefore } = this.#own;
    this.#own = { records: [...before, ...records], bytes: bytesBefore + bytes };
  }

  #tookOwn(sizeBytes: number): boolean {
    const { records, bytes } = this.#own;
    if (this.#position + bytes !== sizeBytes) return false;
    this.#own = NOTHING_APPENDED;
    for (const recorded of records) {
      this.#take(recorded);
      // Behind the newline that each append begins with.
      this.#linesEnded += 2;
    }
    this.#position = sizeBytes;
    return true;
  }

  async #stat(): Promise<FileInfo | undefined> {
    try {
      return await this.#fs.stat(this.#path);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** The file was replaced by another one, so nothing that was read counts. */
  #forget(inode: number | undefined): void {
    this.#users.clear();
    this.#listener?.forget();
    this.#position = 0;
    this.#linesEnded = 0;
    this.#inode = inode;
    this.#own = NOTHING_APPENDED;
    this.#looks += 1;
  }

  /** Takes every line that ends; resolves with the bytes after the last newline. */
  #takeLines(bytes: Buffer): Buffer {
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, start);
      if (end === -1) return bytes.subarray(start);
      this.#takeLine(bytes.toString('utf8', start, end));
      this.#position += end + 1 - start;
      this.#linesEnded += 1;
      start = end + 1;
    }
  }

  /**
   * The last line has no newline yet: its writer is still writing, or died. A whole record counts,
   * since the same bytes will count once the next writer ends the line. Part of one is read again.
   */
  #takeUnendedLine(bytes: Buffer): void {
    const line = bytes.toString('utf8');
    if (isCutShort(line)) return;
    this.#takeLine(line);
    this.#position += bytes.length;
  }

  #takeLine(line: string): void {
    if (line === '') return;
    const where = this.#whereNext();
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      if (isCutShort(line)) return;
      throw damagedLine(where, 'it is not JSON');
    }
    this.#take({ record: decodeRecord(parsed, where), line });
  }

  #take({ record, line }: Recorded): void {
    if (record.account !== this.#account) {
      throw damagedLine(
        this.#whereNext(),
        `it is about account ${record.account}, not ${this.#account}`,
      );
    }
    this.#users.add(record, line);
    this.#listener?.add(record, line);
  }

  #whereNext(): string {
    return `journal ${this.#path} line ${this.#linesEnded + 1}`;
  }
}
