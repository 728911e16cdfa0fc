// One signal that says "begin nothing more": aborted by the person or the time limit.

import { setMaxListeners } from 'node:events';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';

export interface StopSignal {
  /** Aborted with a KeyturnError, `interrupted` or `time-limit`. */
  readonly signal: AbortSignal;
  /** Ends the watch on the clock. */
  dispose(): void;
}

/** `interrupt` is the person's wish; `timeoutMs` the scheduler's limit, if any. */
export function stopSignal(
  clock: Clock,
  interrupt: AbortSignal,
  timeoutMs: number | undefined,
): StopSignal {
  const stop = new AbortController();
  // Every call and every wait under way listens; Node's warning about a leak would be a false one.
  setMaxListeners(0, stop.signal);
  const over = new AbortController();
  const onInterrupt = () => {
    const { reason } = interrupt;
    stop.abort(
      reason instanceof KeyturnError
        ? reason
        : new KeyturnError('interrupted', 'the run was interrupted', {
            hint: 'run again: what is open goes on where it stopped',
          }),
    );
  };
  if (interrupt.aborted) onInterrupt();
  interrupt.addEventListener('abort', onInterrupt, { once: true });
  if (timeoutMs !== undefined) {
    clock.sleep(timeoutMs, over.signal).then(
      () => {
        stop.abort(
          new KeyturnError('time-limit', `the limit of ${timeoutMs / 1000} s is over`, {
            hint: 'run again: what is open goes on where it stopped',
          }),
        );
      },
      () => {},
    );
  }
  return {
    signal: stop.signal,
    dispose: () => {
      over.abort();
      interrupt.removeEventListener('abort', onInterrupt);
    },
  };
}
