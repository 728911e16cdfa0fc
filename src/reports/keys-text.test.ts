// What the page of `keyturn keys` says beneath a key.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { keysReportSchema } from './keys-report.ts';
import { renderKeys } from './keys-text.ts';

const AT = '2026-11-29T10:51:00.000Z';
const HINT = (key: string) =>
  `restart what uses it; or, from 2026-12-29T10:52Z on, whatever uses it:\n  keyturn keys deactivate ${key}`;

function page(ids: readonly string[]): string {
  const lines = ids.map((id) => ({
    ...{ account_id: '123456789012', username: `svc-${id.slice(-1)}`, access_key_id: id },
    ...{ status: 'Active', created: AT, age_days: 100, last_used: 'never' },
    ...{ last_used_service: null, last_used_region: null, due: false, state: 'in-grace' },
    ...{ state_text: 'in grace', until: null, blocked_by: null, rotation: null },
    ...{ secret_waits: false, warning: null, hint: HINT(id), urgency: 0 },
  }));
  const summary = {
    ...{ accounts: 1, accounts_failed: 0, accounts_skipped: 0, users: ids.length },
    ...{ keys: ids.length, keys_shown: ids.length, keys_without_id: 0, keys_undecided: 0 },
  };
  const report = { command: 'list', execution_time: AT, days_threshold: 90, signed_by: null };
  const rest = { accounts: [], keys: lines, errors: [], skipped_accounts: [], summary };
  return renderKeys(keysReportSchema.parse({ ...report, ...rest }), { colour: false, width: 120 });
}

it('prints no command without the words that say what it costs', () => {
  const text = page(['AKIAIOSFODNN7EXAMPL1', 'AKIAIOSFODNN7EXAMPL2']);
  for (const id of ['AKIAIOSFODNN7EXAMPL1', 'AKIAIOSFODNN7EXAMPL2']) {
    assert.match(text, new RegExp(`whatever uses it:\\n +keyturn keys deactivate ${id}\\n`));
  }
});

it('tells the times of its hints in the zone of whoever reads them', () => {
  assert.doesNotMatch(page(['AKIAIOSFODNN7EXAMPL1']), /\dT\d\d:\d\dZ/);
});
