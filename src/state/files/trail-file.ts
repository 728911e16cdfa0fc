// The file of an audit trail: lines are only ever added, by whoever holds the claim on it. What a dying writer left
// without its end stays as it is; the next line says how long it is and what its hash is.

import { KeyturnError } from '../../base/errors.ts';
import {
  errnoOf,
  type FileInfo,
  type FileSystem,
  type OpenFile,
} from '../../base/files/file-system.ts';
import { replaceWholeFile } from '../../base/files/whole-file.ts';
import { command } from '../../base/hint.ts';
import {
  headAfter,
  sha256,
  soundLine,
  type TrailHead,
  type TrailLine,
} from '../../lifecycle/trail/line.ts';
import type { KeptLine } from '../../lifecycle/trail/verify.ts';

const CHUNK_BYTES = 1 << 20;
/** Enough for the last line and for the last one that tells of a record, nearly always. */
const TAIL_BYTES = 1 << 16;

/** Where the file ends. */
export interface TrailEnd {
  readonly head: TrailHead;
  /** What stands behind the last line and is none. */
  readonly torn: string;
  /** Whether the last line lacks its newline alone. */
  readonly lacksNewline: boolean;
}

interface Known extends TrailEnd {
  readonly inode: number;
  readonly sizeBytes: number;
}

export class TrailFile {
  readonly #fs: FileSystem;
  readonly path: string;
  #known: Known | undefined;
  #open: { readonly file: OpenFile; readonly inode: number | undefined } | undefined;

  constructor(fs: FileSystem, path: string) {
    this.#fs = fs;
    this.path = path;
  }

  /**
   * What was added since the last look; at the first look its last lines, back to one that `isEnough`. Resolves with
   * undefined where there is no line yet. Throws `trail-damaged`, or a system error.
   */
  async look(isEnough: (line: TrailLine) => boolean): Promise<Looked | undefined> {
    const info = await this.#stat();
    const known = this.#known;
    if (known !== undefined) {
      const isCut = info === undefined || info.inode !== known.inode;
      if (isCut || info.sizeBytes < known.sizeBytes) {
        throw this.#damaged('it was cut short or replaced while this run was at work');
      }
      if (info.sizeBytes === known.sizeBytes) return { end: known, added: [] };
      return await this.#lookBehind(known, info);
    }
    if (info === undefined || info.sizeBytes === 0) return undefined;
    return await this.#lookBack(info, isEnough);
  }

  /** Begins the file; what was there before was no line. */
  async begin(texts: readonly string[], head: TrailHead): Promise<void> {
    await replaceWholeFile(this.#fs, this.path, texts.map((text) => `${text}\n`).join(''));
    await this.#took(head);
  }

  /** Resolves when the lines are on the disk. */
  async append(texts: readonly string[], head: TrailHead): Promise<void> {
    const known = this.#known;
    const isUnended = known !== undefined && (known.lacksNewline || known.torn !== '');
    const bytes = Buffer.from(
      `${isUnended ? '\n' : ''}${texts.map((text) => `${text}\n`).join('')}`,
    );
    // What is there after a failure, only a look tells.
    this.#known = undefined;
    const file = await this.#opened(known?.inode);
    try {
      const count = await file.write(bytes);
      if (count < bytes.length) {
        throw new KeyturnError(
          'trail-write',
          `audit trail ${this.path} took ${count} of ${bytes.length} bytes`,
          { hint: SPACE_HINT },
        );
      }
      await file.sync();
    } catch (error) {
      // After a failed fsync nothing is known about what the kernel still holds for it.
      await this.rest().catch(() => undefined);
      throw error;
    }
    if (known === undefined) return;
    const sizeBytes = known.sizeBytes + bytes.length;
    this.#known = { ...known, head, torn: '', lacksNewline: false, sizeBytes };
  }

  /** Open between lines that follow each other closely; opened anew where the name has another file. */
  async #opened(inode: number | undefined): Promise<OpenFile> {
    if (this.#open !== undefined && this.#open.inode !== inode) await this.rest();
    this.#open ??= { file: await this.#fs.open(this.path, 'append'), inode };
    return this.#open.file;
  }

  /** Nothing is held open until the next line. */
  async rest(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.file.close();
  }

  /** Every line from the first one, as it is there; the last may have no end. */
  async *lines(): AsyncGenerator<KeptLine> {
    if ((await this.#stat()) === undefined) return;
    const file = await this.#fs.open(this.path, 'read');
    try {
      let rest: Buffer = Buffer.alloc(0);
      for (let position = 0; ; ) {
        const chunk = await file.read(position, CHUNK_BYTES);
        if (chunk.length === 0) break;
        position += chunk.length;
        const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        const end = bytes.lastIndexOf(0x0a);
        if (end >= 0) {
          const texts = bytes.toString('utf8', 0, end).split('\n');
          for (const text of texts) yield { text, isEnded: true };
        }
        rest = bytes.subarray(end + 1);
      }
      if (rest.length > 0) yield { text: rest.toString(), isEnded: false };
    } finally {
      await file.close();
    }
  }

  async #took(head: TrailHead): Promise<void> {
    const info = await this.#stat();
    if (info === undefined) return;
    const { inode, sizeBytes } = info;
    this.#known = { head, torn: '', lacksNewline: false, inode, sizeBytes };
  }

  async #stat(): Promise<FileInfo | undefined> {
    try {
      return await this.#fs.stat(this.path);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** What others have added: it must follow what is known. */
  async #lookBehind(known: Known, info: FileInfo): Promise<Looked> {
    const text = await this.#read(known.sizeBytes, info.sizeBytes);
    const pieces = text.split('\n');
    const last = pieces.pop() ?? '';
    const added: TrailLine[] = [];
    let head = known.head;
    for (const piece of pieces) {
      const line = soundLine(piece);
      // The end of what was torn, and nothing where only a newline was missing.
      if (line === undefined || line.prev !== head.hash || line.seq !== head.next) continue;
      added.push(line);
      head = headAfter(line);
    }
    if (added.length === 0 && pieces.some((piece) => piece !== '')) {
      throw this.#damaged('what was added to it is no line of it');
    }
    return this.#ended(added, last, { head, info });
  }

  async #lookBack(
    info: FileInfo,
    isEnough: (line: TrailLine) => boolean,
  ): Promise<Looked | undefined> {
    for (let bytes = TAIL_BYTES; ; bytes *= 4) {
      const from = Math.max(0, info.sizeBytes - bytes);
      const pieces = (await this.#read(from, info.sizeBytes)).split('\n');
      const last = pieces.pop() ?? '';
      // The first piece may be a part of a line.
      if (from > 0) pieces.shift();
      const found = pieces.flatMap((piece) => soundLine(piece) ?? []);
      if (from > 0 && !found.some(isEnough)) continue;
      const end = found.at(-1);
      if (end === undefined && pieces.length === 0) {
        return soundLine(last) === undefined ? undefined : this.#ended([], last, { info });
      }
      if (end === undefined || soundLine(pieces.at(-1) ?? '') === undefined) {
        throw this.#damaged('its last line is not what was written');
      }
      return this.#ended(found, last, { head: headAfter(end), info });
    }
  }

  #ended(
    added: TrailLine[],
    last: string,
    { head, info }: { readonly head?: TrailHead; readonly info: FileInfo },
  ): Looked {
    const unended = last === '' ? undefined : soundLine(last);
    const isNext = unended !== undefined && (head === undefined || unended.prev === head.hash);
    if (isNext) added.push(unended);
    const now = isNext ? headAfter(unended) : head;
    if (now === undefined) throw this.#damaged('its last line is not what was written');
    const torn = isNext ? '' : last;
    const end = { head: now, torn, lacksNewline: isNext };
    this.#known = { ...end, inode: info.inode, sizeBytes: info.sizeBytes };
    return { end, added };
  }

  async #read(from: number, to: number): Promise<string> {
    const file = await this.#fs.open(this.path, 'read');
    try {
      const chunks: Buffer[] = [];
      for (let position = from; position < to; ) {
        const chunk = await file.read(position, Math.min(CHUNK_BYTES, to - position));
        if (chunk.length === 0) break;
        chunks.push(chunk);
        position += chunk.length;
      }
      return Buffer.concat(chunks).toString();
    } finally {
      await file.close();
    }
  }

  #damaged(what: string): KeyturnError {
    return new KeyturnError('trail-damaged', `audit trail ${this.path}: ${what}`, {
      hint: ['find out what became of it:', command('keyturn', 'audit', 'verify')],
    });
  }
}

export interface Looked {
  readonly end: TrailEnd;
  /** The oldest first. */
  readonly added: readonly TrailLine[];
}

/** What the line says that closes a torn one. */
export function tornDetail(torn: string): { readonly bytes: number; readonly sha256: string } {
  return { bytes: Buffer.byteLength(torn), sha256: sha256(torn) };
}

export const SPACE_HINT = 'free space in the state directory, then run again';
