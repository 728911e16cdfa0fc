// Stands in for the use case: a report with one rotated key, and parts that print it.

import type { RotateAccount, RotateAccountOptions } from '../../src/app/rotate-account.ts';
import type { RotateParts } from '../../src/cli/rotate/run.ts';
import { type RotationReport, rotationReportSchema } from '../../src/reports/rotation-report.ts';

export const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
export const HANDOFF_FILE = '/var/lib/keyturn/handoff/AKIAI44QH8DHBEXAMPLE.json';

export function reportOf(options: Pick<RotateAccountOptions, 'dryRun'>): RotationReport {
  return rotationReportSchema.parse({
    execution_time: '2026-11-21T10:00:00.000Z',
    run_id: '3f0c0d5e-0000-4000-8000-000000000001',
    dry_run: options.dryRun,
    days_threshold: 90,
    look_ahead_days: 0,
    rotated_keys: [
      {
        username: 'svc-a',
        old_key_id: 'AKIAIOSFODNN7EXAMPLE',
        new_key_id: 'AKIAI44QH8DHBEXAMPLE',
        new_secret_key: SECRET,
        success: true,
        error: null,
        dry_run: options.dryRun,
        account_id: '123456789012',
        error_code: null,
        hint: null,
        age_days: 100,
        old_key_status: 'Inactive',
        handoff_file: HANDOFF_FILE,
        delivered_to: [
          {
            ...{ kind: 'stdout', place: HANDOFF_FILE, settle: 'unknown', settle_minutes: null },
            ...{ proof: 'value', confirmed: 'read-back', not_at_once: null },
          },
        ],
        resumed: false,
        next_run_at: null,
      },
    ],
    cleanup_results: [],
    retirements: [],
    errors: [],
    changes: [],
    kept_handoffs: [],
    next_run_at: null,
    summary: {
      total_keys_processed: 1,
      successful_rotations: 1,
      failed_rotations: 0,
      old_keys_waiting: 0,
      old_keys_retired: 0,
      cleanup_operations: 0,
      users_examined: 1,
      keys_examined: 1,
      accounts_examined: 1,
      accounts_failed: 0,
      accounts_skipped: 0,
      changes: { created: 0, deactivated: 0, reactivated: 0, deleted: 0 },
      accounts_left: 0,
      duration_seconds: 1.5,
    },
    account_id: '123456789012',
    signed_by: null,
    inventory: { source: 'scan', generated_time: null, fallback_reason: null },
    keyturn_version: '0.1.0',
  });
}

/** Parts around a use case of the test's own. */
export function partsWith(rotateAccount: RotateAccount): () => Promise<RotateParts> {
  return async () => ({
    rotateAccount,
    renderJson: (report) => JSON.stringify(report, null, 2),
    renderText: (report) => `${report.summary.successful_rotations} rotated\n`,
  });
}

/** A use case that succeeds at once. */
export const rotatesOne: RotateAccount = async (options) => ({
  report: reportOf(options),
  exitCode: 0,
});
