// A place at a gate that lets so many through at a time.

import type { Limiter } from '../aws/limiter.ts';

/** Waits for a place, if there is a gate at all; rejects with the signal's reason. */
export async function takePlace(gate: Limiter | undefined, signal: AbortSignal | undefined) {
  try {
    return (await gate?.acquire(signal)) ?? (() => {});
  } catch (thrown) {
    signal?.throwIfAborted();
    throw thrown;
  }
}
