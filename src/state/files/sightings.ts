// When each key was last seen Active, and since when Inactive: `sightings.json`. The former only ever moves
// forward, whoever saves, because a time that is too early would let clean-up delete a key too soon (I5).

import { z } from 'zod';
import { type AccessKeyId, isAccessKeyId } from '../../base/access-key-id.ts';
import { type Clock, MS_PER_DAY, machineClock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import {
  errnoOf,
  type FileInfo,
  type FileSystem,
  systemReason,
} from '../../base/files/file-system.ts';
import { readWholeFile, replaceWholeFile } from '../../base/files/whole-file.ts';
import type { AccessKey } from '../../lifecycle/keys.ts';
import type { DatedKey, Look, Stretch, UseHistory } from '../../lifecycle/use-history.ts';
import {
  type InactiveSights,
  KnownSightings,
  type Sights,
  type Times,
  type Uses,
} from '../known-sightings.ts';
import type { Access, Seen, Sightings } from '../state-store.ts';
import type { ClaimFiles } from './claim-files.ts';
import { whileHolding } from './claims.ts';

const CLAIM_NAME = 'sightings.claim';

/**
 * A forgotten key is judged by its creation and last use alone, which lie further back: forgetting
 * makes deletion possible earlier. So it must take longer than any hold that somebody may ask for.
 * Ten years of a large account are a few megabytes.
 */
const FORGET_AFTER_MS = 3653 * MS_PER_DAY;

/** A key that no run has looked at for so long is gone; forgetting its uses makes a wait longer only. */
const FORGET_USES_AFTER_MS = 400 * MS_PER_DAY;

const times = z.record(z.string(), z.iso.datetime());
const STRETCH = /^\d{4}-\d\d-\d\d(\.\.\d{4}-\d\d-\d\d)?$/;
/**
 * Earlier versions do not know the later records, and drop them when they save: a hold then starts anew, an
 * old key is waited for as one of which nothing is known, and one that was made Active by hand counts as it
 * did with them.
 */
const sightingsSchema = z.object({
  format_version: z.literal(1),
  last_seen_active: times,
  first_seen_inactive: z
    .record(
      z.string(),
      z.object({ since: z.iso.datetime(), user: z.string(), created_at: z.iso.datetime() }),
    )
    .optional(),
  /** By key ID; when each was first seen Active again, after it was Inactive. */
  active_again: times.optional(),
  /** By user and date; a day of use, or its first and its last one, as 2026-11-01..2026-11-28. */
  uses: z
    .record(
      z.string(),
      z.object({
        looked_from: z.iso.datetime(),
        looked_to: z.iso.datetime(),
        closely_from: z.iso.datetime(),
        days: z.array(z.string().regex(STRETCH)),
        key: z.string().optional(),
      }),
    )
    .optional(),
});

/**
 * File systems tell times in steps of up to two seconds: a file that was changed so short a time ago
 * may change once more and look the same.
 */
const TIME_STEP_MS = 2_000;

export interface FileSightingsOptions {
  readonly path: string;
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly claims: ClaimFiles;
  /** Whether something may be saved. */
  readonly access: Access;
}

export class FileSightings implements Sightings {
  readonly #options: FileSightingsOptions;
  readonly #known = new KnownSightings();
  /** The file that was read last; undefined when there was none, or it may change unnoticed. */
  #lastRead: FileInfo | undefined;
  #changed = false;
  #saving: Promise<void> = Promise.resolve();

  private constructor(options: FileSightingsOptions) {
    this.#options = options;
  }

  /** Throws `state-dir` when the file is there and cannot be read or understood (I11). */
  static async open(options: FileSightingsOptions): Promise<FileSightings> {
    const sightings = new FileSightings(options);
    await sightings.refresh();
    return sightings;
  }

  lastActive(user: string, key: AccessKey, keys: readonly AccessKey[]): Date | undefined {
    return this.#known.lastActive(user, key, keys);
  }

  lookAt(user: string, key: Pick<AccessKey, 'createdAt'>): Look | undefined {
    return this.#known.lookAt(user, key);
  }

  usesOf(user: string, key: DatedKey): UseHistory {
    return this.#known.usesOf(user, key);
  }

  inactiveSince(keyId: AccessKeyId): Date | undefined {
    return this.#known.inactiveSince(keyId);
  }

  activeAgainSince(keyId: AccessKeyId): Date | undefined {
    return this.#known.activeAgainSince(keyId);
  }

  inactiveKeyOf(user: string, createdAt: Date): AccessKeyId | undefined {
    return this.#known.inactiveKeyOf(user, createdAt);
  }

  /** Reads the file when it is not the one that was read last: clean-up asks for each of its users. */
  async refresh(): Promise<void> {
    const { clock } = this.#options;
    // Looked at before it is read: what is written between the two is read once more.
    const info = await look(this.#options);
    if (info === undefined || isUnchanged(info, this.#lastRead)) return;
    await this.#read();
    const nowMs = machineClock(clock).now().getTime();
    const isSettled = nowMs - info.modifiedAt.getTime() > TIME_STEP_MS;
    this.#lastRead = isSettled ? info : undefined;
  }

  async #read(): Promise<void> {
    this.#known.merge(await readSights(this.#options));
  }

  /** Throws `state-dir`; what is on disk then is the old content or the new one. */
  async remember(seen: readonly Seen[]): Promise<void> {
    this.#changed = this.#known.learn(seen) || this.#changed;
    if (this.#options.access !== 'write') return;
    const turn = this.#saving.then(() => this.#saveChanged());
    this.#saving = turn.catch(() => undefined);
    await turn;
  }

  async #saveChanged(): Promise<void> {
    if (!this.#changed) return;
    const { claims, clock, fs, path } = this.#options;
    await whileHolding(claims, clock, CLAIM_NAME, async () => {
      // Read whatever it looks like: what another one has saved must not be overwritten.
      await this.#read();
      this.#changed = false;
      try {
        await replaceWholeFile(fs, path, encode(this.#known, clock.now()));
      } catch (error) {
        this.#changed = true;
        const reason = error instanceof KeyturnError ? error.message : systemReason(error);
        throw new KeyturnError('state-dir', `sightings ${path} cannot be written: ${reason}`, {
          cause: error,
          hint: 'free space in the state directory, then run again',
        });
      }
    });
  }
}

/** Undefined when there is no file yet. */
async function look({ fs, path }: FileSightingsOptions): Promise<FileInfo | undefined> {
  try {
    return await fs.stat(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw unreadable(path, systemReason(error), error);
  }
}

/** Whoever saves gives the name to a new file, so that at least one of these differs. */
function isUnchanged(now: FileInfo, before: FileInfo | undefined): boolean {
  return (
    before !== undefined &&
    now.inode === before.inode &&
    now.sizeBytes === before.sizeBytes &&
    now.modifiedAt.getTime() === before.modifiedAt.getTime()
  );
}

function encode(known: KnownSightings, now: Date): string {
  const { active, inactive } = known;
  const oldestMs = now.getTime() - FORGET_AFTER_MS;
  const recent = (seen: Times) =>
    [...seen]
      .filter(([, at]) => at.getTime() >= oldestMs)
      .map(([name, at]) => [name, at.toISOString()] as const);
  const again = recent(known.activeAgain);
  const sights = [...inactive].map(([id, { since, user, createdAt }]) => {
    const sight = { since: since.toISOString(), user, created_at: createdAt.toISOString() };
    return [id, sight] as const;
  });
  const looks = [...known.uses].flatMap(
    ([name, { lookedFrom, closelyFrom, lookedTo, stretches, keyId }]) => {
      const isKnown =
        lookedFrom !== undefined && closelyFrom !== undefined && lookedTo !== undefined;
      if (!isKnown) return [];
      if (now.getTime() - lookedTo.getTime() > FORGET_USES_AFTER_MS) return [];
      const look = {
        looked_from: lookedFrom.toISOString(),
        looked_to: lookedTo.toISOString(),
        closely_from: closelyFrom.toISOString(),
        ...(keyId !== undefined && { key: keyId }),
      };
      return [[name, { ...look, days: stretches.map(wordsOf) }] as const];
    },
  );
  const content = {
    format_version: 1,
    last_seen_active: sorted(recent(active)),
    ...(again.length > 0 && { active_again: sorted(again) }),
    ...(sights.length > 0 && { first_seen_inactive: sorted(sights) }),
    ...(looks.length > 0 && { uses: sorted(looks) }),
  };
  return `${JSON.stringify(content, null, 1)}\n`;
}

function wordsOf({ from, to }: Stretch): string {
  const [first, last] = [from, to].map((day) => day.toISOString().slice(0, 10));
  return first === last ? `${first}` : `${first}..${last}`;
}

function stretchOf(words: string): Stretch {
  const [first = words, last = first] = words.split('..');
  return { from: new Date(`${first}T00:00:00Z`), to: new Date(`${last}T00:00:00Z`) };
}

function sorted<Value>(entries: readonly (readonly [string, Value])[]): Record<string, Value> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function readSights(options: FileSightingsOptions): Promise<Sights> {
  const { fs, path } = options;
  let content: Buffer | undefined;
  try {
    content = await readWholeFile(fs, path);
  } catch (error) {
    throw unreadable(path, systemReason(error), error);
  }
  if (content === undefined) return new KnownSightings();
  let parsed: unknown;
  try {
    parsed = JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw unreadable(path, 'it is not JSON', error);
  }
  const checked = sightingsSchema.safeParse(parsed);
  if (!checked.success) throw unreadable(path, 'it is not a sightings file of this version');
  const { last_seen_active, first_seen_inactive = {}, active_again = {}, uses } = checked.data;
  return {
    active: timesOf(last_seen_active),
    inactive: sightsOf(first_seen_inactive),
    activeAgain: timesOf(active_again),
    uses: usesOf(uses ?? {}),
  };
}

type RecordedSights = NonNullable<z.infer<typeof sightingsSchema>['first_seen_inactive']>;

function sightsOf(sights: RecordedSights): InactiveSights {
  return new Map(
    Object.entries(sights).map(([id, { since, user, created_at }]) => [
      id,
      { since: new Date(since), user, createdAt: new Date(created_at) },
    ]),
  );
}

type RecordedUses = NonNullable<z.infer<typeof sightingsSchema>['uses']>;

function usesOf(uses: RecordedUses): Uses {
  return new Map(
    Object.entries(uses).map(([name, { looked_from, looked_to, closely_from, days, key }]) => [
      name,
      {
        ...(key !== undefined && isAccessKeyId(key) && { keyId: key }),
        lookedFrom: new Date(looked_from),
        lookedTo: new Date(looked_to),
        closelyFrom: new Date(closely_from),
        stretches: days.map(stretchOf),
      },
    ]),
  );
}

function timesOf(entries: Readonly<Record<string, string>>): Times {
  return new Map(Object.entries(entries).map(([name, at]) => [name, new Date(at)]));
}

function unreadable(path: string, reason: string, cause?: unknown): KeyturnError {
  return new KeyturnError('state-dir', `sightings ${path} cannot be read: ${reason}`, {
    cause,
    hint: 'restore the file from a backup; without it, clean-up could delete keys too early',
  });
}
