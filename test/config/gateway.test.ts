// The Itential entry by a configuration: named by the administrator, or by a flag.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { gatewayCommand } from '../../src/cli/gateway.ts';
import { runCommand } from '../../src/cli/run.ts';
import { rotationReportSchema } from '../../src/reports/rotation-report.ts';
import { fakeHost } from '../cli/fake-host.ts';
import { outcomesOf, stageOf } from './stage.ts';

const TEXT = `version: 1
rules:
  - {name: svc, match: {user: "svc-*"}, days_threshold: 60, deliver: [handoff]}
`;

test("the file of KEYTURN_CONFIG, of the administrators' flags, and of the caller", async (t) => {
  const { addUser, env, config } = await stageOf(t);
  addUser({ name: 'svc-a' }, { ageDays: 70 });
  addUser({ name: 'bob' }, { ageDays: 200 });
  await writeFile(config, TEXT);
  const run = async (args: readonly string[], more: Readonly<Record<string, string>>) => {
    const host = fakeHost(args, { env: { ...env, ...more } });
    const code = await runCommand(gatewayCommand(), { ...host, clock: systemClock });
    assert.equal(code, 0, host.err());
    return outcomesOf(rotationReportSchema.parse(JSON.parse(host.out())));
  };
  const sent = ['--days_threshold=', '--target_user=', '--retire=', '--dry_run'];
  const expected = { 'svc-a': 'rotated', bob: 'no-rule' };
  assert.deepEqual(await run(sent, { KEYTURN_CONFIG: config }), expected);
  assert.deepEqual(await run(sent, { KEYTURN_GATEWAY_FLAGS: `--config ${config}` }), expected);
  assert.deepEqual(await run([...sent, '--config', config], {}), expected);
  // What a caller does set wins in every rule.
  const won = await run(['--days_threshold=90', '--dry_run'], { KEYTURN_CONFIG: config });
  assert.deepEqual(won, { bob: 'no-rule' });
});
