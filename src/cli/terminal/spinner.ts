// One line on a terminal that tells what is being waited for.

import type { Clock } from '../../base/clock.ts';
import type { EngineEvent } from '../../base/events.ts';
import { printable } from '../../base/printable.ts';
import type { Progress } from './progress.ts';

export interface Spinner extends Progress {
  /** What is being waited for from now on; a spinner that was paused goes on. */
  readonly begin: (text: string) => void;
  /** Takes the line away, so that a question can be asked. */
  readonly pause: () => void;
}

export interface SpinnerOptions {
  readonly stream: Pick<NodeJS.WriteStream, 'write' | 'columns'>;
  readonly clock: Clock;
  /** Whether the terminal shows more than ASCII. */
  readonly isUnicode: boolean;
}

const FRAME_MS = 100;
const ERASE_LINE = '\r\x1b[2K';

export function createSpinner({ stream, clock, isUnicode }: SpinnerOptions): Spinner {
  const frames = [...(isUnicode ? '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏' : '|/-\\')];
  let text: string | undefined;
  let turns = 0;
  let isTurning = false;
  let hasStopped = false;
  const draw = (): void => {
    if (text === undefined) return;
    const line = `${frames[turns % frames.length]} ${printable(text)}`;
    stream.write(`${ERASE_LINE}${line.slice(0, (stream.columns || 80) - 1)}`);
  };
  const turn = async (): Promise<void> => {
    if (isTurning) return;
    isTurning = true;
    while (text !== undefined) {
      draw();
      await clock.sleep(FRAME_MS);
      turns += 1;
    }
    isTurning = false;
  };
  const pause = (): void => {
    if (text !== undefined) stream.write(ERASE_LINE);
    text = undefined;
  };
  const begin = (next: string): void => {
    if (hasStopped) return;
    text = next;
    if (isTurning) draw();
    else void turn();
  };
  return {
    begin,
    pause,
    update: (event) => {
      const step = stepText(event);
      if (step !== undefined && text !== undefined) begin(step);
    },
    above: (line) => {
      stream.write(`${text === undefined ? '' : ERASE_LINE}${line}\n`);
      draw();
    },
    stop: () => {
      pause();
      hasStopped = true;
    },
  };
}

/** The same for a terminal on which nothing is drawn anew: a line for each step, once. */
export function createSteps({ stream }: Pick<SpinnerOptions, 'stream'>): Spinner {
  let last: string | undefined;
  let isOpen = false;
  const begin = (text: string): void => {
    // How long something was waited for goes on counting; one line says it.
    const step = text.replace(/ \(\d+ s\)$/, '');
    isOpen = true;
    if (step !== last) stream.write(`${printable(step)}\n`);
    last = step;
  };
  return {
    begin,
    pause: () => {
      isOpen = false;
    },
    update: (event) => {
      const step = stepText(event);
      if (step !== undefined && isOpen) begin(step);
    },
    above: (line) => {
      stream.write(`${line}\n`);
    },
    stop: () => {
      isOpen = false;
    },
  };
}

function stepText(event: EngineEvent): string | undefined {
  switch (event.code) {
    case 'rotation-started':
      return 'making a new key';
    case 'rotation-resumed':
      return 'going on with what an earlier run began';
    case 'key-created':
      return `storing ${event.newKeyId}`;
    case 'secret-stored':
      return `waiting until AWS accepts ${event.newKeyId}`;
    case 'waiting-for-key': {
      const waited = Math.round(event.waitedMs / 1000);
      return `waiting until AWS accepts ${event.newKeyId} (${waited} s)`;
    }
    case 'key-verified':
      // Nothing is given a key before.
      return `writing ${event.newKeyId} to the credentials file`;
    case 'inventory-progress':
      return `reading users: ${event.usersRead} of ${event.usersSeen}`;
    default:
      return undefined;
  }
}
