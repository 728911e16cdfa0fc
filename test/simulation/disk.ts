// A disk with a cache. What is written is seen by every process at once, and survives the death of
// a process; a power cut leaves only what was synced, or lay there for a minute, and of the rest
// whatever chance decides.

import { dirname } from 'node:path';
import type { Dice } from './dice.ts';
import type { Schedule } from './schedule.ts';

/** What nobody synced is written all the same after a while, as Linux does after 30 s. */
const WRITTEN_BACK_AFTER_MS = 60_000;

export class Inode {
  readonly number: number;
  readonly isDirectory: boolean;
  modifiedAtMs: number;
  linkCount = 1;
  /** What processes see. */
  #seen: Buffer = Buffer.alloc(0);
  #sizeBytes = 0;
  /** What a power cut leaves for certain: so many bytes of this. */
  #durable: Buffer = Buffer.alloc(0);
  #durableBytes = 0;
  #dirtyFrom = Number.POSITIVE_INFINITY;
  #dirtySinceMs = 0;

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
    return this.#durable.subarray(0, this.#durableBytes);
  }

  write(bytes: Buffer, position: number, nowMs: number): void {
    if (!this.isDirty) this.#dirtySinceMs = nowMs;
    this.modifiedAtMs = nowMs;
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

  get isDirty(): boolean {
    return this.#dirtyFrom !== Number.POSITIVE_INFINITY;
  }

  writeBack(nowMs: number): void {
    if (this.isDirty && nowMs - this.#dirtySinceMs >= WRITTEN_BACK_AFTER_MS) this.sync();
  }

  sync(): void {
    if (!this.isDirty) return;
    if (this.#durable.length < this.#sizeBytes) {
      const grown = Buffer.alloc(this.#seen.length);
      this.#durable.copy(grown, 0, 0, this.#durableBytes);
      this.#durable = grown;
    }
    this.#seen.copy(this.#durable, this.#dirtyFrom, this.#dirtyFrom, this.#sizeBytes);
    this.#durableBytes = this.#sizeBytes;
    this.#dirtyFrom = Number.POSITIVE_INFINITY;
  }

  /** The unsynced part may be there, be cut short, or read as zeros behind some byte. */
  losePower(dice: Dice): void {
    if (!this.isDirty) return;
    const from = this.#dirtyFrom;
    const isRewrite = from < this.#durableBytes;
    let left: Buffer;
    if (isRewrite) {
      left = dice.chance(0.5) ? this.durable() : this.content();
    } else {
      const keptBytes = from + dice.below(this.#sizeBytes - from + 1);
      const isZeroed = dice.chance(0.3);
      left = isZeroed ? Buffer.alloc(this.#sizeBytes) : Buffer.alloc(keptBytes);
      this.content().copy(left, 0, 0, keptBytes);
    }
    this.#seen = Buffer.from(left);
    this.#sizeBytes = left.length;
    this.#durable = Buffer.from(left);
    this.#durableBytes = left.length;
    this.#dirtyFrom = Number.POSITIVE_INFINITY;
  }
}

interface NameChange {
  readonly atMs: number;
  readonly directory: string;
  readonly apply: (names: Map<string, Inode>) => void;
}

export class Disk {
  readonly #dice: Dice;
  readonly #schedule: Schedule;
  readonly #directory: string;
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  /** Changes of names that are not synced, in the order in which they were made. */
  #pending: NameChange[] = [];
  #inodes = 0;
  /** No block is free: writes are refused. */
  isFull = false;

  constructor(dice: Dice, schedule: Schedule, directory: string) {
    this.#dice = dice;
    this.#schedule = schedule;
    this.#directory = directory;
    this.lose();
  }

  /** Nothing is left: it was in memory, or the machine is another one. */
  lose(): void {
    const root = this.#inode(true);
    const names = [
      ['/', root],
      [this.#directory, root],
    ] as const;
    this.#names = new Map(names);
    this.#durableNames = new Map(names);
    this.#pending = [];
  }

  find(path: string): Inode | undefined {
    return this.#names.get(path);
  }

  /** What would be read after a power cut now; undefined when the name or the file is not safe. */
  durableContent(path: string): Buffer | undefined {
    this.#writeBack();
    const inode = this.#durableNames.get(path);
    inode?.writeBack(this.#schedule.nowMs);
    return inode?.durable();
  }

  make(path: string, isDirectory: boolean): Inode {
    const inode = this.#inode(isDirectory);
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
    this.#writeBack();
    for (const inode of new Set(this.#names.values())) inode.writeBack(this.#schedule.nowMs);
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
    this.#pending.push({ atMs: this.#schedule.nowMs, directory: dirname(path), apply });
  }

  #writeBack(): void {
    const beforeMs = this.#schedule.nowMs - WRITTEN_BACK_AFTER_MS;
    let count = 0;
    for (const change of this.#pending) {
      if (change.atMs > beforeMs) break;
      change.apply(this.#durableNames);
      count += 1;
    }
    if (count > 0) this.#pending.splice(0, count);
  }

  #inode(isDirectory: boolean): Inode {
    this.#inodes += 1;
    return new Inode(this.#inodes, isDirectory, this.#schedule.nowMs);
  }
}
