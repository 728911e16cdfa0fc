// Reading a destination back. What was just written can be missing from an answer for a moment, so a
// "no" is asked again for a bounded time before it counts (I11).

import type { Clock } from '../base/clock.ts';

/** Together some six seconds. */
const PAUSES_MS = [200, 400, 800, 1_600, 3_000];

export async function heldAfterAll(clock: Clock, isHeld: () => Promise<boolean>): Promise<boolean> {
  for (const pauseMs of PAUSES_MS) {
    if (await isHeld()) return true;
    await clock.sleep(pauseMs);
  }
  return await isHeld();
}
