// Metrics and notifications of a run over an organization.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rotateCommand } from '../../src/cli/rotate/command.ts';
import { FIRST, FleetStage, SECOND, THIRD } from '../organization/fleet-stage.ts';
import { listener, OPS, runHere, seriesIn } from './stage.ts';

test('each account has its series and its matters; one that cannot be entered keeps what was known', async (t) => {
  const stage = await FleetStage.open(t);
  const ops = await listener(t);
  const metricsPath = join(stage.folder, 'keyturn.prom');
  const config = join(stage.folder, 'keyturn.yaml');
  const text = `version: 1
accounts: {organization: true, groups: [{name: all, match: all}]}
rules: [{name: all, match: all, deliver: [handoff]}]
metrics: {file: ${metricsPath}}
notify:
  ${OPS.replaceAll('\n', '\n  ')}
`;
  writeFileSync(config, text);
  const env = { ...stage.env, OPS_HOOK: ops.url };
  const rotate = () => runHere(rotateCommand(), ['--config', config, '--log-level', 'warn'], env);
  const inactive = (account: string) =>
    seriesIn(
      readFileSync(metricsPath, 'utf8'),
      `keyturn_keys{account="${account}",state="inactive"}`,
    );
  const success = (account: string) =>
    seriesIn(
      readFileSync(metricsPath, 'utf8'),
      `keyturn_last_success_timestamp_seconds{account="${account}"}`,
    );
  const first = await rotate();
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual([FIRST, SECOND, THIRD].map(inactive), [1, 1, 1]);
  const before = success(SECOND) ?? 0;
  assert.ok(before > 0);
  // In every message all accounts are one, and nobody is told four times.
  assert.equal(ops.asked.length, 1);
  assert.match(ops.bodies()[0].text, /^keyturn: \d done\n/);
  stage.sandbox.faults.add({
    operation: 'AssumeRole',
    resource: `arn:aws:iam::${SECOND}:role/OrganizationAccountAccessRole`,
    effect: { kind: 'access-denied' },
  });
  const denied = await rotate();
  assert.equal(denied.code, 1, denied.stderr);
  assert.equal(inactive(SECOND), 1);
  assert.equal(success(SECOND), before);
  assert.ok((success(FIRST) ?? 0) >= before);
  const metrics = readFileSync(metricsPath, 'utf8');
  assert.equal(seriesIn(metrics, 'keyturn_last_run_accounts{outcome="failed"}'), 1);
  assert.equal(seriesIn(metrics, 'keyturn_last_run_failures{code="cannot-enter-account"}'), 1);
  assert.equal(ops.asked.length, 2);
  assert.match(
    ops.bodies()[1].text,
    new RegExp(`1 needs a person\\nNeeds a person:\\n• ${SECOND}: `),
  );
  stage.sandbox.faults.clear();
  const well = await rotate();
  assert.equal(well.code, 0, well.stderr);
  assert.equal(ops.asked.length, 3);
  assert.match(ops.bodies()[2].text, /^keyturn: 1 is over\n/);
  assert.ok((success(SECOND) ?? 0) > before);
});
