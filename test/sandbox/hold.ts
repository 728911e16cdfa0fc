// Calls that the sandbox holds until a test lets them go on. A fault whose time is in milliseconds
// races with whatever the test does meanwhile, and on a busy machine the fault wins; a hold does not
// end by itself.

import { setImmediate } from 'node:timers/promises';
import { Timers } from '../../src/sandbox/timers.ts';

export interface Hold {
  /** Stands where a fault has its milliseconds. */
  readonly ms: number;
  /** Resolves when the calls that were held have been carried out. */
  letGo(): Promise<void>;
}

/** No fault is meant to last for eleven days, so nothing but a hold has such a time. */
const FIRST_MS = 1_000_000_000;

const held = new Map<number, Promise<void>>();

/** Whatever the sandbox would do after the time of the hold, it does when the hold is let go. */
export function hold(): Hold {
  const ms = FIRST_MS + held.size;
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  held.set(ms, ended);
  return {
    ms,
    letGo: async () => {
      end();
      await setImmediate();
    },
  };
}

const { sleep } = Timers.prototype;
Timers.prototype.sleep = function (this: Timers, durationMs: number): Promise<void> {
  return held.get(durationMs) ?? sleep.call(this, durationMs);
};
