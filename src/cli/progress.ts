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
  // No time left: a rotation waits for AWS most of its time, and nobody knows for how long.
  rotating: 'rotating keys  [{bar}] {value}/{total}{waiting}',
};
const DRY_RUN_FORMAT = 'checking keys  [{bar}] {value}/{total}';

export function createProgress(stream: NodeJS.WriteStream, dryRun: boolean): Progress {
  const bars = new MultiBar(
    {
      stream,
      barsize: 32,
      clearOnComplete: true,
      // The runner handles signals; cursor and wrapping stay as they are, so that ending at once
      // leaves the terminal in order.
      gracefulExit: false,
      hideCursor: false,
      linewrap: true,
    },
    { format: '', barCompleteChar: '=', barIncompleteChar: ' ' },
  );
  let current: { readonly phase: Phase; readonly bar: SingleBar } | undefined;
  /** New keys that AWS does not accept yet. */
  const waiting = new Set<string>();
  const show = (phase: Phase, value: number, total: number): void => {
    const payload = { waiting: waitingText(waiting.size) };
    if (current?.phase !== phase) {
      if (current !== undefined) bars.remove(current.bar);
      const format = dryRun && phase === 'rotating' ? DRY_RUN_FORMAT : FORMATS[phase];
      current = { phase, bar: bars.create(total, value, payload, { format }) };
    }
    current.bar.setTotal(total);
    current.bar.update(value, payload);
  };
  return {
    update: (event) => {
      if (event.code === 'inventory-progress') show('reading', event.usersRead, event.usersSeen);
      if (event.code === 'key-created') waiting.add(event.newKeyId);
      if (event.code === 'key-verified') waiting.delete(event.newKeyId);
      if (event.code === 'user-done') show('rotating', event.done, event.total);
      else current?.bar.update({ waiting: waitingText(waiting.size) });
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

export function waitingText(keys: number): string {
  return keys === 0 ? '' : `, waiting for ${keys} new`;
}
