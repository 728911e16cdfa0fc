// `rotate-iam-keys`: argv -> options -> the use case -> one document on stdout.
//
// Machine contract: with --output-format json stdout holds exactly one JSON document, whatever
// happens; --help and --version are pages for people and print text.

import type { RotateAccount, RotateAccountOutcome } from '../app/rotate-account.ts';
import { ERROR_CODES, type ErrorCode } from '../base/error-codes.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import type { RotationReport } from '../reports/rotation-report.ts';
import { isAskedFor, lastText } from './argv.ts';
import { failureJson } from './failure-report.ts';
import type { Host } from './host.ts';
import { DEFAULTS, ROTATE_FLAGS } from './rotate-flags.ts';
import { rotateHelp } from './rotate-help.ts';
import { type ResolvedOptions, resolveOptions } from './rotate-options.ts';
import { type Command, runCli, type Session } from './run.ts';
import { openRunLog } from './run-log.ts';
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

export function main(): Promise<void> {
  return runCli(rotateCommand(loadParts));
}

/** Tests hand in parts of their own. */
export function rotateCommand(load: LoadParts): Command {
  return {
    program: 'rotate-iam-keys',
    logFormat: (args) => (lastText(ROTATE_FLAGS, args, 'logFormat') === 'json' ? 'json' : 'text'),
    failureOutput: (host, error) => (wantsJson(host.args) ? failureFor(host, error) : undefined),
    run: async (session) => {
      const { host } = session;
      const page = pageFor(host.args);
      if (page === undefined) return rotate(session, resolveOptions(host.args, host), load);
      await host.stdout.write(page);
      return 0;
    },
  };
}

async function loadParts(): Promise<RotateParts> {
  const [{ rotateAccount }, { renderJson }, { renderText }] = await Promise.all([
    import('../app/rotate-account.ts'),
    import('../reports/render-json.ts'),
    import('../reports/render-text.ts'),
  ]);
  return { rotateAccount, renderJson, renderText };
}

/** --help and --version win over every other flag, also over a wrong one. */
function pageFor(args: readonly string[]): string | undefined {
  if (isAskedFor(ROTATE_FLAGS, args, 'help')) return rotateHelp();
  if (isAskedFor(ROTATE_FLAGS, args, 'version')) return `rotate-iam-keys ${VERSION}\n`;
  return undefined;
}

async function rotate(
  session: Session,
  options: ResolvedOptions,
  load: LoadParts,
): Promise<number> {
  const { host, voice, masker } = session;
  const log = await openRunLog(host, options.log, masker, options.rotate.dryRun);
  let isPrinting = false;
  const stop = watchStopSignals(host, {
    onFirst: (signal) => {
      log.hideProgress();
      voice.remark(`${signal}: finishing the steps under way; once more ends at once`);
    },
    onSecond: (signal) => {
      voice.remark(`${signal} again: ending at once; the next run resumes what is open`);
      if (isPrinting || options.outputFormat !== 'json') return;
      host.stdout.writeNow(failureFor(host, toKeyturnError(stop.signal.reason)));
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
    return await print(session, options, parts, outcome, exitCode(outcome, stop.received()));
  } finally {
    const linesLost = log.close();
    if (linesLost > 0) voice.remark(`${linesLost} lines could not be written to the log file`);
    stop.end();
  }
}

/** The use case knows that it was interrupted; which signal it was, is known here. */
function exitCode(
  outcome: RotateAccountOutcome,
  received: 'SIGINT' | 'SIGTERM' | undefined,
): number {
  const wasInterrupted = outcome.exitCode === 130 || outcome.exitCode === 143;
  return wasInterrupted && received !== undefined ? exitCodeOf(received) : outcome.exitCode;
}

async function print(
  session: Session,
  options: ResolvedOptions,
  parts: RotateParts,
  { report }: RotateAccountOutcome,
  code: number,
): Promise<number> {
  const { host, voice } = session;
  for (const issue of runIssues(report)) {
    voice.error(issue);
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
    return code;
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    voice.error(error);
    for (const line of handoffLines(report)) voice.hint(line);
    return code === 0 ? error.exitCode : code;
  }
}

/** What stopped the whole run is said on stderr too; what stopped one user was in the log. */
function runIssues(report: RotationReport): KeyturnError[] {
  return report.errors
    .filter(({ username }) => username === null)
    .map(({ code, message, hint }) => {
      const known = Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'internal';
      return new KeyturnError(known, message, hint === null ? {} : { hint });
    });
}

/** A run that did not get to any user has no page for people: stderr says it all. */
function isOnlyIssues(report: RotationReport): boolean {
  const { rotated_keys, cleanup_results, errors } = report;
  const isAboutUsers = errors.some(({ username }) => username !== null);
  return rotated_keys.length + cleanup_results.length === 0 && errors.length > 0 && !isAboutUsers;
}

/** Where the secrets are that stdout did not take (I3). */
export function handoffLines(report: RotationReport): readonly string[] {
  const files = report.rotated_keys.flatMap((key) =>
    key.handoff_file === null
      ? []
      : [`the new secret of ${key.username} (${key.new_key_id}) is in ${key.handoff_file}`],
  );
  return files.length > 0 ? ['no secret is lost', ...files] : ['no new key was made'];
}

function wantsJson(args: readonly string[]): boolean {
  return lastText(ROTATE_FLAGS, args, 'outputFormat') === 'json';
}

function failureFor(host: Host, error: KeyturnError): string {
  const days = lastText(ROTATE_FLAGS, host.args, 'daysThreshold') ?? '';
  return failureJson({
    error,
    at: host.clock.now(),
    dryRun: isAskedFor(ROTATE_FLAGS, host.args, 'dryRun'),
    daysThreshold: ROTATE_FLAGS.daysThreshold.rule.read(days) ?? DEFAULTS.daysThreshold,
    version: VERSION,
  });
}
