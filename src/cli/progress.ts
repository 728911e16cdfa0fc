// Progress bars on a terminal: one while users are read, one while keys are rotated. Loaded only
// when a run begins and stderr is a terminal.

import { MultiBar, type SingleBar } from 'cli-progress';
import type { EngineEvent } from '../base/events.ts';

export interface Progress {
  readonly update: (event: EngineEvent) => void;
  /** Prints a line above the bar. */
  readonly above: (line: string) => void;
  /** Removes the bar. */
  readonly stop: () => void;
}

type Phase = 'reading' | 'rotating';

const FORMATS: Readonly<Record<Phase, string>> = {
  reading: 'reading users  [{bar}] {value}/{total}',
  rotating: 'rotating keys  [{bar}] {value}/{total}, {eta_formatted}',
};
const DRY_RUN_FORMAT = 'checking keys  [{bar}] {value}/{total}, {eta_formatted}';

export function createProgress(stream: NodeJS.WriteStream, dryRun: boolean): Progress {
  const bars = new MultiBar(
    {
      stream,
      barsize: 32,
      clearOnComplete: true,
      formatTime: timeLeft,
      // The runner handles signals; cursor and wrapping stay as they are, so that ending at once
      // leaves the terminal in order.
      gracefulExit: false,
      hideCursor: false,
      linewrap: true,
    },
    { format: '', barCompleteChar: '=', barIncompleteChar: ' ' },
  );
  let current: { readonly phase: Phase; readonly bar: SingleBar } | undefined;
  const show = (phase: Phase, value: number, total: number): void => {
    if (current?.phase !== phase) {
      if (current !== undefined) bars.remove(current.bar);
      const format = dryRun && phase === 'rotating' ? DRY_RUN_FORMAT : FORMATS[phase];
      current = { phase, bar: bars.create(total, value, {}, { format }) };
    }
    current.bar.setTotal(total);
    current.bar.update(value);
  };
  return {
    update: (event) => {
      if (event.code === 'inventory-progress') show('reading', event.usersRead, event.usersSeen);
      if (event.code === 'user-done') show('rotating', event.done, event.total);
    },
    above: (line) => {
      if (bars.isActive) bars.log(`${line}\n`);
      else stream.write(`${line}\n`);
    },
    stop: () => {
      if (!bars.isActive) return;
      bars.update(); // prints the lines that still wait to be shown above the bar
      bars.stop();
    },
  };
}

/** The library hands over seconds, or a word while it can not tell. */
export function timeLeft(seconds: number | string): string {
  if (typeof seconds !== 'number') return 'time left not known yet';
  if (seconds < 90) return `${seconds} s left`;
  return `${Math.ceil(seconds / 60)} min left`;
}
