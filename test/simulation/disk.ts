// A disk with a cache. What is written is seen by every process at once, and survives the death of
// a process; a power cut leaves only what was synced, and of the rest whatever chance decides.

import { dirname } from 'node:path';
import type { Dice } from './dice.ts';

export class Inode {
  readonly number: number;
  readonly isDirectory: boolean;
  modifiedAtMs: number;
  linkCount = 1;
  /** What processes see. */
  #seen: Buffer = Buffer.alloc(0);
  #sizeBytes = 0;
  /** What a power cut leaves for certain. */
  #durable: Buffer = Buffer.alloc(0);
  #dirtyFrom = Number.POSITIVE_INFINITY;

  constructor(number: number, isDirectory: boolean, nowMs: number) {
    this.number = number;
    this.isDirectory = isDirectory;
    this.modifiedAtMs = nowMs;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  read(position: number, lengthBytes: number): Buffer {
    return Buffer.from(
      this.#seen.subarray(position, Math.min(this.#sizeBytes, position + lengthBytes)),
    );
  }

  content(): Buffer {
    return this.#seen.subarray(0, this.#sizeBytes);
  }

  durable(): Buffer {
    return this.#durable;
  }

  write(bytes: Buffer, position: number): void {
    const end = position + bytes.length;
    if (end > this.#seen.length) {
      const grown = Buffer.alloc(Math.max(end, this.#seen.length * 2));
      this.#seen.copy(grown, 0, 0, this.#sizeBytes);
      this.#seen = grown;
    }
    bytes.copy(this.#seen, position);
    this.#sizeBytes = Math.max(this.#sizeBytes, end);
    this.#dirtyFrom = Math.min(this.#dirtyFrom, position);
  }

  sync(): void {
    if (this.#dirtyFrom === Number.POSITIVE_INFINITY) return;
    this.#durable = Buffer.from(this.content());
    this.#dirtyFrom = Number.POSITIVE_INFINITY;
  }

  /** The unsynced part may be there, be cut short, or read as zeros behind some byte. */
  losePower(dice: Dice): void {
    if (this.#dirtyFrom === Number.POSITIVE_INFINITY) return;
    const from = this.#dirtyFrom;
    const isRewrite = from < this.#durable.length;
    let left: Buffer;
    if (isRewrite) {
      left = dice.chance(0.5) ? this.#durable : this.content();
    } else {
      const keptBytes = from + dice.below(this.#sizeBytes - from + 1);
      const isZeroed = dice.chance(0.3);
      left = isZeroed ? Buffer.alloc(this.#sizeBytes) : Buffer.alloc(keptBytes);
      this.content().copy(left, 0, 0, keptBytes);
    }
    this.#seen = Buffer.from(left);
    this.#sizeBytes = left.length;
    this.sync();
    this.#durable = Buffer.from(this.content());
    this.#dirtyFrom = Number.POSITIVE_INFINITY;
  }
}

interface NameChange {
  readonly directory: string;
  readonly apply: (names: Map<string, Inode>) => void;
}

export class Disk {
  readonly #dice: Dice;
  #names = new Map<string, Inode>();
  readonly #durableNames = new Map<string, Inode>();
  /** Changes of names that are not synced, in the order in which they were made. */
  #pending: NameChange[] = [];
  #inodes = 0;
  /** No block is free: writes are refused. */
  isFull = false;

  constructor(dice: Dice, directory: string, nowMs: number) {
    this.#dice = dice;
    const root = this.#inode(true, nowMs);
    for (const names of [this.#names, this.#durableNames]) {
      names.set('/', root).set(directory, root);
    }
  }

  find(path: string): Inode | undefined {
    return this.#names.get(path);
  }

  /** What would be read after a power cut now; undefined when the name or the file is not safe. */
  durableContent(path: string): Buffer | undefined {
    return this.#durableNames.get(path)?.durable();
  }

  make(path: string, isDirectory: boolean, nowMs: number): Inode {
    const inode = this.#inode(isDirectory, nowMs);
    this.#change(path, (names) => names.set(path, inode));
    return inode;
  }

  link(inode: Inode, path: string): void {
    inode.linkCount += 1;
    this.#change(path, (names) => names.set(path, inode));
  }

  rename(from: string, to: string): void {
    const inode = this.#names.get(from);
    if (inode === undefined) return;
    this.#change(to, (names) => {
      names.delete(from);
      names.set(to, inode);
    });
  }

  remove(path: string): void {
    const inode = this.#names.get(path);
    if (inode !== undefined) inode.linkCount -= 1;
    this.#change(path, (names) => names.delete(path));
  }

  /** In the order in which the names were made. */
  list(directory: string): string[] {
    const prefix = `${directory}/`;
    const inside = [...this.#names.keys()].filter((path) => dirname(path) === directory);
    return inside.map((path) => path.slice(prefix.length));
  }

  files(): ReadonlyMap<string, Inode> {
    return this.#names;
  }

  syncDirectory(directory: string): void {
    for (const change of this.#pending) {
      if (change.directory === directory) change.apply(this.#durableNames);
    }
    this.#pending = this.#pending.filter((change) => change.directory !== directory);
  }

  /** A file system writes changes of names in their order, or, as POSIX allows, in any. */
  losePower(): void {
    const isOrdered = this.#dice.chance(0.5);
    const keptCount = this.#dice.below(this.#pending.length + 1);
    for (const [index, change] of this.#pending.entries()) {
      const isKept = isOrdered ? index < keptCount : this.#dice.chance(0.5);
      if (isKept) change.apply(this.#durableNames);
    }
    this.#pending = [];
    for (const path of [...this.#durableNames.keys()]) {
      if (!this.#durableNames.has(dirname(path))) this.#durableNames.delete(path);
    }
    this.#names = new Map(this.#durableNames);
    for (const inode of new Set(this.#names.values())) inode.losePower(this.#dice);
  }

  #change(path: string, apply: NameChange['apply']): void {
    apply(this.#names);
    this.#pending.push({ directory: dirname(path), apply });
  }

  #inode(isDirectory: boolean, nowMs: number): Inode {
    this.#inodes += 1;
    return new Inode(this.#inodes, isDirectory, nowMs);
  }
}
