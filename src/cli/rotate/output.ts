// The result of `rotate-iam-keys` on stdout, and beside it on stderr what stopped the run and where
// the new secrets are.

import { dirname } from 'node:path';
import { isErrorCode } from '../../base/error-codes.ts';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import { hintOfText } from '../../base/hint.ts';
import type { RotationReport } from '../../reports/rotation-report.ts';
import type { Session } from '../run.ts';
import type { RunShell } from '../run-shell.ts';
import type { Voice } from '../terminal/voice.ts';

/** A run that is over, and how its result is to be shown. */
export interface RotateResult {
  readonly report: RotationReport;
  readonly exitCode: number;
  readonly format: 'json' | 'text';
  readonly render: (report: RotationReport) => string;
}

/** Resolves with the exit code: a result that stdout did not take is a failure too. */
export async function printResult(
  { voice }: Session,
  { log, print }: RunShell,
  { report, exitCode, format, render }: RotateResult,
): Promise<number> {
  printRunIssues({ voice }, { log }, report);
  if (format === 'text' && isOnlyIssues(report)) return exitCode;
  const document = render(report);
  try {
    await print(document);
    if (format === 'json') remarkHandoff(voice, report);
    return exitCode;
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    voice.error(error);
    for (const line of handoffLines(report)) voice.hint(line);
    return exitCode === 0 ? error.exitCode : exitCode;
  }
}

/** What stopped the whole run, on stderr and in the log. */
export function printRunIssues(
  { voice }: Pick<Session, 'voice'>,
  { log }: Pick<RunShell, 'log'>,
  report: RotationReport,
): void {
  log.hideProgress();
  for (const issue of runIssues(report)) {
    voice.error(issue);
    log.note(issue);
  }
}

/** A pipe takes a document whether or not its reader keeps it, so stderr says where else it is (I3). */
export function remarkHandoff(voice: Voice, report: RotationReport): void {
  const files = (isDone: boolean) =>
    report.rotated_keys
      .filter(({ success }) => success === isDone)
      .flatMap(({ handoff_file: file }) => file ?? []);
  const done = files(true);
  const open = files(false);
  if (done.length > 0) {
    const isPrinted = report.rotated_keys.some((key) => key.new_secret_key !== undefined);
    voice.remark(
      `the new secrets (${done.length}) are ${isPrinted ? 'also ' : ''}in ${foldersOf(done)}; delete each once it is used`,
    );
  }
  if (open.length > 0) {
    voice.remark(
      `the next run needs the secrets of unfinished rotations (${open.length}) in ${foldersOf(open)}; leave them there`,
    );
  }
}

function foldersOf(paths: readonly string[]): string {
  const [first = '', ...others] = new Set(paths.map((path) => dirname(path)));
  if (others.length === 0) return first;
  return `${first}, and beside it in the folders of the other accounts (${others.length})`;
}

/** What stopped the whole run is said on stderr too; what stopped one part of it was in the log. */
function runIssues(report: RotationReport): KeyturnError[] {
  return report.errors
    .filter(({ username, account_id: account }) => {
      return username === null && account === report.account_id;
    })
    .map(({ code, message, hint }) => {
      const known = isErrorCode(code) ? code : 'internal';
      return new KeyturnError(known, message, hint === null ? {} : { hint: hintOfText(hint) });
    });
}

/** A run that did not get to any user has no page for people: stderr says it all. */
function isOnlyIssues(report: RotationReport): boolean {
  const { rotated_keys, cleanup_results, errors, changes, account_id: whole } = report;
  const { kept_handoffs } = report;
  const isAboutUsers = errors.some(
    ({ username, account_id: account }) => username !== null || account !== whole,
  );
  const lists = [rotated_keys, cleanup_results, changes, kept_handoffs];
  const told = lists.reduce((sum, { length }) => sum + length, 0);
  return told === 0 && errors.length > 0 && !isAboutUsers;
}

/** Where the secrets are that stdout did not take (I3). */
function handoffLines(report: RotationReport): readonly string[] {
  const files = report.rotated_keys.flatMap((key) => {
    const delivered = key.delivered_to.map(({ kind, place }) => `${kind} ${place}`);
    const places = key.handoff_file === null ? delivered : [key.handoff_file];
    return places.map(
      (place) => `the new secret of ${key.username} (${key.new_key_id}) is in ${place}`,
    );
  });
  return files.length > 0 ? ['no secret is lost', ...files] : ['no new key was made'];
}
