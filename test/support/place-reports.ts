// Documents about places, with something in every field.

import type { DeliverReport } from '../../src/reports/deliver-report.ts';
import type { VerifyReport } from '../../src/reports/verify-report.ts';

const AT = '2026-11-21T10:00:00.000Z';
const ACCOUNT = '123456789012';
const KEY = 'AKIAIOSFODNN7EXAMPLE';
const ERROR = { code: 'not-deliverable', message: 'no', hint: 'look\n  keyturn history' };
const RUN = { execution_time: AT, run_id: 'run', dry_run: false };

export function verifyReport(): VerifyReport {
  const about = { account_id: ACCOUNT, username: 'svc' };
  const place = { kind: 'dotenv', place: '/srv/.env', rotation: 'id', access_key_id: KEY };
  const found = { state: 'overwritten', reason: 'it names AKIA', pair_checked: true } as const;
  const healing = { outcome: 'not-healed', healed_from: 'ssm /app' } as const;
  return {
    ...RUN,
    heal: true,
    places: [
      { ...about, ...place, ...found, proof: 'value', ...healing, made: ['x'], error: ERROR },
    ],
    errors: [{ ...ERROR, ...about }],
    skipped_accounts: [{ account_id: ACCOUNT, state: 'SUSPENDED' }],
    summary: { users: 1, places: 1, fine: 0, wrong: 1, unreadable: 0, healed: 0, errors: 1 },
  };
}

export function deliverReport(): DeliverReport {
  const place = { kind: 'dotenv', place: '/srv/.env', version: '1', made: ['ssm /app'] };
  const outcomes = ['delivered', 'would-deliver', 'there-already', 'failed'] as const;
  return {
    ...RUN,
    ...{ account_id: ACCOUNT, username: 'svc', rotation: 'id', access_key_id: KEY },
    places: outcomes.map((outcome) => ({
      ...place,
      outcome,
      copied_from: 'custody',
      error: outcome === 'failed' ? ERROR : null,
    })),
  };
}
