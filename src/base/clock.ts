// The only place that reads the time or waits. Everything else is handed a Clock, so that tests
// and simulations decide what time it is.

import { onAbort } from './on-abort.ts';

export interface Clock {
  now(): Date;
  /** Waits; rejects with the signal's reason when it is aborted first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
  /** Only of a clock that tells a sandbox's time and not this machine's. */
  readonly shift?: ClockShift | undefined;
}

export interface ClockShift {
  /** The only address at which AWS may be asked by this clock, such as http://127.0.0.1:4599. */
  readonly sandbox: string;
  /** The clock that it is counted from. */
  readonly machine: Clock;
}

export const systemClock: Clock = {
  now: () => new Date(),
  // By hand, because node:timers/promises would be loaded by every `--help`.
  sleep: (durationMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = setTimeout(() => {
        forget();
        resolve();
      }, durationMs);
      const forget = onAbort(signal, () => {
        clearTimeout(timer);
        reject(signal?.reason);
      });
    }),
};

/**
 * Calls once after so long, and returns what keeps it from that. For limits on what this machine does, which
 * no clock of a test or of a sandbox moves.
 */
export function timer(durationMs: number, act: () => void): () => void {
  const id = setTimeout(act, durationMs);
  return () => clearTimeout(id);
}

/**
 * The time of a sandbox that was moved ahead. It carries the sandbox's address, and whoever opens AWS by
 * it refuses every other endpoint: such a time can never be met by a real account.
 */
export function shiftedClock(machine: Clock, shiftMs: number, sandbox: string): Clock {
  return {
    now: () => new Date(machine.now().getTime() + shiftMs),
    sleep: (durationMs, signal) => machine.sleep(durationMs, signal),
    shift: { sandbox, machine },
  };
}

/**
 * The clock of this machine, also where a sandbox's time is told: for what is compared with the times of
 * files, or with what other processes say of themselves.
 */
export function machineClock(clock: Clock): Clock {
  return clock.shift?.machine ?? clock;
}

export const MS_PER_DAY = 86_400_000;
const MS_PER_MINUTE = 60_000;

/** Milliseconds from some instant on, by a clock that nobody sets; it stands still while the machine sleeps. */
export function steadyMs(): number {
  return performance.now();
}

/** Whole days between two instants, rounded down; negative when `from` is later. */
export function wholeDaysBetween(from: Date, to: Date): number {
  return Math.floor((to.getTime() - from.getTime()) / MS_PER_DAY);
}

/** The first of the times that are known; undefined when none is. */
export function earliestOf(times: readonly (Date | undefined)[]): Date | undefined {
  const known = times.filter((time) => time !== undefined).map(Number);
  return known.length === 0 ? undefined : new Date(Math.min(...known));
}

/** The last of the times that are known; undefined when none is. */
export function latestOf(times: readonly (Date | undefined)[]): Date | undefined {
  const known = times.filter((time) => time !== undefined).map(Number);
  return known.length === 0 ? undefined : new Date(Math.max(...known));
}

/** Rounded up to the minute that messages name: a run at that minute must not come too early. */
export function upToMinute(time: Date): Date {
  return new Date(Math.ceil(time.getTime() / MS_PER_MINUTE) * MS_PER_MINUTE);
}

/** The same for messages, such as 2026-11-28T08:58Z. */
export function minuteOf(time: Date): string {
  return `${upToMinute(time).toISOString().slice(0, 16)}Z`;
}
