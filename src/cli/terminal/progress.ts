// Progress on a terminal: a line while the credential report is made, a bar while users are read, and
// one while keys are rotated or taken back; of several accounts, one for all of them. Loaded only when a run begins
// and stderr is a terminal.

import { MultiBar, type SingleBar } from 'cli-progress';
import type { EngineEvent } from '../../base/events.ts';
import { type Phase, type Standing, standingText, type Tally } from './tally.ts';

export interface Progress {
  readonly update: (event: EngineEvent) => void;
  /** Prints a line above the bar. */
  readonly above: (line: string) => void;
  /** Removes the bar. */
  readonly stop: () => void;
}

const FORMATS: Readonly<Record<Phase, string>> = {
  report: 'waiting for the credential report{details}',
  reading: 'reading users  [{bar}] {value}/{total}{details}',
  rotating: 'rotating keys  [{bar}] {value}/{total}{details}',
  verifying: 'reading places  [{bar}] {value}/{total}{details}',
  // Nobody knows how many there are.
  listing: 'looking into places  {value} read{details}',
  undoing: 'taking back  [{bar}] {value}/{total}{details}',
  accounts: 'accounts  [{bar}] {value}/{total}{details}',
};
/** Until the list of accounts has been read to its end, nobody knows how many there are. */
const COUNTING_FORMAT = 'accounts  {value} done{details}';
const DRY_RUN_FORMAT = 'checking keys  [{bar}] {value}/{total}{details}';
/** What the widest line holds beside its bar and its details. */
const FRAME_WIDTH = 'rotating keys  [] 10000/10000'.length;
const BAR_WIDTH_MAX = 32;
const BAR_WIDTH_MIN = 8;
const DETAILS_WIDTH = ', 20/s, about 10 min left, throttled'.length;

export function createProgress(
  stream: NodeJS.WriteStream,
  dryRun: boolean,
  tally: Tally,
): Progress {
  const columns = stream.columns || 80;
  const roomMost = Math.min(BAR_WIDTH_MAX, columns - FRAME_WIDTH - DETAILS_WIDTH);
  const barsize = Math.max(BAR_WIDTH_MIN, roomMost);
  // A line that is longer than the terminal would be drawn anew below itself each time.
  const detailsWidth = columns - 1 - FRAME_WIDTH - barsize;
  const bars = new MultiBar(
    {
      stream,
      barsize,
      clearOnComplete: true,
      // The runner handles signals; cursor and wrapping stay as they are, so that ending at once
      // leaves the terminal in order.
      gracefulExit: false,
      hideCursor: false,
      linewrap: true,
    },
    { format: '', barCompleteChar: '=', barIncompleteChar: ' ' },
  );
  let current: { readonly format: string; readonly bar: SingleBar } | undefined;
  const formatOf = ({ phase, total }: Standing): string => {
    if (phase === 'accounts' && total === 0) return COUNTING_FORMAT;
    const isWork = phase === 'rotating' || phase === 'undoing';
    return dryRun && isWork ? DRY_RUN_FORMAT : FORMATS[phase];
  };
  const show = (standing: Standing): void => {
    const { done, total } = standing;
    const payload = { details: standingText(standing, detailsWidth) };
    const format = formatOf(standing);
    if (current?.format !== format) {
      if (current !== undefined) bars.remove(current.bar);
      current = { format, bar: bars.create(total, done, payload, { format }) };
    }
    current.bar.setTotal(total);
    current.bar.update(done, payload);
  };
  return {
    update: (event) => {
      if (!tally.update(event)) return;
      const standing = tally.standing();
      if (standing !== undefined) show(standing);
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
