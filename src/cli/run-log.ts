// Where the events of a run go: lines on stderr, lines in the log file, a bar on a terminal.
//
// While a bar can be shown, it stands for the lines up to level warn, which the page at the end
// repeats: only failures are printed, above it, each cut to one line. With an explicit --log-level
// every line of that level shows. The log file always gets everything of the level.

import type { KeyturnError } from '../base/errors.ts';
import type { EngineEvent, EventSink } from '../base/events.ts';
import type { Host } from './host.ts';
import { COLOURS, isLogged, jsonLine, textLine } from './log.ts';
import { openLogFile } from './log-file.ts';
import type { Masker } from './mask.ts';
import type { Progress } from './progress.ts';
import type { LogOptions } from './rotate-options.ts';

export interface RunLog {
  readonly emit: EventSink;
  /** What ended the run goes into the file too; on stderr the voice says it. */
  readonly note: (error: KeyturnError) => void;
  /** From now on events show as lines only. */
  readonly hideProgress: () => void;
  /** Closes the file. Returns how many lines it lost. */
  readonly close: () => number;
}

/** Throws `log-file`. */
export async function openRunLog(
  host: Host,
  options: LogOptions,
  masker: Masker,
  loadProgress?: (stream: NodeJS.WriteStream) => Promise<Progress>,
): Promise<RunLog> {
  const file = options.file === undefined ? undefined : openLogFile(options.file);
  let progress = showsProgress(host, options)
    ? await loadProgress?.(host.stderr.stream)
    : undefined;
  const colour = options.format === 'text' && host.stderr.hasColours(host.env);
  const line = (event: EngineEvent, at: Date, withColour: boolean): string =>
    masker.mask(options.format === 'json' ? jsonLine(event, at) : textLine(event, at, withColour));
  const stderrLevel = progress !== undefined && !options.isLevelGiven ? 'error' : options.level;
  const hideProgress = (): void => {
    progress?.stop();
    progress = undefined;
  };
  return {
    emit: (event) => {
      const at = host.clock.now();
      progress?.update(event);
      if (file !== undefined && isLogged(event, options.level)) {
        file.append(line(event, at, false));
      }
      if (!isLogged(event, stderrLevel)) return;
      const text = line(event, at, colour);
      if (progress !== undefined) progress.above(fitted(text, host.stderr.width));
      else host.stderr.writeNow(`${text}\n`);
    },
    note: ({ code: errorCode, message: reason }) => {
      const event: EngineEvent = { code: 'run-failed', errorCode, reason };
      file?.append(line(event, host.clock.now(), false));
    },
    hideProgress,
    close: () => {
      hideProgress();
      return file?.close() ?? 0;
    },
  };
}

/** One line of the terminal: the page that follows tells the whole story. */
export function fitted(line: string, width: number): string {
  const visible = line.replace(COLOURS, '').length;
  // Colours stand at the beginning, so what is cut off holds none.
  return visible <= width ? line : `${line.slice(0, line.length - visible + width - 1)}…`;
}

export function showsProgress(host: Host, options: LogOptions): boolean {
  return host.stderr.isTerminal && host.env.TERM !== 'dumb' && options.format === 'text';
}
