// Reading a destination back. What was just written can be missing from an answer for a moment, so a
// "no" is asked again for a bounded time before it counts (I11).

import type { Clock } from '../base/clock.ts';
import type { Held } from './destination.ts';

/** Together some six seconds. */
const PAUSES_MS = [200, 400, 800, 1_600, 3_000];

/** Undefined when it is not there after all. */
export async function heldAfterAll(
  clock: Clock,
  look: () => Promise<Held | undefined>,
): Promise<Held | undefined> {
  for (const pauseMs of PAUSES_MS) {
    const held = await look();
    if (held !== undefined) return held;
    await clock.sleep(pauseMs);
  }
  return await look();
}
