// What surrounds the work of every command that asks AWS: the log of the run, the signals that stop
// it, and what is said when it fails or is ended at once. The command itself only works and prints.
//
//   open the log -> watch for signals -> work -> [failure: said, and its document printed] -> close

import { ERROR_CODES } from '../base/error-codes.ts';
import { type KeyturnError, toKeyturnError } from '../base/errors.ts';
import { changeLine, type KeyChanged } from '../base/key-changes.ts';
import type { Host } from './host.ts';
import type { LogOptions } from './rotate/options.ts';
import type { Session } from './run.ts';
import { exitCodeOf, type StopWatch, watchStopSignals } from './stop-signals.ts';
import { type LoadProgress, openRunLog, type RunLog } from './terminal/run-log.ts';

export interface ShellOptions {
  readonly log: LogOptions;
  readonly loadProgress?: LoadProgress;
  /** Ends the remark on a first signal: what is still finished. */
  readonly stillFinished: string;
  /** Ends the remark on a second signal: what becomes of the work that is left open. */
  readonly leftOpen: string;
  /** What the run did to keys so far: said on stderr where no document says it. */
  readonly changes?: () => readonly KeyChanged[];
  /** What stdout gets when the work fails or is ended at once; undefined where it gets nothing. */
  readonly failureDocument: (error: KeyturnError) => string | undefined;
}

/** What the work is handed. */
export interface RunShell {
  readonly log: RunLog;
  /** Aborted on the first signal: steps under way are finished, no new one begins. */
  readonly signal: AbortSignal;
  /** Writes the one document of the run to stdout; no failure is printed after it. */
  readonly print: (document: string) => Promise<void>;
}

export type Work = (shell: RunShell) => Promise<number>;

/**
 * Resolves with the exit code of the work, or that of the error that it threw. A run that ended as
 * interrupted gets the exit code of the signal.
 */
export async function inRunShell(
  session: Session,
  options: ShellOptions,
  work: Work,
): Promise<number> {
  const { host, voice, masker } = session;
  const log = await openRunLog(host, options.log, masker, options.loadProgress);
  const printer = documentPrinter(host, log);
  const failureDocument = (error: KeyturnError): string | undefined => {
    const document = printer.hasBegun() ? undefined : options.failureDocument(error);
    return document === undefined ? undefined : masker.mask(document);
  };
  const stop = watchStopSignals(host, {
    onFirst: (signal) => {
      log.hideProgress();
      voice.remark(`${signal}: finishing ${options.stillFinished}; once more ends at once`);
    },
    onSecond: (signal) => {
      voice.remark(`${signal} again: ending at once; the next run ${options.leftOpen}`);
      const document = failureDocument(toKeyturnError(stop.signal.reason));
      if (document !== undefined) host.stdout.writeNow(document);
      else remarkChanges(session, options);
    },
  });
  try {
    return exitCode(await work({ log, signal: stop.signal, print: printer.print }), stop);
  } catch (thrown) {
    log.hideProgress();
    const error = toKeyturnError(thrown);
    sayError(session, error);
    const document = failureDocument(error);
    await writeIfAny(session, document);
    if (document === undefined) remarkChanges(session, options);
    return exitCode(error.exitCode, stop);
  } finally {
    const linesLost = log.close();
    if (linesLost > 0) voice.remark(`${linesLost} lines could not be written to the log file`);
    stop.end();
  }
}

/** The work knows that it was interrupted; which signal it was, is known here. */
function exitCode(code: number, stop: StopWatch): number {
  const received = stop.received();
  const wasInterrupted = code === ERROR_CODES.interrupted.exit;
  return wasInterrupted && received !== undefined ? exitCodeOf(received) : code;
}

function documentPrinter(host: Host, log: RunLog) {
  let hasBegun = false;
  return {
    hasBegun: () => hasBegun,
    print: (document: string): Promise<void> => {
      log.hideProgress();
      hasBegun = true;
      return host.stdout.write(document);
    },
  };
}

/** A person who leaves has done nothing wrong, so that is no error. */
function sayError({ voice }: Session, error: KeyturnError): void {
  if (error.code === 'cancelled') voice.remark(error.message);
  else voice.error(error);
}

/** More of them are in the log. */
const CHANGES_SAID_MAX = 20;

/** I16: a run that ends without a document still says what it did to keys. */
function remarkChanges({ voice }: Session, { changes = () => [] }: ShellOptions): void {
  const done = changes();
  for (const change of done.slice(0, CHANGES_SAID_MAX)) voice.remark(changeLine(change, true));
  const more = done.length - CHANGES_SAID_MAX;
  if (more > 0) voice.remark(`and ${more} more keys were changed; the log has them all`);
}

/** The exit code is that of the failure, whether or not stdout still takes the document. */
async function writeIfAny({ host, voice }: Session, document: string | undefined): Promise<void> {
  if (document === undefined) return;
  try {
    await host.stdout.write(document);
  } catch (thrown) {
    voice.error(toKeyturnError(thrown));
  }
}
