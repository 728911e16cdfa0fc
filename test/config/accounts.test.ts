// A configuration over several accounts: who is entered, through which role, by which numbers.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  FIRST,
  FleetStage,
  MANAGEMENT,
  rotatedAccounts,
  SECOND,
  THIRD,
} from '../organization/fleet-stage.ts';

function configOf(stage: FleetStage, text: string): string {
  const path = join(stage.folder, 'keyturn.yaml');
  writeFileSync(path, text);
  return path;
}

const RULES = 'rules: [{name: all, match: all, deliver: [handoff]}]\n';

test('groups say which accounts are entered, by which role and with which numbers', async (t) => {
  const stage = await FleetStage.open(t, {
    organization: {
      accounts: [{ id: FIRST, hasRole: false }, { id: SECOND }, { id: THIRD }],
    },
  });
  const trustedArns = [`arn:aws:iam::${MANAGEMENT}:root`];
  stage.sandbox.world.addRole(FIRST, { name: 'KeyRotation', trustedArns, administrator: true });
  stage.addKey(SECOND, 'young', { ageDays: 40 });
  stage.addKey(FIRST, 'young', { ageDays: 40 });
  const config = configOf(
    stage,
    `version: 1
accounts:
  groups:
    - {name: prod, match: {id: "${FIRST}"}, role: KeyRotation, defaults: {days_threshold: 30}}
    - {name: rest, match: {id: ["${SECOND}"]}}
${RULES}`,
  );
  const { code, report, stderr } = await stage.rotate('--config', config);
  assert.equal(code, 0, stderr);
  assert.deepEqual(rotatedAccounts(report), [FIRST, FIRST, SECOND]);
  const roles = stage.requests('AssumeRole').map(({ params }) => params.RoleArn?.split('/').at(-1));
  assert.deepEqual(roles.toSorted(), ['KeyRotation', 'OrganizationAccountAccessRole']);
  assert.equal(stage.keysOf(THIRD).length, 1);
});

test('an organization by names: never, no group, and limits over all accounts', async (t) => {
  const stage = await FleetStage.open(t, {
    organization: {
      accounts: [
        { id: FIRST, name: 'acme-prod' },
        { id: SECOND, name: 'acme-dev' },
        { id: THIRD, name: 'vault' },
      ],
    },
  });
  const text = `version: 1
accounts:
  organization: true
  never: ["${MANAGEMENT}"]
  groups: [{name: acme, match: {name: acme-*}}]
${RULES.replace('match: all', 'match: {account: acme-*}')}`;
  const foretold = await stage.rotate('--config', configOf(stage, text), '--dry-run');
  assert.deepEqual(rotatedAccounts(foretold.report), [FIRST, SECOND], foretold.stderr);
  assert.match(foretold.stderr, new RegExp(`account not entered.*${THIRD}`));
  const limited = await stage.rotate(
    '--config',
    configOf(stage, `${text}limits: {max_rotations: 1}\n`),
  );
  assert.equal(limited.code, 0, limited.stderr);
  assert.equal(rotatedAccounts(limited.report).length, 1);
  assert.deepEqual(
    limited.report.held_back?.map(({ reason }) => reason),
    ['over-limit'],
  );
});

test('flags narrow what the file says', async (t) => {
  const stage = await FleetStage.open(t);
  const text = `version: 1\naccounts: {organization: true, never: ["${FIRST}"]}\n${RULES}`;
  const config = configOf(stage, text);
  const one = await stage.rotate(
    '--config',
    config,
    '--accounts',
    `${FIRST},${SECOND}`,
    '--dry-run',
  );
  assert.deepEqual(rotatedAccounts(one.report), [SECOND], one.stderr);
  const less = await stage.rotate('--config', config, '--exclude-accounts', SECOND, '--dry-run');
  assert.deepEqual(rotatedAccounts(less.report), [MANAGEMENT, THIRD], less.stderr);
});

test('the account of the caller is not worked on where the file means others', async (t) => {
  const stage = await FleetStage.open(t);
  const config = configOf(stage, `version: 1\naccounts: {never: ["${MANAGEMENT}"]}\n${RULES}`);
  const { code, report } = await stage.rotate('--config', config);
  assert.equal(code, 1);
  assert.deepEqual(
    report.errors.map((each) => each.code),
    ['unknown-account'],
  );
  assert.equal(stage.keysOf(MANAGEMENT).length, 1);
});
