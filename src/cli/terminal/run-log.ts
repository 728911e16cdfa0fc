// Where the events of a run go: lines on stderr, lines in the log file, a bar on a terminal.
//
// While a bar is shown, lines up to level warn are left out on stderr, because the page at the end tells
// the same: only failures are printed, above the bar. With an explicit --log-level every line of that level is
// printed. The log file always gets every line of the level. Without a bar,
// and in the file, a line says every ten seconds how far the run is.

import type { KeyturnError } from '../../base/errors.ts';
import type { EngineEvent, EventCode, EventSink } from '../../base/events.ts';
import { wrapped } from '../../base/wrap.ts';
import type { Host } from '../host.ts';
import type { LogOptions } from '../rotate/options.ts';
import { isPlainTerminal } from './locale.ts';
import { isLogged, jsonLine, textLine } from './log.ts';
import { openLogFile } from './log-file.ts';
import type { Masker } from './mask.ts';
import type { Progress } from './progress.ts';
import { Tally } from './tally.ts';

export interface RunLog {
  readonly emit: EventSink;
  /** What ended the run goes into the file too; on stderr the voice says it. */
  readonly note: (error: KeyturnError) => void;
  /** From now on events show as lines only. */
  readonly hideProgress: () => void;
  /** Closes the file. Returns how many lines it lost. */
  readonly close: () => number;
}

/** Undefined where lines of the log tell as much. */
export type LoadProgress = (
  stream: NodeJS.WriteStream,
  tally: Tally,
  canRedraw: boolean,
) => Promise<Progress | undefined>;

/** The least time between two lines that say how far the run is. */
const PROGRESS_EVERY_MS = 10_000;

/** Warnings that the page at the end does not tell again, so they are printed above the bar. */
const ABOVE_THE_BAR: ReadonlySet<EventCode> = new Set([
  'report-unusable',
  'root-key-active',
  'metrics-not-written',
  'metrics-remarked',
  'notified',
  'notification-failed',
  'notices-unreadable',
]);

/** Throws `log-file`. */
export async function openRunLog(
  host: Host,
  options: LogOptions,
  masker: Masker,
  loadProgress?: LoadProgress,
): Promise<RunLog> {
  const file = options.file === undefined ? undefined : openLogFile(options.file);
  const nowMs = () => host.clock.now().getTime();
  let progress = showsProgress(host, options)
    ? await loadProgress?.(host.stderr.stream, new Tally(nowMs), !isPlainTerminal(host.env))
    : undefined;
  const colour = options.format === 'text' && host.stderr.hasColours(host.env);
  const line = (event: EngineEvent, at: Date, withColour: boolean): string =>
    masker.mask(options.format === 'json' ? jsonLine(event, at) : textLine(event, at, withColour));
  const stderrLevel = progress !== undefined && !options.isLevelGiven ? 'error' : options.level;
  const hideProgress = (): void => {
    progress?.stop();
    progress = undefined;
  };
  const log = (event: EngineEvent): void => {
    const isOfLevel = isLogged(event, options.level);
    const isShown = (isOfLevel && ABOVE_THE_BAR.has(event.code)) || isLogged(event, stderrLevel);
    if (!isOfLevel && !isShown) return;
    const at = host.clock.now();
    if (file !== undefined && isOfLevel) file.append(line(event, at, false));
    if (!isShown || (progress !== undefined && event.code === 'progress')) return;
    const text = line(event, at, colour);
    if (progress !== undefined)
      progress.above(wrapped('', text, { width: host.stderr.width, indent: 2 }));
    else host.stderr.writeNow(`${text}\n`);
  };
  const logProgress = progressLogger(nowMs, log);
  return {
    emit: (event) => {
      progress?.update(event);
      log(event);
      logProgress(event);
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

/** Takes every event, and now and then logs one of its own that says how far the run is. */
function progressLogger(nowMs: () => number, log: EventSink): EventSink {
  const tally = new Tally(nowMs);
  let loggedAtMs = nowMs();
  return (event) => {
    if (!tally.update(event) || nowMs() - loggedAtMs < PROGRESS_EVERY_MS) return;
    const standing = tally.standing();
    if (standing === undefined) return;
    loggedAtMs = nowMs();
    const { phase, done, total, perSecond, isThrottled, secondsLeft } = standing;
    log({
      code: 'progress',
      phase,
      done,
      total,
      perSecond: Math.round(perSecond * 10) / 10,
      throttled: isThrottled,
      secondsLeft: secondsLeft ?? null,
    });
  };
}

export function showsProgress(host: Host, options: LogOptions): boolean {
  return host.stderr.isTerminal && options.format === 'text';
}
