// Claims of a clock that was ahead. A claim is to last an hour after the last sign of life; one that names a
// much later time was made by a machine whose clock is ahead of ours, or was: then it would be respected for
// as long as that clock was wrong. So whoever meets such a claim notes when, and once it has not been
// renewed for an hour of our own clock, it has expired. Its owner sees that too, however its clock is set,
// as long as it runs at the same speed: for its owner the same hour has passed.

import type { Clock } from '../../base/clock.ts';
import type { FileSystem } from '../../base/files/file-system.ts';
import { readWholeFile, removeQuietly, replaceWholeFile } from '../../base/files/whole-file.ts';
import { CLAIM_EXPIRY_MS, type ClaimOwner } from './claim-owner.ts';

/** Clocks that are this far apart, in milliseconds, are both called right. */
const CLOCKS_APART_MS = 10 * 60_000;

export interface ClaimsAheadOptions {
  readonly fs: FileSystem;
  readonly clock: Clock;
  /** Where the claim of a nonce is noted. */
  readonly pathOf: (nonce: string) => string;
}

export class ClaimsAhead {
  readonly #options: ClaimsAheadOptions;

  constructor(options: ClaimsAheadOptions) {
    this.#options = options;
  }

  /** Whether the claim is of a time to come, as our clock has it. */
  isAhead({ expires_at: until }: ClaimOwner): boolean {
    return -this.#ageMs(new Date(until)) > CLAIM_EXPIRY_MS + CLOCKS_APART_MS;
  }

  /** Whether the claim was met an hour ago or earlier, and has not been renewed since. */
  async isSilent(owner: ClaimOwner): Promise<boolean> {
    if (!this.isAhead(owner)) return false;
    const metAt = await this.#metAt(owner);
    return metAt !== undefined && this.#ageMs(metAt) >= CLAIM_EXPIRY_MS;
  }

  /** Notes that the claim was met, where it was not yet. What cannot be noted is noted another time. */
  async note(owner: ClaimOwner): Promise<void> {
    if (!this.isAhead(owner)) return;
    const { fs, clock, pathOf } = this.#options;
    const metAt = await this.#metAt(owner);
    // One from later than now is of a clock that was ahead as well.
    if (metAt !== undefined && this.#ageMs(metAt) >= 0) return;
    const note = `${clock.now().toISOString()} ${owner.expires_at}\n`;
    await replaceWholeFile(fs, pathOf(owner.nonce), Buffer.from(note)).catch(() => {});
  }

  async forget(nonce: string): Promise<void> {
    await removeQuietly(this.#options.fs, this.#options.pathOf(nonce));
  }

  /** Whether the note at the path is of no use any more: the claim has expired by any clock. */
  async isOver(path: string): Promise<boolean> {
    const note = await readWholeFile(this.#options.fs, path).catch(() => undefined);
    if (note === undefined) return false;
    const until = new Date(note.toString('utf8').trim().split(' ')[1] ?? '');
    return !(this.#ageMs(until) < 0);
  }

  /** Since when the claim stands as it does; undefined where nobody noted that. */
  async #metAt({ nonce, expires_at: until }: ClaimOwner): Promise<Date | undefined> {
    const note = await readWholeFile(this.#options.fs, this.#options.pathOf(nonce));
    const [metAt, metUntil] = note?.toString('utf8').trim().split(' ') ?? [];
    if (metAt === undefined || metUntil !== until) return undefined;
    const time = new Date(metAt);
    return Number.isNaN(time.getTime()) ? undefined : time;
  }

  #ageMs(time: Date): number {
    return this.#options.clock.now().getTime() - time.getTime();
  }
}
