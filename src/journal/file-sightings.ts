// When each key was last seen Active: `sightings.json`. A time only ever moves forward, whoever
// saves, because a time that is too early would let clean-up delete a key too soon (I5).

import { z } from 'zod';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { type Clock, MS_PER_DAY } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { type FileSystem, systemReason } from '../base/files/file-system.ts';
import { readWholeFile, replaceWholeFile } from '../base/files/whole-file.ts';
import type { ActiveSlot, SlotSighting } from '../lifecycle/slot-sighting.ts';
import type { ClaimFiles } from './claim-files.ts';
import { whileHolding } from './file-claims.ts';
import type { Sightings, SlotSightings } from './journal.ts';

const CLAIM_NAME = 'sightings.claim';

/**
 * A forgotten key is judged by its creation and last use alone, which lie further back: forgetting
 * makes deletion possible earlier. So it must take longer than any hold that somebody may ask for.
 * Ten years of a large account are a few megabytes.
 */
const FORGET_AFTER_MS = 3653 * MS_PER_DAY;

const sightingsSchema = z.object({
  format_version: z.literal(1),
  last_seen_active: z.record(z.string(), z.iso.datetime()),
});

type Times = Map<string, Date>;

export interface FileSightingsOptions {
  readonly path: string;
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly claims: ClaimFiles;
}

export class FileSightings implements Sightings, SlotSightings {
  readonly #options: FileSightingsOptions;
  readonly #times: Times;
  #changed = false;
  #saving: Promise<void> = Promise.resolve();

  private constructor(options: FileSightingsOptions, times: Times) {
    this.#options = options;
    this.#times = times;
  }

  /** Throws `state-dir` when the file is there and can not be read or understood (I11). */
  static async open(options: FileSightingsOptions): Promise<FileSightings> {
    return new FileSightings(options, await readTimes(options));
  }

  lastSeenActive(keyId: AccessKeyId): Date | undefined {
    return this.#times.get(keyId);
  }

  async refresh(): Promise<void> {
    for (const [keyId, at] of await readTimes(this.#options)) keepLater(this.#times, keyId, at);
  }

  seenActive(keyIds: Iterable<AccessKeyId>, at: Date): void {
    for (const keyId of keyIds) this.#changed = keepLater(this.#times, keyId, at) || this.#changed;
  }

  slotsOf(user: string): readonly SlotSighting[] {
    const prefix = slotName(user, '');
    return [...this.#times].flatMap(([name, seenAt]) =>
      name.startsWith(prefix) ? [{ createdAt: new Date(name.slice(prefix.length)), seenAt }] : [],
    );
  }

  slotsSeenActive(slots: Iterable<ActiveSlot>, at: Date): void {
    for (const { user, createdAt } of slots) {
      const name = slotName(user, createdAt.toISOString());
      this.#changed = keepLater(this.#times, name, at) || this.#changed;
    }
  }

  /** Throws `state-dir`; what is on disk then is the old content or the new one. */
  async save(): Promise<void> {
    const turn = this.#saving.then(() => this.#saveChanged());
    this.#saving = turn.catch(() => undefined);
    await turn;
  }

  async #saveChanged(): Promise<void> {
    if (!this.#changed) return;
    const { claims, clock, fs, path } = this.#options;
    await whileHolding(claims, clock, CLAIM_NAME, async () => {
      await this.refresh();
      const kept = withoutForgotten(this.#times, clock.now());
      this.#changed = false;
      try {
        await replaceWholeFile(fs, path, encode(kept));
      } catch (error) {
        this.#changed = true;
        const reason = error instanceof KeyturnError ? error.message : systemReason(error);
        throw new KeyturnError('state-dir', `sightings ${path} can not be written: ${reason}`, {
          cause: error,
          hint: 'free space in the state directory, then run again',
        });
      }
    });
  }
}

/** Beside the key IDs, of which none has a slash. */
function slotName(user: string, date: string): string {
  return `${user.toLowerCase()}/${date}`;
}

/** True when the time was changed. */
function keepLater(times: Times, keyId: string, at: Date): boolean {
  const known = times.get(keyId);
  if (known !== undefined && known.getTime() >= at.getTime()) return false;
  times.set(keyId, at);
  return true;
}

function withoutForgotten(times: Times, now: Date): Times {
  const oldest = now.getTime() - FORGET_AFTER_MS;
  return new Map([...times].filter(([, at]) => at.getTime() >= oldest));
}

function encode(times: Times): string {
  const entries = [...times].sort(([a], [b]) => (a < b ? -1 : 1));
  const lastSeenActive = Object.fromEntries(entries.map(([id, at]) => [id, at.toISOString()]));
  return `${JSON.stringify({ format_version: 1, last_seen_active: lastSeenActive }, null, 1)}\n`;
}

async function readTimes(options: FileSightingsOptions): Promise<Times> {
  const { fs, path } = options;
  let content: Buffer | undefined;
  try {
    content = await readWholeFile(fs, path);
  } catch (error) {
    throw unreadable(path, systemReason(error), error);
  }
  if (content === undefined) return new Map();
  let parsed: unknown;
  try {
    parsed = JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw unreadable(path, 'it is not JSON', error);
  }
  const checked = sightingsSchema.safeParse(parsed);
  if (!checked.success) throw unreadable(path, 'it is not a sightings file of this version');
  const entries = Object.entries(checked.data.last_seen_active);
  return new Map(entries.map(([keyId, at]) => [keyId, new Date(at)]));
}

function unreadable(path: string, reason: string, cause?: unknown): KeyturnError {
  return new KeyturnError('state-dir', `sightings ${path} can not be read: ${reason}`, {
    cause,
    hint: 'restore the file from a backup; without it, clean-up could delete keys too early',
  });
}
