// The questions "does AWS accept this key?" of one account, asked for many keys at once. They share one
// queue, so that hundreds of new keys do not flood STS and starve the calls that change something;
// and one memory of how long AWS took lately, so that later keys are not asked about too early.

import type { SignerAnswer } from '../aws/gateway.ts';
import type { Clock } from '../base/clock.ts';

/** Under way at the same time; what they leave of --max-parallel is for the other calls. */
const IN_FLIGHT_MAX = 8;
const SPACING_MS_MIN = 4;
const SPACING_MS_MAX = 250;
/** AWS, or the network, has trouble with the questions. */
const SLOWER_FACTOR = 1.5;
const FASTER_FACTOR = 0.95;

/** A policy may mean one user; one that denies so many in a row means the way that the calls take. */
const DENIED_ENOUGH = 3;

const MEMORY_MAX = 15;
/** A little before the middle of what was seen: should AWS have become faster, this finds out. */
const EARLY_FACTOR = 0.9;
const FIRST_PAUSE_MS_MIN = 300;
const FIRST_PAUSE_MS_MAX = 15_000;

interface Question {
  /** When its key began to wait: the oldest goes first. */
  readonly sinceMs: number;
  readonly go: () => void;
}

export class Probes {
  readonly #clock: Clock;
  readonly #waiting: Question[] = [];
  readonly #tookMs: number[] = [];
  #inFlight = 0;
  #spacingMs = SPACING_MS_MIN;
  #nextAtMs = 0;
  #isReleasing = false;
  #deniedInARow = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long to leave a key alone that was made just now. */
  firstPauseMs(unknownMs: number): number {
    if (this.#tookMs.length === 0) return unknownMs;
    const sorted = this.#tookMs.toSorted((a, b) => a - b);
    const middle = sorted[Math.floor(sorted.length / 2)] ?? unknownMs;
    return Math.min(Math.max(middle * EARLY_FACTOR, FIRST_PAUSE_MS_MIN), FIRST_PAUSE_MS_MAX);
  }

  /** A key was accepted for good, first so long after it was made. */
  learn(tookMs: number): void {
    this.#tookMs.push(tookMs);
    if (this.#tookMs.length > MEMORY_MAX) this.#tookMs.shift();
  }

  /** Whether a policy seems to forbid the question to every key of the account. */
  get areDenied(): boolean {
    return this.#deniedInARow >= DENIED_ENOUGH;
  }

  /** Asks when it is this key's turn. */
  async ask(sinceMs: number, question: () => Promise<SignerAnswer>): Promise<SignerAnswer> {
    await this.#turn(sinceMs);
    try {
      const answer = await question();
      if (answer.kind === 'denied') this.#deniedInARow += 1;
      if (answer.kind === 'accepted') this.#deniedInARow = 0;
      const factor = answer.kind === 'unclear' ? SLOWER_FACTOR : FASTER_FACTOR;
      const spacingMs = this.#spacingMs * factor;
      this.#spacingMs = Math.min(Math.max(spacingMs, SPACING_MS_MIN), SPACING_MS_MAX);
      return answer;
    } finally {
      this.#inFlight -= 1;
      void this.#release();
    }
  }

  #turn(sinceMs: number): Promise<void> {
    return new Promise((go) => {
      const place = this.#waiting.findIndex((other) => other.sinceMs > sinceMs);
      this.#waiting.splice(place === -1 ? this.#waiting.length : place, 0, { sinceMs, go });
      void this.#release();
    });
  }

  async #release(): Promise<void> {
    if (this.#isReleasing) return;
    this.#isReleasing = true;
    while (this.#waiting.length > 0 && this.#inFlight < IN_FLIGHT_MAX) {
      const nowMs = this.#clock.now().getTime();
      // A clock that is set back must not hold anybody up for longer than one pause.
      const pauseMs = Math.min(this.#nextAtMs - nowMs, SPACING_MS_MAX);
      if (pauseMs > 0) await this.#clock.sleep(pauseMs);
      this.#nextAtMs = this.#clock.now().getTime() + this.#spacingMs;
      this.#inFlight += 1;
      this.#waiting.shift()?.go();
    }
    this.#isReleasing = false;
  }
}
