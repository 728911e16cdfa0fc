// A counting gate: at most `limit` holders at the same time, first come, first served.

import { assert } from '../base/errors.ts';
import { onAbort } from '../base/on-abort.ts';

export interface Limiter {
  /**
   * Resolves when it is our turn, with a function that gives the place back (further calls of it do
   * nothing). Rejects with an AbortError when the signal is aborted before that.
   */
  acquire(signal?: AbortSignal): Promise<() => void>;
}

/** Holds a place of each, taken in this order. */
export function chainedLimiter(outer: Limiter, inner: Limiter): Limiter {
  return {
    acquire: async (signal) => {
      const giveOuterBack = await outer.acquire(signal);
      try {
        const giveInnerBack = await inner.acquire(signal);
        return () => {
          giveInnerBack();
          giveOuterBack();
        };
      } catch (thrown) {
        giveOuterBack();
        throw thrown;
      }
    },
  };
}

export function createLimiter(limit: number): Limiter {
  assert(Number.isInteger(limit) && limit >= 1, `a limiter needs a limit of at least 1: ${limit}`);
  let held = 0;
  const waiting: (() => void)[] = [];

  function giveBack(): void {
    const next = waiting.shift();
    // The place goes straight to the next in line, so `held` does not change.
    if (next === undefined) held -= 1;
    else next();
  }

  function place(): () => void {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      giveBack();
    };
  }

  function acquire(signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted) return Promise.reject(abortError());
    if (held < limit) {
      held += 1;
      return Promise.resolve(place());
    }
    return new Promise((resolve, reject) => {
      const onTurn = (): void => {
        forget();
        resolve(place());
      };
      const forget = onAbort(signal, () => {
        waiting.splice(waiting.indexOf(onTurn), 1);
        reject(abortError());
      });
      waiting.push(onTurn);
    });
  }

  return { acquire };
}

/** Named as the SDK names it, so that one rule recognizes both. */
function abortError(): DOMException {
  return new DOMException('the wait for a place was given up', 'AbortError');
}
