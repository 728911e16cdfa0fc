// When each key was last seen Active: `sightings.json`. A time only ever moves forward, whoever
// saves, because a time that is too early would let clean-up delete a key too soon (I5).

import { z } from 'zod';
import { type Clock, MS_PER_DAY } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import {
  errnoOf,
  type FileInfo,
  type FileSystem,
  systemReason,
} from '../../base/files/file-system.ts';
import { readWholeFile, replaceWholeFile } from '../../base/files/whole-file.ts';
import type { AccessKey } from '../../lifecycle/keys.ts';
import { SeenTimes } from '../seen-times.ts';
import type { Seen, Sightings } from '../state-store.ts';
import type { ClaimFiles } from './claim-files.ts';
import { whileHolding } from './claims.ts';

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

/**
 * File systems tell times in steps of up to two seconds: a file that was changed so short a time ago
 * may change once more and look the same.
 */
const TIME_STEP_MS = 2_000;

type Entry = readonly [name: string, at: Date];

export interface FileSightingsOptions {
  readonly path: string;
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly claims: ClaimFiles;
}

export class FileSightings implements Sightings {
  readonly #options: FileSightingsOptions;
  readonly #times = new SeenTimes();
  /** The file that was read last; undefined when there was none, or it may change unnoticed. */
  #lastRead: FileInfo | undefined;
  #changed = false;
  #saving: Promise<void> = Promise.resolve();

  private constructor(options: FileSightingsOptions) {
    this.#options = options;
  }

  /** Throws `state-dir` when the file is there and can not be read or understood (I11). */
  static async open(options: FileSightingsOptions): Promise<FileSightings> {
    const sightings = new FileSightings(options);
    await sightings.refresh();
    return sightings;
  }

  lastActive(user: string, key: AccessKey, keys: readonly AccessKey[]): Date | undefined {
    return this.#times.lastActive(user, key, keys);
  }

  /** Reads the file when it is not the one that was read last: clean-up asks for each of its users. */
  async refresh(): Promise<void> {
    const { clock } = this.#options;
    // Looked at before it is read: what is written between the two is read once more.
    const info = await look(this.#options);
    if (info === undefined || isUnchanged(info, this.#lastRead)) return;
    await this.#read();
    const isSettled = clock.now().getTime() - info.modifiedAt.getTime() > TIME_STEP_MS;
    this.#lastRead = isSettled ? info : undefined;
  }

  async #read(): Promise<void> {
    for (const [name, at] of await readTimes(this.#options)) this.#times.learnName(name, at);
  }

  /** Throws `state-dir`; what is on disk then is the old content or the new one. */
  async remember(seen: readonly Seen[]): Promise<void> {
    if (this.#times.learn(seen)) this.#changed = true;
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

function withoutForgotten(times: SeenTimes, now: Date): readonly Entry[] {
  const oldest = now.getTime() - FORGET_AFTER_MS;
  return [...times].filter(([, at]) => at.getTime() >= oldest);
}

function encode(times: readonly Entry[]): string {
  const entries = times.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const lastSeenActive = Object.fromEntries(entries.map(([id, at]) => [id, at.toISOString()]));
  return `${JSON.stringify({ format_version: 1, last_seen_active: lastSeenActive }, null, 1)}\n`;
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

async function readTimes(options: FileSightingsOptions): Promise<readonly Entry[]> {
  const { fs, path } = options;
  let content: Buffer | undefined;
  try {
    content = await readWholeFile(fs, path);
  } catch (error) {
    throw unreadable(path, systemReason(error), error);
  }
  if (content === undefined) return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw unreadable(path, 'it is not JSON', error);
  }
  const checked = sightingsSchema.safeParse(parsed);
  if (!checked.success) throw unreadable(path, 'it is not a sightings file of this version');
  const entries = Object.entries(checked.data.last_seen_active);
  return entries.map(([name, at]) => [name, new Date(at)] as const);
}

function unreadable(path: string, reason: string, cause?: unknown): KeyturnError {
  return new KeyturnError('state-dir', `sightings ${path} can not be read: ${reason}`, {
    cause,
    hint: 'restore the file from a backup; without it, clean-up could delete keys too early',
  });
}
