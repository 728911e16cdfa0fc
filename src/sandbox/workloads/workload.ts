// A simulated workload: something that reads a key at a place and signs calls with what it read, each on
// a schedule of its own. It is told from the outside by its counts.

import { isAccepted } from '../authenticate.ts';
import { recordUse } from '../last-use.ts';
import type { World } from '../world.ts';
import { durationMs } from './duration.ts';
import type { HeldPair, ReadPlace } from './place.ts';

export interface WorkloadSeed {
  /** Unique in the sandbox. */
  readonly name: string;
  /** Such as `secrets-manager=app/shop`; the kinds are in place.ts. */
  readonly place: string;
  /**
   * How often it reads the place: a length of time such as `20m`; `each-call`, as a job that starts, reads
   * and works; or `never`, when it keeps what it read at its start. 20m when left out.
   */
  readonly reads?: string;
  /** How often it signs a call: a length of time. 5m when left out. */
  readonly calls?: string;
  /** What it calls; sts when left out. */
  readonly service?: string;
  /** Of its calls and of its place; us-east-1 when left out. */
  readonly region?: string;
  /** Whose secrets and parameters it reads; the first account when left out. */
  readonly accountId?: string;
}

/** Why AWS refuses a call; `NoCredentials` when the workload never had any to sign with. */
export type CallRefusal = 'InvalidClientTokenId' | 'SignatureDoesNotMatch' | 'NoCredentials';

/** A workload as it is told of: what it is, what it holds now, and what became of its calls. */
export interface WorkloadStatus {
  readonly name: string;
  readonly accountId: string;
  readonly place: string;
  readonly reads: string;
  readonly calls: string;
  readonly service: string;
  readonly region: string;
  /** The key that it holds now; undefined when it never read one, or one that is none of the sandbox. */
  readonly keyId: string | undefined;
  readonly userName: string | undefined;
  readonly readCount: number;
  /** Reads that found no key: it goes on with what it has. */
  readonly failedReadCount: number;
  readonly lastReadAt: Date | undefined;
  readonly callCount: number;
  readonly lastCallAt: Date | undefined;
  readonly refusedCount: number;
  readonly firstRefusedAt: Date | undefined;
  readonly lastRefusedAt: Date | undefined;
  readonly lastRefusal: CallRefusal | undefined;
}

/** One workload at work. Whoever plays its events does so in their order. */
export class Workload {
  readonly seed: Required<WorkloadSeed>;
  readonly #world: World;
  readonly #readPlace: ReadPlace;
  readonly #readsEveryMs: number;
  readonly #callsEveryMs: number;
  /** Where it reads before each call, and not in between. */
  readonly #readsAtCall: boolean;
  #nextReadMs: number;
  #nextCallMs: number;
  #pair: HeldPair | undefined;
  #readCount = 0;
  #failedReadCount = 0;
  #lastReadMs: number | undefined;
  #callCount = 0;
  #lastCallMs: number | undefined;
  #refusedCount = 0;
  #firstRefusedMs: number | undefined;
  #lastRefusedMs: number | undefined;
  #lastRefusal: CallRefusal | undefined;

  /** `phases` are two numbers from 0 to 1: how far into its schedules it is when it starts. */
  constructor(
    world: World,
    seed: Required<WorkloadSeed>,
    at: {
      readonly startMs: number;
      readonly phases: readonly [number, number];
      readonly read: ReadPlace;
    },
  ) {
    this.seed = seed;
    this.#world = world;
    this.#readPlace = at.read;
    this.#readsAtCall = seed.reads === 'each-call';
    this.#readsEveryMs = readSchedule(seed.reads);
    this.#callsEveryMs = callSchedule(seed.calls);
    const [readPhase, callPhase] = at.phases;
    this.#nextReadMs = firstOf(this.#readsEveryMs, at.startMs, readPhase);
    this.#nextCallMs = firstOf(this.#callsEveryMs, at.startMs, callPhase);
    this.#read(at.startMs);
  }

  /** When its next event is; infinite when it has none. */
  get nextMs(): number {
    return Math.min(this.#nextReadMs, this.#nextCallMs);
  }

  /** Plays the next event. A read comes before a call of the same moment. */
  playNext(): void {
    if (this.#nextReadMs <= this.#nextCallMs) {
      this.#read(this.#nextReadMs);
      this.#nextReadMs += this.#readsEveryMs;
      return;
    }
    if (this.#readsAtCall) this.#read(this.#nextCallMs);
    this.#call(this.#nextCallMs);
    this.#nextCallMs += this.#callsEveryMs;
  }

  /** It is started again: whatever its schedule is, it reads its place now. */
  restart(atMs: number): void {
    this.#pair = undefined;
    this.#read(atMs);
  }

  status(): WorkloadStatus {
    return {
      ...this.seed,
      keyId: this.#pair?.key?.id,
      userName: this.#pair?.key?.userName,
      readCount: this.#readCount,
      failedReadCount: this.#failedReadCount,
      lastReadAt: dateOf(this.#lastReadMs),
      callCount: this.#callCount,
      lastCallAt: dateOf(this.#lastCallMs),
      refusedCount: this.#refusedCount,
      firstRefusedAt: dateOf(this.#firstRefusedMs),
      lastRefusedAt: dateOf(this.#lastRefusedMs),
      lastRefusal: this.#lastRefusal,
    };
  }

  #read(atMs: number): void {
    this.#readCount += 1;
    this.#lastReadMs = atMs;
    const pair = this.#readPlace(atMs);
    if (pair === undefined) this.#failedReadCount += 1;
    else this.#pair = pair;
  }

  #call(atMs: number): void {
    this.#callCount += 1;
    this.#lastCallMs = atMs;
    const refusal = this.#refusalOf(this.#pair, atMs);
    if (refusal !== undefined) {
      this.#refusedCount += 1;
      this.#firstRefusedMs ??= atMs;
      this.#lastRefusedMs = atMs;
      this.#lastRefusal = refusal;
    }
  }

  /** As AWS judges: is the key accepted, and is the signature right? Only then is the key used. */
  #refusalOf(pair: HeldPair | undefined, atMs: number): CallRefusal | undefined {
    if (pair === undefined) return 'NoCredentials';
    const { service, region } = this.seed;
    const { key } = pair;
    if (key === undefined || !isAccepted(this.#world, key, { service, atMs })) {
      return 'InvalidClientTokenId';
    }
    if (!pair.isSecretRight) return 'SignatureDoesNotMatch';
    // S3 is not regional: AWS names no region for its uses.
    recordUse(key, { at: new Date(atMs), service, region: service === 's3' ? 'N/A' : region });
    return undefined;
  }
}

function firstOf(everyMs: number, startMs: number, phase: number): number {
  return Number.isFinite(everyMs) ? startMs + Math.ceil(phase * everyMs) : everyMs;
}

/** Infinite where there is no schedule of its own. Throws a RangeError. */
function readSchedule(text: string): number {
  if (text === 'never' || text === 'each-call') return Number.POSITIVE_INFINITY;
  const everyMs = durationMs(text);
  if (everyMs !== undefined) return everyMs;
  throw new RangeError(
    `workload: '${text}' is no schedule for reading; it takes a time such as 20m, each-call or never`,
  );
}

function callSchedule(text: string): number {
  const everyMs = durationMs(text);
  if (everyMs !== undefined) return everyMs;
  throw new RangeError(`workload: '${text}' is no schedule for calls; it takes a time such as 5m`);
}

function dateOf(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}
