import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyturnError } from '../../base/errors.ts';
import { keyctlReportSchema } from '../../reports/keyctl-report.ts';
import { renderKeyctl } from '../../reports/keyctl-text.ts';
import { buildKeyctlReport } from './build-keyctl-report.ts';

test('a hand-off file that stays is in the document, also of a run that failed, and on the page', () => {
  const about = {
    account_id: '123456789012',
    username: 'ada',
    access_key_id: 'AKIAI44QH8DHBEXAMPLE',
  };
  const kept = { ...about, path: '/state/handoff/A.json', reason: 'the profile lost it' };
  const start = {
    command: 'finish',
    dryRun: false,
    profile: 'work',
    authProfile: 'work',
    credentialsFile: undefined,
    startedAt: new Date(),
  } as const;
  const known = { told: { changes: [], keptHandoffs: [kept] } };
  for (const error of [undefined, new KeyturnError('still-in-use', 'it is in use')]) {
    const report = keyctlReportSchema.parse(buildKeyctlReport(start, known, error));
    assert.deepEqual(report.kept_handoffs, [kept]);
    const page = renderKeyctl(report, { colour: false, width: 200 });
    assert.match(
      page,
      /Hand-off files that stay.*\n {2}\/state\/handoff\/A\.json, of ada: the profile/,
    );
  }
});
