// The time by the table's own clock: the date of its latest answer, and what went by here since. No clock of
// a machine is ever compared with that of another machine.

import { type Clock, machineClock, steadyMs } from '../../base/clock.ts';

/** Answers are dated in whole seconds, and may come from two machines of the service. */
export const DATES_APART_MS = 2_000;

interface Learnt {
  readonly serverMs: number;
  readonly wallMs: number;
  readonly steadyMs: number;
}

export class ServerTime {
  readonly #clock: Clock;
  readonly #steady: () => number;
  #learnt: Learnt | undefined;

  /** `steady` counts milliseconds and is never set; a test puts another in its place. */
  constructor(clock: Clock, steady: () => number = steadyMs) {
    this.#clock = machineClock(clock);
    this.#steady = steady;
  }

  /** Learns from an answer. Of a server that does not say, the time is that of this machine. */
  learn(at: Date | undefined): void {
    if (at === undefined) return;
    this.#learnt = {
      serverMs: at.getTime(),
      wallMs: this.#clock.now().getTime(),
      steadyMs: this.#steady(),
    };
  }

  /**
   * The larger of two clocks tells what went by: one that is steady stands still while the machine sleeps,
   * and the other one can be set back. To think that it is later than it is only makes one careful.
   */
  nowMs(): number {
    const wallMs = this.#clock.now().getTime();
    if (this.#learnt === undefined) return wallMs;
    const { serverMs, wallMs: since, steadyMs } = this.#learnt;
    return serverMs + Math.max(0, wallMs - since, this.#steady() - steadyMs);
  }
}
