// One run of `rotate-iam-keys`: log, signals, the use case, and its result on stdout. Loaded only
// when the flags were right.

import { dirname } from 'node:path';
import type { RotateAccount, RotateAccountOutcome } from '../app/rotate-account.ts';
import { ERROR_CODES, type ErrorCode } from '../base/error-codes.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { RotationReport } from '../reports/rotation-report.ts';
import type { StopSignal } from './host.ts';
import type { ResolvedOptions } from './rotate-options.ts';
import type { Session } from './run.ts';
import { openRunLog, type RunLog } from './run-log.ts';
import { exitCodeOf, watchStopSignals } from './stop-signals.ts';

/** The heavy parts, loaded only when a run begins. */
export interface RotateParts {
  readonly rotateAccount: RotateAccount;
  readonly renderJson: (report: RotationReport) => string;
  readonly renderText: (
    report: RotationReport,
    options: { readonly colour: boolean; readonly width: number },
  ) => string;
}

export type LoadParts = () => Promise<RotateParts>;

export interface RotateHooks {
  readonly load: LoadParts | undefined;
  /** The JSON document of a run that is ended at once. */
  readonly lastWords: (error: KeyturnError) => string;
}

/** Runs, prints the result, and resolves with the exit code. */
export async function rotate(
  session: Session,
  options: ResolvedOptions,
  { load = loadParts, lastWords }: RotateHooks,
): Promise<number> {
  const { host, voice, masker } = session;
  const log = await openRunLog(host, options.log, masker, async (stream, tally) => {
    const { createProgress } = await import('./progress.ts');
    return createProgress(stream, options.rotate.dryRun, tally);
  });
  let isPrinting = false;
  const stop = watchStopSignals(host, {
    onFirst: (signal) => {
      log.hideProgress();
      voice.remark(`${signal}: finishing the steps under way; once more ends at once`);
    },
    onSecond: (signal) => {
      voice.remark(`${signal} again: ending at once; the next run resumes what is open`);
      if (isPrinting || options.outputFormat !== 'json') return;
      host.stdout.writeNow(lastWords(toKeyturnError(stop.signal.reason)));
    },
  });
  try {
    const parts = await load();
    const outcome = await parts.rotateAccount(options.rotate, {
      clock: host.clock,
      emit: log.emit,
      signal: stop.signal,
      env: host.env,
    });
    log.hideProgress();
    isPrinting = true;
    const code = exitCode(outcome, stop.received());
    return await print({ ...session, log }, options, parts, outcome, code);
  } finally {
    const linesLost = log.close();
    if (linesLost > 0) voice.remark(`${linesLost} lines could not be written to the log file`);
    stop.end();
  }
}

/** The use case knows that it was interrupted; which signal it was, is known here. */
function exitCode(outcome: RotateAccountOutcome, received: StopSignal | undefined): number {
  const wasInterrupted = outcome.exitCode === 130 || outcome.exitCode === 143;
  return wasInterrupted && received !== undefined ? exitCodeOf(received) : outcome.exitCode;
}

async function print(
  session: Session & { readonly log: RunLog },
  options: ResolvedOptions,
  parts: RotateParts,
  { report }: RotateAccountOutcome,
  code: number,
): Promise<number> {
  const { host, voice, log } = session;
  for (const issue of runIssues(report)) {
    voice.error(issue);
    log.note(issue);
  }
  if (options.outputFormat === 'text' && isOnlyIssues(report)) return code;
  const text =
    options.outputFormat === 'json'
      ? parts.renderJson(report)
      : parts.renderText(report, {
          colour: host.stdout.hasColours(host.env),
          width: host.stdout.width,
        });
  try {
    await host.stdout.write(text);
    if (options.outputFormat === 'json') remarkHandoff(session, report);
    return code;
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    voice.error(error);
    for (const line of handoffLines(report)) voice.hint(line);
    return code === 0 ? error.exitCode : code;
  }
}

/** A pipe takes a document whether or not its reader keeps it, so stderr says where else it is (I3). */
function remarkHandoff({ voice }: Session, report: RotationReport): void {
  const files = (isDone: boolean) =>
    report.rotated_keys
      .filter(({ success }) => success === isDone)
      .flatMap(({ handoff_file: file }) => file ?? []);
  const folders = (paths: string[]) => {
    const [first = '', ...others] = new Set(paths.map((path) => dirname(path)));
    const more =
      others.length === 0
        ? ''
        : `, and beside it in the folders of the other accounts (${others.length})`;
    return `${first}${more}`;
  };
  const done = files(true);
  const open = files(false);
  if (done.length > 0) {
    const isPrinted = report.rotated_keys.some((key) => key.new_secret_key !== undefined);
    voice.remark(
      `the new secrets (${done.length}) are ${isPrinted ? 'also ' : ''}in ${folders(done)}; delete each once it is used`,
    );
  }
  if (open.length > 0) {
    voice.remark(
      `the next run needs the secrets of unfinished rotations (${open.length}) in ${folders(open)}; leave them there`,
    );
  }
}

/** What stopped the whole run is said on stderr too; what stopped one part of it was in the log. */
function runIssues(report: RotationReport): KeyturnError[] {
  return report.errors
    .filter(({ username, account_id: account }) => {
      return username === null && account === report.account_id;
    })
    .map(({ code, message, hint }) => {
      const known = Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'internal';
      return new KeyturnError(known, message, hint === null ? {} : { hint });
    });
}

/** A run that did not get to any user has no page for people: stderr says it all. */
function isOnlyIssues(report: RotationReport): boolean {
  const { rotated_keys, cleanup_results, errors, account_id: whole } = report;
  const isAboutUsers = errors.some(
    ({ username, account_id: account }) => username !== null || account !== whole,
  );
  return rotated_keys.length + cleanup_results.length === 0 && errors.length > 0 && !isAboutUsers;
}

/** Where the secrets are that stdout did not take (I3). */
export function handoffLines(report: RotationReport): readonly string[] {
  const files = report.rotated_keys.flatMap((key) => {
    const delivered = key.delivered_to.map(({ kind, place }) => `${kind} ${place}`);
    const places = key.handoff_file === null ? delivered : [key.handoff_file];
    return places.map(
      (place) => `the new secret of ${key.username} (${key.new_key_id}) is in ${place}`,
    );
  });
  return files.length > 0 ? ['no secret is lost', ...files] : ['no new key was made'];
}

export async function loadParts(): Promise<RotateParts> {
  const [{ rotateAccount }, { renderJson }, { renderText }] = await Promise.all([
    import('../app/rotate-account.ts'),
    import('../reports/render-json.ts'),
    import('../reports/render-text.ts'),
  ]);
  return { rotateAccount, renderJson, renderText };
}
