// SIGINT, SIGTERM and SIGHUP (a closed terminal). The first asks the run to stop: steps under way are
// finished, because a key that was just created must still reach the disk. The second ends the process
// at once; what is open then is found in the journal by the next run (I10).

import { setMaxListeners } from 'node:events';
import { KeyturnError } from '../base/errors.ts';
import type { Host, StopSignal } from './host.ts';

export interface StopWatch {
  readonly signal: AbortSignal;
  /** The signal that came first, when one came. */
  readonly received: () => StopSignal | undefined;
  /** Signals end the process again as they usually do. */
  readonly end: () => void;
}

export interface StopWatchOptions {
  readonly onFirst: (signal: StopSignal) => void;
  /** Last words before the process ends; must not wait. */
  readonly onSecond: (signal: StopSignal) => void;
}

export function watchStopSignals(host: Host, options: StopWatchOptions): StopWatch {
  const controller = new AbortController();
  // Every call and every wait under way listens; Node's warning about a leak would be a false one.
  setMaxListeners(0, controller.signal);
  let received: StopSignal | undefined;
  const end = host.onStop((signal) => {
    if (received !== undefined) {
      options.onSecond(signal);
      host.exitNow(exitCodeOf(signal));
      return;
    }
    received = signal;
    options.onFirst(signal);
    controller.abort(
      new KeyturnError('interrupted', `interrupted by ${signal}`, {
        hint: 'run again: what is open goes on where it stopped',
      }),
    );
  });
  return { signal: controller.signal, received: () => received, end };
}

const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** 128 and the number of the signal, as shells have it. */
export function exitCodeOf(signal: StopSignal): 129 | 130 | 143 {
  return EXIT_CODES[signal];
}
