// How fast the calls of one kind may follow each other in one account. AWS does not tell: it refuses
// calls above a rate that it never names. So nothing is held back until the first refusal; then calls
// leave one by one, at the rate that AWS was just seen to accept, and slowly faster until the next
// refusal. Between two refusals the bucket was empty at both ends, so what was accepted is the rate.
//
// The SDK's adaptive mode does the like; here every wait is in line, first come, first served, and a
// call that was refused goes to the front, so that none waits longer than the others.

import type { Clock } from '../base/clock.ts';

/** Refusals this close together are of one moment: calls under way when the bucket ran dry. */
const EPOCH_MS = 1_000;
/** After so long without a call the bucket has filled up, and what was counted says nothing. */
const IDLE_MS = 1_000;
/** Until two refusals have shown the rate, it is looked for in steps. */
const SEARCH_FACTOR = 0.5;
const SEARCH_GROWTH_PER_SECOND = 1.2;
/** A little below what was seen, so that the bucket is not dry all the time. */
const KNOWN_FACTOR = 0.97;
const KNOWN_GROWTH_PER_SECOND = 1.03;
const PER_SECOND_MIN = 0.5;
/** Assumed where the first calls of all are refused, so that there is nothing to go by. */
const PER_SECOND_FIRST = 10;
/** A timer is late by some milliseconds; so much is caught up. */
const CATCH_UP_MS = 50;

interface Pace {
  readonly perSecond: number;
  readonly growthPerSecond: number;
  readonly sinceMs: number;
}

export class Pacer {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #isReleasing = false;
  #nextAtMs = 0;
  /** Undefined until AWS has refused a call. */
  #pace: Pace | undefined;
  /** The latest moment of refusal, and what was accepted since; undefined after a pause. */
  #window: { sinceMs: number; accepted: number } | undefined;
  #activeAtMs: number;
  #acceptedLately: number[] = [];
  #refusedSinceMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#activeAtMs = this.#nowMs();
  }

  /** Whether a call may leave at once, as all do until the first refusal; one that may not, has to take its turn. */
  mayLeave(): boolean {
    const nowMs = this.#nowMs();
    if (nowMs - this.#activeAtMs > IDLE_MS && this.#waiting.length === 0) this.#window = undefined;
    this.#activeAtMs = nowMs;
    return this.#pace === undefined;
  }

  /** Resolves when a call may leave. */
  turn(isRepeat = false): Promise<void> {
    if (this.mayLeave()) return Promise.resolve();
    return new Promise((resolve) => {
      if (isRepeat) this.#waiting.unshift(resolve);
      else this.#waiting.push(resolve);
      void this.#release();
    });
  }

  /** AWS looked at a call, whatever came of it. */
  accepted(): void {
    const nowMs = this.#nowMs();
    this.#activeAtMs = nowMs;
    this.#refusedSinceMs = undefined;
    if (this.#window !== undefined) this.#window.accepted += 1;
    if (this.#pace === undefined) {
      this.#acceptedLately.push(nowMs);
      if (this.#acceptedLately.length > 1_000) this.#forgetOld(nowMs);
    }
  }

  /** AWS refused a call because of its rate. */
  refused(): void {
    const nowMs = this.#nowMs();
    this.#activeAtMs = nowMs;
    this.#refusedSinceMs ??= nowMs;
    const window = this.#window;
    if (window !== undefined && nowMs - window.sinceMs < EPOCH_MS) return;
    this.#pace = this.#newPace(nowMs, window);
    this.#acceptedLately = [];
    this.#window = { sinceMs: nowMs, accepted: 0 };
    this.#nextAtMs = nowMs + 1_000 / this.#pace.perSecond;
  }

  /** For how long AWS has refused every call; 0 when it accepted the last one. */
  refusedForMs(): number {
    return this.#refusedSinceMs === undefined ? 0 : this.#nowMs() - this.#refusedSinceMs;
  }

  #newPace(nowMs: number, window: { sinceMs: number; accepted: number } | undefined): Pace {
    const seen = window && (window.accepted * 1_000) / (nowMs - window.sinceMs);
    if (seen !== undefined && seen > 0) {
      const perSecond = Math.max(PER_SECOND_MIN, seen * KNOWN_FACTOR);
      return { perSecond, growthPerSecond: KNOWN_GROWTH_PER_SECOND, sinceMs: nowMs };
    }
    this.#forgetOld(nowMs);
    const before =
      this.#pace === undefined
        ? Math.max(this.#acceptedLately.length, PER_SECOND_FIRST)
        : this.#perSecond(nowMs);
    const perSecond = Math.max(PER_SECOND_MIN, before * SEARCH_FACTOR);
    return { perSecond, growthPerSecond: SEARCH_GROWTH_PER_SECOND, sinceMs: nowMs };
  }

  #forgetOld(nowMs: number): void {
    this.#acceptedLately = this.#acceptedLately.filter((atMs) => nowMs - atMs < 1_000);
  }

  #perSecond(nowMs: number): number {
    if (this.#pace === undefined) return Number.POSITIVE_INFINITY;
    const { perSecond, growthPerSecond, sinceMs } = this.#pace;
    return perSecond * growthPerSecond ** ((nowMs - sinceMs) / 1_000);
  }

  async #release(): Promise<void> {
    if (this.#isReleasing) return;
    this.#isReleasing = true;
    while (this.#waiting.length > 0) {
      const nowMs = this.#nowMs();
      if (nowMs < this.#nextAtMs) {
        // The pace may be another one when this is over.
        await this.#clock.sleep(this.#nextAtMs - nowMs);
        continue;
      }
      this.#nextAtMs =
        Math.max(this.#nextAtMs, nowMs - CATCH_UP_MS) + 1_000 / this.#perSecond(nowMs);
      this.#activeAtMs = nowMs;
      this.#waiting.shift()?.();
    }
    this.#isReleasing = false;
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }
}
