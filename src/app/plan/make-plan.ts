// Use case of `keyturn plan`: the dry run of the configuration, told as a plan.

import type { ExitCode } from '../../base/error-code-info.ts';
import type { PlanDocument } from '../../reports/plan-document.ts';
import type { RotationReport } from '../../reports/rotation-report.ts';
import { type RotateAccountOptions, rotateAccount } from '../rotate-account.ts';
import type { RunContext } from '../run-context.ts';
import { PlanLedger, type PlanRequest } from './plan-ledger.ts';

/** A configuration, settled for one run. */
export interface PlannedRun {
  readonly rotate: RotateAccountOptions;
  readonly request: Omit<PlanRequest, 'createdAt' | 'expiresAt' | 'state'>;
  readonly expiresHours: number;
}

export interface MadePlan {
  readonly plan: PlanDocument;
  /** What the dry run says, as every run does. */
  readonly report: RotationReport;
  readonly exitCode: ExitCode;
  readonly ledger: PlanLedger;
}

/**
 * Never throws for an expected failure: what could not be read is in the plan. `remembers`: for a command that goes on
 * to apply it, so that what a daily one sees of keys that only wait is kept, as every run keeps it.
 */
export async function makePlan(
  { rotate, request, expiresHours }: PlannedRun,
  context: RunContext,
  remembers = false,
): Promise<MadePlan> {
  const ledger = new PlanLedger();
  const createdAt = context.clock.now();
  const { report, exitCode } = await rotateAccount(
    { ...rotate, dryRun: true, isPlan: true, remembers },
    { ...context, onAccount: (result) => ledger.add(result) },
  );
  const expiresAt = new Date(createdAt.getTime() + expiresHours * 3_600_000);
  const state = context.state.where;
  const plan = ledger.document({ ...request, createdAt, expiresAt, state }, report);
  return { plan, report, exitCode, ledger };
}
