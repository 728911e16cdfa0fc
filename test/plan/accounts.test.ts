// A plan over several accounts, and over an organization.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ApplyReport } from '../../src/reports/apply-report.ts';
import type { PlanDocument } from '../../src/reports/plan-document.ts';
import { FIRST, FleetStage, SECOND, THIRD } from '../organization/fleet-stage.ts';

function states({ users }: ApplyReport): string[] {
  return users.map(({ account_id: account, state }) => `${account} ${state}`);
}

test('accounts of an organization: planned by name, applied where nothing changed', async (t) => {
  const stage = await FleetStage.open(t, {
    organization: {
      accounts: [
        { id: FIRST, name: 'acme-prod' },
        { id: SECOND, name: 'acme-dev' },
        { id: THIRD, name: 'vault' },
      ],
    },
  });
  const config = join(stage.folder, 'keyturn.yaml');
  const file = join(stage.folder, 'plan.json');
  writeFileSync(
    config,
    `version: 1
accounts: {organization: true, groups: [{name: acme, match: {name: acme-*}}]}
rules: [{name: all, match: {account: acme-*}, deliver: [handoff]}]
`,
  );
  const planned = await stage.run('keyturn', 'plan', '--config', config, '-o', file);
  assert.equal(planned.code, 0, planned.stderr);
  assert.match(planned.stdout, new RegExp(`rotate {2}${FIRST}/svc-app`));
  const plan: PlanDocument = JSON.parse(readFileSync(file, 'utf8'));
  assert.deepEqual(
    plan.accounts.map(({ id, name }) => [id, name]),
    [
      [FIRST, 'acme-prod'],
      [SECOND, 'acme-dev'],
    ],
  );
  stage.addKey(SECOND, 'svc-app', { ageDays: 1 });
  const flags = ['--config', config, '--output-format', 'json'];
  const refused = await stage.run('keyturn', 'apply', file, ...flags);
  assert.equal(refused.code, 1, refused.stderr);
  assert.deepEqual(states(JSON.parse(refused.stdout)), [`${FIRST} not-begun`, `${SECOND} drifted`]);
  const partial = await stage.run('keyturn', 'apply', file, '--partial', ...flags);
  assert.deepEqual(states(JSON.parse(partial.stdout)), [`${FIRST} done`, `${SECOND} drifted`]);
  assert.equal(partial.code, 1);
  assert.equal(stage.requests('CreateAccessKey').length, 1);
  // No account is entered of which the plan says nothing.
  const entered = stage.requests('AssumeRole').map(({ params }) => params.RoleArn?.split(':')[4]);
  assert.deepEqual([...new Set(entered)].toSorted(), [FIRST, SECOND]);
  assert.equal(stage.keysOf(THIRD).length, 1);
});

test('a plan is about its accounts: credentials of another one apply nothing', async (t) => {
  const stage = await FleetStage.open(t);
  const config = join(stage.folder, 'keyturn.yaml');
  const file = join(stage.folder, 'plan.json');
  writeFileSync(
    config,
    'version: 1\nrules: [{name: all, match: {user: svc-app}, deliver: [handoff]}]\n',
  );
  await stage.run('keyturn', 'plan', '--config', config, '-o', file);
  stage.sandbox.world.addUser(SECOND, { name: 'boss', administrator: true });
  const { id, secret } = stage.addKey(SECOND, 'boss', { ageDays: 1 });
  Object.assign(stage.env, { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret });
  const refused = await stage.run('keyturn', 'apply', file, '--config', config);
  assert.equal(refused.code, 1);
  assert.match(refused.stdout, /account \d{12} was not read by this run/);
  assert.deepEqual(stage.requests('CreateAccessKey'), []);
});
