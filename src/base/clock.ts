// The only place that reads the time or waits. Everything else is handed a Clock, so that tests
// and simulations decide what time it is.

import { setTimeout as delay } from 'node:timers/promises';

export interface Clock {
  now(): Date;
  /** Waits; rejects with the signal's reason when it is aborted first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (durationMs, signal) => {
    try {
      await delay(durationMs, undefined, signal === undefined ? {} : { signal });
    } catch (thrown) {
      // Node rejects with an AbortError of its own; callers want to know why.
      throw signal?.aborted ? signal.reason : thrown;
    }
  },
};

export const MS_PER_DAY = 86_400_000;

/** Whole days between two instants, rounded down; negative when `from` is later. */
export function wholeDaysBetween(from: Date, to: Date): number {
  return Math.floor((to.getTime() - from.getTime()) / MS_PER_DAY);
}
