// The other commands in members: recover, undo, the list of all keys, and the policies.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policyDocument } from '../../src/app/policy/named-policies.ts';
import { keyctlReportSchema } from '../../src/reports/keyctl-report.ts';
import { rotationReportSchema } from '../../src/reports/rotation-report.ts';
import { undoSeveralReportSchema } from '../../src/reports/undo-report.ts';
import { hoursLater } from '../cli/process.ts';
import { FIRST, FleetStage, MANAGEMENT, rotatedAccounts, SECOND, THIRD } from './fleet-stage.ts';

test('I10: recover finishes what is open in members, and enters no other', async (t) => {
  const stage = await FleetStage.open(t);
  stage.sandbox.faults.add({
    operation: 'UpdateAccessKey',
    account: SECOND,
    effect: { kind: 'access-denied' },
  });
  assert.equal((await stage.rotate('--organization')).code, 1);
  stage.sandbox.faults.clear();
  const args = ['recover', '--organization', '--output-format=json'];
  const { code, stdout, stderr } = await stage.run('keyturn', ...args);
  assert.equal(code, 0, stderr);
  const report = rotationReportSchema.parse(JSON.parse(stdout));
  assert.deepEqual(rotatedAccounts(report), [SECOND]);
  assert.equal(report.summary.accounts_examined, 4);
  assert.equal(stage.requests('AssumeRole').length, 1);
});

test('undo in a member goes through the role; without the account it says where to look', async (t) => {
  const stage = await FleetStage.open(t);
  stage.addKey(FIRST, 'svc-member');
  assert.equal((await stage.rotate('--accounts', FIRST)).code, 0);
  const lost = await stage.run('keyturn', 'undo', 'svc-member');
  assert.equal(lost.code, 1);
  assert.match(
    lost.stderr,
    new RegExp(`hint: .*:\n +keyturn undo svc-member --account ${FIRST} --state \\S+\n`),
  );
  // Within AWS's lag the new key stays Active, and the command that is printed goes on (I11).
  const soon = await stage.run('keyturn', 'undo', 'svc-member', '--account', FIRST);
  assert.equal(soon.code, 0, soon.stderr);
  const again = `keyturn undo svc-member --account ${FIRST}`;
  assert.match(soon.stdout, new RegExp(`left Active: .*\n[^]*:\n {2}${again}\n`));
  Object.assign(stage.env, hoursLater(stage.sandbox, 5));
  const { code, stderr } = await stage.run('keyturn', ...again.split(' ').slice(1));
  assert.equal(code, 0, stderr);
  const statuses = stage.keysOf(FIRST, 'svc-member').map(({ status }) => status);
  assert.deepEqual(statuses, ['Active', 'Inactive']);
});

test('deliver in a member goes through the role; without the account it says where to look', async (t) => {
  const stage = await FleetStage.open(t);
  stage.addKey(FIRST, 'svc-member');
  assert.equal((await stage.rotate('--accounts', FIRST)).code, 0);
  const words = ['deliver', 'svc-member', '--to', 'ssm=/app/svc-member', '--create-missing'];
  const lost = await stage.run('keyturn', ...words);
  assert.equal(lost.code, 1);
  const [verb, ...about] = words;
  const told = `keyturn ${verb} --account ${FIRST} ${about.join(' ')}`;
  assert.ok(lost.stderr.includes(`${FIRST}:\n    ${told}\n`), lost.stderr);
  const { code, stdout, stderr } = await stage.run('keyturn', ...told.split(' ').slice(1));
  assert.equal(code, 0, stderr);
  assert.match(stdout, /has AKIA\w+ now; the pair comes from/);
  const useless = await stage.run('keyturn', ...words, '--role-name', 'KeyRotation');
  assert.equal(useless.code, 2);
});

test('a run over accounts is taken back account by account, by the commands that are told', async (t) => {
  const stage = await FleetStage.open(t);
  const rotated = await stage.run('rotate-iam-keys', '--organization', '--retire', 'now');
  assert.equal(rotated.code, 0, rotated.stderr);
  const run = /keyturn undo --run (\S+) --account 011111111111\n/.exec(rotated.stdout)?.[1] ?? '';
  const inAccount = (account: string) => `keyturn undo --run ${run} --account ${account}`;
  for (const account of [MANAGEMENT, SECOND, THIRD]) {
    assert.ok(rotated.stdout.includes(`  ${inAccount(account)}\n`), rotated.stdout);
  }
  Object.assign(stage.env, hoursLater(stage.sandbox, 5));
  const own = await stage.run('keyturn', 'undo', '--run', run, '--json');
  assert.equal(own.code, 0, own.stderr);
  const report = undoSeveralReportSchema.parse(JSON.parse(own.stdout));
  assert.deepEqual([report.account_id, report.undone.length], [MANAGEMENT, 1]);
  assert.deepEqual(
    report.other_accounts.map(({ account_id, rotations, command }) => [
      account_id,
      rotations,
      command,
    ]),
    [FIRST, SECOND, THIRD].map((account) => [account, 1, inAccount(account)]),
  );
  assert.equal(stage.requests('AssumeRole').length, 0);
  const statuses = (account: string) => stage.keysOf(account).map(({ status }) => status);
  assert.deepEqual(statuses(MANAGEMENT), ['Active', 'Inactive']);
  assert.deepEqual(statuses(SECOND), ['Inactive', 'Active']);
  const member = await stage.run('keyturn', ...inAccount(SECOND).split(' ').slice(1));
  assert.equal(member.code, 0, member.stderr);
  assert.deepEqual(statuses(SECOND), ['Active', 'Inactive']);
  assert.ok(member.stdout.includes(`  ${inAccount(FIRST)}\n`), member.stdout);
});

test('a run that rotated only in members has nothing to undo here, and the commands are told', async (t) => {
  const stage = await FleetStage.open(t);
  const { report } = await stage.rotate('--accounts', FIRST);
  const { code, stderr } = await stage.run('keyturn', 'undo', '--run', report.run_id ?? '');
  assert.equal(code, 1);
  assert.match(
    stderr,
    new RegExp(`run \\S+ began no rotation in account ${MANAGEMENT} \\[nothing-to-undo\\]\n`),
  );
  assert.ok(stderr.includes(`  keyturn undo --run ${report.run_id} --account ${FIRST}\n`), stderr);
});

test('keyctl lists every key of the organization, and what it could not list', async (t) => {
  const stage = await FleetStage.open(t, {
    organization: {
      accounts: [{ id: FIRST, hasRole: false }, { id: SECOND }, { id: THIRD, state: 'SUSPENDED' }],
    },
  });
  const args = ['--list-all-keys', '--organization', '-a', 'default'];
  // Signed by the profile, whatever the environment holds.
  stage.writeProfile('default');
  const json = await stage.run('keyctl', ...args, '--json');
  assert.equal(json.code, 1, json.stderr);
  const report = keyctlReportSchema.parse(JSON.parse(json.stdout));
  assert.equal(report.account_id, null);
  assert.deepEqual(
    report.users?.map(({ account_id, user_name }) => `${account_id}/${user_name}`),
    [`${MANAGEMENT}/sandbox-admin`, `${MANAGEMENT}/svc-app`, `${SECOND}/svc-app`],
  );
  assert.deepEqual(
    report.account_failures?.map(({ account_id, code }) => [account_id, code]),
    [[FIRST, 'cannot-enter-account']],
  );
  assert.equal(report.accounts_skipped, 1);
  assert.deepEqual(
    report.skipped_accounts?.map(({ state }) => state),
    ['SUSPENDED'],
  );
  const text = await stage.run('keyctl', ...args);
  assert.equal(text.code, 1);
  assert.match(text.stdout, /account 222222222222: 1 user, 1 key/);
  assert.match(text.stdout, /account 011111111111 cannot be entered/);
  assert.match(text.stdout, /2 accounts with users, 1 not entered or read, 1 skipped/);
});

test('the policies are enough: organization for the caller, fleet for the role', async (t) => {
  const stage = await FleetStage.open(t, {
    organization: { accounts: [{ id: FIRST, hasRole: false }] },
  });
  const { world } = stage.sandbox;
  world.addUser(MANAGEMENT, {
    name: 'rotator',
    policies: { own: policyDocument('organization', { roleName: 'KeyRotation' }) },
  });
  world.addRole(FIRST, {
    name: 'KeyRotation',
    trustedArns: [`arn:aws:iam::${MANAGEMENT}:root`],
    policies: { own: policyDocument('fleet') },
  });
  const key = world.addKey(MANAGEMENT, 'rotator');
  Object.assign(stage.env, { AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secret });
  const { code, report } = await stage.rotate('--organization', '--role-name', 'KeyRotation');
  assert.equal(code, 0);
  assert.deepEqual(rotatedAccounts(report), [FIRST, MANAGEMENT]);
  const refused = stage.requests().filter(({ errorCode }) => errorCode === 'AccessDenied');
  assert.deepEqual(refused, []);
});
