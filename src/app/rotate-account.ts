// Use case of `rotate-iam-keys`: rotate every due key, of one account or of several.
//
//   identify caller -> prepare state -> inventory -> candidates -> rotate each -> report

import type { Clock } from '../base/clock.ts';
import type { ExitCode } from '../base/error-codes.ts';
import { KeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import { VERSION } from '../base/version.ts';
import { newId } from '../executor/runtime.ts';
import { openGateway } from '../iam/open-gateway.ts';
import type { RotationReport } from '../reports/rotation-report.ts';
import { type AccountOptions, runAccount } from './account-run.ts';
import { ReportLedger, type WholeRun } from './build-report.ts';
import type { AccountSelection } from './choose-accounts.ts';
import { rotateAccounts } from './rotate-accounts.ts';
import { stopSignal } from './stop-signal.ts';

export interface RotateAccountOptions extends AccountOptions {
  /** Several accounts; undefined means the caller's own. */
  readonly accounts?: AccountSelection | undefined;
  /** Named profile; undefined means the SDK's default credential chain. */
  readonly profile: string | undefined;
  readonly region: string;
  /** After this long no further step is begun; undefined means no limit. */
  readonly timeoutMs: number | undefined;
}

export interface RunContext {
  readonly clock: Clock;
  readonly emit: EventSink;
  /** Aborted on SIGINT or SIGTERM: steps under way are finished, no new one begins. */
  readonly signal: AbortSignal;
  /** Process environment, read once at the edge. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How the part of a run between the flags and the report ended. */
export interface RunEnd extends WholeRun {
  /** What ended the run early; it is in the ledger too. */
  readonly fatal: KeyturnError | undefined;
}

export interface RotateAccountOutcome {
  readonly report: RotationReport;
  readonly exitCode: ExitCode;
}

/**
 * Runs to the end whatever happens to single users, and never throws for an expected failure: what
 * could not be done is in the report (`errors`, `rotated_keys[].error`).
 */
export async function rotateAccount(
  options: RotateAccountOptions,
  context: RunContext,
): Promise<RotateAccountOutcome> {
  const { clock, emit } = context;
  const { dryRun, daysThreshold, accounts } = options;
  const ledger = new ReportLedger({
    startedAt: clock.now(),
    dryRun,
    daysThreshold,
    version: VERSION,
  });
  const { signal, dispose } = stopSignal(clock, context.signal, options.timeoutMs);
  const surroundings = { ...context, signal };
  const run =
    accounts === undefined
      ? rotateOwnAccount(options, surroundings, ledger)
      : rotateAccounts({ ...options, accounts }, surroundings, ledger);
  const { fatal, ...whole } = await run.finally(dispose);
  const report = ledger.report(whole, clock.now());
  if (fatal === undefined) emitDone(report, emit);
  return { report, exitCode: exitCode(report, fatal, context.signal) };
}

async function rotateOwnAccount(
  options: RotateAccountOptions,
  { clock, emit, env, signal }: RunContext,
  ledger: ReportLedger,
): Promise<RunEnd> {
  const { profile, region, maxParallel } = options;
  const { account, fatal, source, ...facts } = await runAccount(
    () => openGateway({ profile, region, env, maxParallel, clock, emit, signal }),
    options,
    { clock, emit, signal, run: newId() },
  );
  ledger.add(account, facts);
  const counts = {
    accounts_examined: fatal === undefined ? 1 : 0,
    accounts_failed: fatal === undefined ? 0 : 1,
    accounts_skipped: 0,
    accounts_left: 0,
  };
  return { account, source, counts, fatal };
}

function emitDone(report: RotationReport, emit: EventSink): void {
  const { summary } = report;
  const durationMs = summary.duration_seconds * 1000;
  const [done, failed, deleted] = [
    summary.successful_rotations,
    summary.failed_rotations,
    summary.cleanup_operations,
  ];
  emit(
    report.dry_run
      ? {
          code: 'plan-done',
          wouldRotate: done,
          blocked: failed,
          wouldDelete: deleted,
          durationMs,
        }
      : { code: 'run-done', rotated: done, failed, deleted, durationMs },
  );
}

function exitCode(
  report: RotationReport,
  fatal: KeyturnError | undefined,
  { aborted, reason }: AbortSignal,
): ExitCode {
  if (aborted) return reason instanceof KeyturnError && reason.exitCode === 143 ? 143 : 130;
  if (fatal !== undefined) return fatal.exitCode;
  if (report.errors.length > 0) return 1;
  // A dry run has done its work when it has told what is blocked.
  if (report.dry_run) return 0;
  const failed = [...report.rotated_keys, ...report.cleanup_results].some((r) => !r.success);
  return failed ? 1 : 0;
}

export type RotateAccount = typeof rotateAccount;
