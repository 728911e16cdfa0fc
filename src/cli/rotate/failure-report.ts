// The result of a run that never began: the same document as every other run, so that a scheduler
// reads one shape whatever happens. Only types are imported: bad input must not load zod.

import type { KeyturnError } from '../../base/errors.ts';
import { countChanges, type ToldSoFar } from '../../base/key-changes.ts';
import { printableJson } from '../../base/printable.ts';
import type { RotationReport } from '../../reports/rotation-report.ts';

export interface FailureFacts {
  readonly error: KeyturnError;
  readonly at: Date;
  readonly dryRun: boolean;
  readonly daysThreshold: number;
  readonly version: string;
  /** Undefined when it never began. */
  readonly runId: string | undefined;
  /** What was done before it ended. */
  readonly told: ToldSoFar;
}

export function failureReport(facts: FailureFacts): RotationReport {
  const { error } = facts;
  const { changes, keptHandoffs } = facts.told;
  return {
    execution_time: facts.at.toISOString(),
    run_id: facts.runId ?? null,
    dry_run: facts.dryRun,
    days_threshold: facts.daysThreshold,
    look_ahead_days: 0,
    rotated_keys: [],
    cleanup_results: [],
    retirements: [],
    errors: [
      {
        code: error.code,
        message: error.message,
        hint: error.hint ?? null,
        username: null,
        account_id: null,
      },
    ],
    changes: [...changes],
    kept_handoffs: [...keptHandoffs],
    next_run_at: error.notBefore?.toISOString() ?? null,
    summary: {
      total_keys_processed: 0,
      successful_rotations: 0,
      failed_rotations: 0,
      old_keys_waiting: 0,
      old_keys_retired: 0,
      cleanup_operations: 0,
      users_examined: 0,
      keys_examined: 0,
      accounts_examined: 0,
      accounts_failed: 0,
      accounts_skipped: 0,
      accounts_left: 0,
      changes: countChanges(changes),
      duration_seconds: 0,
    },
    account_id: null,
    signed_by: null,
    inventory: null,
    keyturn_version: facts.version,
  };
}

/** Prints as render-json.ts does, without loading anything. */
export function failureJson(facts: FailureFacts): string {
  return `${printableJson(failureReport(facts), 2)}\n`;
}
