// How a program comes by the pair at a place, and when it signs with what it has. Between a place and a call
// there is always a copy: in a kubelet's volume, in the environment of a process, in a run that waits for its
// runner. What tells worlds apart is how old that copy is.

import { isAccepted } from '../../src/sandbox/authenticate.ts';
import type { AccessKey } from '../../src/sandbox/index.ts';
import { recordUse } from '../../src/sandbox/last-use.ts';
import { durationMs } from '../../src/sandbox/workloads/duration.ts';
import type { World } from '../../src/sandbox/world.ts';

/** The lengths of time are as people write them, such as 20m. */
export interface Habit {
  /** Who reads there, in words for a table. */
  readonly who: string;
  /** How often a copy is taken. */
  readonly copies: string;
  /** How old a copy is when it can be used first; none when left out. */
  readonly late?: string;
  /** How often it signs a call. */
  readonly calls: string;
  /** How long it works with each copy, as a job does that begins with it; until the next one when left out. */
  readonly works?: string;
}

export interface Pair {
  /** Undefined for an ID that is none of the sandbox. */
  readonly key: AccessKey | undefined;
  readonly isSecretRight: boolean;
}

/** What a place held at which time. */
export class PlaceHistory {
  readonly #states: { readonly fromMs: number; readonly pair: Pair }[] = [];

  saw(pair: Pair, fromMs: number): void {
    const last = this.#states.at(-1)?.pair;
    const isSame = last?.key === pair.key && last?.isSecretRight === pair.isSecretRight;
    if (!isSame) this.#states.push({ pair, fromMs });
  }

  /** What it held first counts for all times before. */
  at(ms: number): Pair | undefined {
    return (this.#states.findLast(({ fromMs }) => fromMs <= ms) ?? this.#states[0])?.pair;
  }
}

export class Reader {
  readonly habit: Habit;
  readonly #place: PlaceHistory;
  readonly #everyMs: number;
  readonly #lateMs: number;
  readonly #callsMs: number;
  readonly #worksMs: number | undefined;
  #copiedMs: number;
  #callMs: number;
  calls = 0;
  refused = 0;

  /** `phase` is a number from 0 to 1: how far into its schedules it is when it starts. */
  constructor(
    habit: Habit,
    place: PlaceHistory,
    { startMs, phase }: { readonly startMs: number; readonly phase: number },
  ) {
    this.habit = habit;
    this.#place = place;
    this.#everyMs = lengthOf(habit.copies);
    this.#lateMs = lengthOf(habit.late ?? '0');
    this.#callsMs = lengthOf(habit.calls);
    this.#worksMs = habit.works === undefined ? undefined : lengthOf(habit.works);
    this.#copiedMs = startMs - this.#lateMs - Math.floor(phase * this.#everyMs);
    this.#callMs =
      this.#worksMs === undefined
        ? startMs + Math.floor(phase * this.#callsMs)
        : this.#copiedMs + this.#lateMs;
  }

  /** Plays every call up to then, with the copies that it had. */
  playTo(world: World, nowMs: number): void {
    while (this.#callMs <= nowMs) {
      if (this.#worksMs === undefined) this.#takeCopies();
      this.#call(world);
      this.#callMs += this.#callsMs;
      const readyMs = this.#copiedMs + this.#lateMs;
      if (this.#worksMs === undefined || this.#callMs < readyMs + this.#worksMs) continue;
      this.#copiedMs += this.#everyMs;
      this.#callMs = this.#copiedMs + this.#lateMs;
    }
  }

  /** The latest one that is there for use by now. */
  #takeCopies(): void {
    const readyMs = this.#callMs - this.#lateMs;
    const count = Math.floor((readyMs - this.#copiedMs) / this.#everyMs);
    this.#copiedMs += Math.max(0, count) * this.#everyMs;
  }

  #call(world: World): void {
    const { key, isSecretRight } = this.#place.at(this.#copiedMs) ?? {};
    const atMs = this.#callMs;
    this.calls += 1;
    if (!key || !isSecretRight || !isAccepted(world, key, { service: 's3', atMs })) {
      this.refused += 1;
    } else {
      recordUse(key, { at: new Date(atMs), service: 's3', region: 'N/A' });
    }
  }
}

function lengthOf(text: string): number {
  const ms = text === '0' ? 0 : durationMs(text);
  if (ms === undefined) throw new RangeError(`'${text}' is no length of time`);
  return ms;
}
