// When each key was last seen Active, and since when Inactive: `sightings.json`. The former only ever moves
// forward, whoever saves, because a time that is too early would let clean-up delete a key too soon (I5).

import type { AccessKeyId } from '../../base/access-key-id.ts';
import { type Clock, machineClock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import {
  errnoOf,
  type FileInfo,
  type FileSystem,
  systemReason,
} from '../../base/files/file-system.ts';
import { readWholeFile, replaceWholeFile } from '../../base/files/whole-file.ts';
import type { AccessKey } from '../../lifecycle/keys.ts';
import type { DatedKey, Look, UseHistory } from '../../lifecycle/use-history.ts';
import { KnownSightings, type Sights } from '../known-sightings.ts';
import { decodeSights, encodeSights } from '../sightings-codec.ts';
import type { Access, Seen, SeenReport, Sightings } from '../state-store.ts';
import type { ClaimFiles } from './claim-files.ts';
import { whileHolding } from './claims.ts';

const CLAIM_NAME = 'sightings.claim';

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

  lastReport(): SeenReport | undefined {
    return this.#known.lastReport();
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
        await replaceWholeFile(
          fs,
          path,
          `${JSON.stringify(encodeSights(this.#known, clock.now()), null, 1)}\n`,
        );
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

/** None where there is no file. Throws `state-dir`. */
export async function readSights(
  options: Pick<FileSightingsOptions, 'fs' | 'path'>,
): Promise<Sights> {
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
  const sights = decodeSights(parsed);
  if (sights === undefined) throw unreadable(path, 'it is not a sightings file of this version');
  return sights;
}

function unreadable(path: string, reason: string, cause?: unknown): KeyturnError {
  return new KeyturnError('state-dir', `sightings ${path} cannot be read: ${reason}`, {
    cause,
    hint: 'restore the file from a backup; without it, clean-up could delete keys too early',
  });
}
