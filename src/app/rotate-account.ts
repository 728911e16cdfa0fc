// Use case of `rotate-iam-keys`: rotate every due key, of one account or of several.
//
//   identify caller -> prepare state -> inventory -> candidates -> rotate each -> report

import { openGateway } from '../aws/open-gateway.ts';
import type { ExitCode } from '../base/error-code-info.ts';
import { ERROR_CODES } from '../base/error-codes.ts';
import type { KeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import { VERSION } from '../base/version.ts';
import type { RotationReport } from '../reports/rotation-report.ts';
import { type AccountOptions, runAccount } from './account-run.ts';
import { ReportLedger } from './build-report.ts';
import { ChangeLog } from './change-log.ts';
import type { AccountSelection } from './choose-accounts.ts';
import { rotateAccounts } from './rotate-accounts.ts';
import type { RunContext, RunEnd } from './run-context.ts';
import { stopSignal } from './stop-signal.ts';

export interface RotateAccountOptions extends AccountOptions {
  /** Several accounts; undefined means the caller's own. */
  readonly accounts?: AccountSelection | undefined;
  /** The flags with which a command enters one of them, for hints. */
  readonly memberFlags?: readonly string[];
  /** Named profile; undefined means the SDK's default credential chain. */
  readonly profile: string | undefined;
  /** Undefined means that of the environment, else that of the profile. */
  readonly region: string | undefined;
  /** After this long no further step is begun; undefined means no limit. */
  readonly timeoutMs: number | undefined;
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
  const { dryRun, daysThreshold, lookAheadDays, accounts } = options;
  const changes = context.changes ?? new ChangeLog(clock);
  const ledger = new ReportLedger({
    changes,
    runId: context.state.run,
    startedAt: clock.now(),
    dryRun,
    daysThreshold,
    lookAheadDays,
    target: options.target,
    version: VERSION,
  });
  const { signal, dispose } = stopSignal(clock, context.signal, options.timeoutMs);
  const limited = { ...context, signal, changes };
  const run =
    accounts === undefined
      ? rotateOwnAccount(options, limited, ledger)
      : rotateAccounts({ ...options, accounts }, limited, ledger);
  const { fatal, ...whole } = await run.finally(dispose);
  const report = ledger.report(whole, clock.now());
  if (fatal === undefined) emitDone(report, emit);
  return { report, exitCode: exitCode(report, fatal, context.signal) };
}

async function rotateOwnAccount(
  options: RotateAccountOptions,
  context: RunContext,
  ledger: ReportLedger,
): Promise<RunEnd> {
  const { profile, region, maxParallel } = options;
  const result = await runAccount(
    async () => {
      const run = context.state.run;
      const gateway = await openGateway({ ...context, run, profile, region, maxParallel });
      ledger.signedBy(gateway.caller);
      return gateway;
    },
    options,
    context,
  );
  context.onAccount?.(result);
  const { account, fatal, source, asked: _, ...facts } = result;
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
  { aborted }: AbortSignal,
): ExitCode {
  if (aborted) return ERROR_CODES.interrupted.exit;
  if (fatal !== undefined) return fatal.exitCode;
  if (report.errors.length > 0) return 1;
  // A dry run has done its work when it has told what is blocked.
  if (report.dry_run) return 0;
  const failed = [...report.rotated_keys, ...report.cleanup_results].some((r) => !r.success);
  return failed ? 1 : 0;
}

export type RotateAccount = typeof rotateAccount;
