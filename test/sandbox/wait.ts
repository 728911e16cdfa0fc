// Waiting for something to become true, without a claim about how soon.

import { performance } from 'node:perf_hooks';

/** Only what never becomes true meets it: a busy machine may take a minute to start a process. */
const GIVE_UP_MS = 300_000;
const PAUSE_MS = 10;

/** Resolves when the condition holds. Rejects when it still does not after five minutes. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const beganMs = performance.now();
  while (!(await condition())) {
    if (performance.now() - beganMs > GIVE_UP_MS) throw new RangeError('the condition never held');
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
