// A document of `keyturn status` with something in every part.

import type { StatusReport } from '../../src/reports/status-report.ts';

const AT = '2026-11-28T09:00:00.000Z';
const ACCOUNT = '123456789012';

const REPORT: StatusReport = {
  state_dir: '/state',
  checked_at: AT,
  next_run_at: AT,
  open_rotations: [
    {
      account_id: ACCOUNT,
      username: 'svc',
      rotation: 'id',
      phase: 'intended',
      old_key_id: 'AKIAIOSFODNN7EXAMPLE',
      new_key_id: 'AKIAI44QH8DHBEXAMPLE',
      orphan_key_id: 'AKIAI44QH8DHBEXAMPLE',
      deletable_from: AT,
      begun: AT,
      age_days: 1,
      next_run_at: AT,
      destination: 'ssm /app',
      vetoed: 'before_retire says no',
      waits_for: 'operator' as const,
      next_step: 'says so',
      needs_configuration: false,
      old_key_fate: 'keep',
    },
  ],
  left_by_undo: [
    {
      account_id: ACCOUNT,
      username: 'svc',
      rotation: 'id',
      access_key_id: 'AKIAI44QH8DHBEXAMPLE',
      back_to_key_id: 'AKIAIOSFODNN7EXAMPLE',
      undone: AT,
    },
  ],
  wrong_places: [
    {
      account_id: ACCOUNT,
      username: 'svc',
      kind: 'dotenv',
      place: '/srv/.env',
      access_key_id: 'AKIAIOSFODNN7EXAMPLE',
      state: 'overwritten' as const,
      found: AT,
    },
  ],
  handoff_files: [
    {
      account_id: ACCOUNT,
      username: 'svc',
      access_key_id: 'AKIA',
      path: '/state/handoff/A',
      is_encrypted: false,
      created: AT,
      age_days: 1,
      state: 'waits' as const,
    },
  ],

  summary: {
    ...{ open: 1, half_way: 1, in_grace: 0, waits_for_operator: 3, failed: 2, overdue: 1 },
  },
  failures: [
    {
      ...{ account_id: ACCOUNT, username: 'svc', rotation: 'id', at: AT, run: 'run' },
      ...{ code: 'access-denied', message: 'no', remedy: 'allow it' },
    },
  ],
  overdue: {
    ...{ days_threshold: 90, as_of: AT, unknown_accounts: [ACCOUNT] },
    keys: [
      { account_id: ACCOUNT, username: 'svc', access_key_id: null, created: AT, age_days: 99 },
    ],
  },
  last_run: {
    ...{ run: 'run', at: AT, account_id: ACCOUNT },
    ...{ rotated: 1, retired: 0, deleted: 0, undone: 0, failed: 1 },
  },
};

export function statusReport(): StatusReport {
  return structuredClone(REPORT);
}
