// A run over an organization: which accounts it works in, how it gets in, and what it says of those
// that it could not work in.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FIRST,
  FleetStage,
  MANAGEMENT,
  ROLE,
  rotatedAccounts,
  SECOND,
  THIRD,
} from './fleet-stage.ts';

test('every account is rotated: its own through the caller, the members through the role', async (t) => {
  const stage = await FleetStage.open(t);
  const { code, report, stderr } = await stage.rotate('--organization');
  assert.equal(code, 0, stderr);
  assert.deepEqual(rotatedAccounts(report), [FIRST, MANAGEMENT, SECOND, THIRD]);
  assert.equal(report.account_id, null);
  assert.equal(report.summary.accounts_examined, 4);
  for (const {
    account_id: account,
    new_key_id: id,
    new_secret_key: secret,
  } of report.rotated_keys) {
    const made = stage.newKeyOf(account);
    assert.deepEqual([id, secret], [made?.id, made?.secret]);
    assert.equal(stage.keysOf(account)[0]?.status, 'Inactive');
  }
  const entered = stage.requests('AssumeRole').map(({ params }) => params.RoleArn?.split(':')[4]);
  assert.deepEqual(entered.toSorted(), [FIRST, SECOND, THIRD]);
  const [first] = stage.requests('AssumeRole');
  assert.equal(first?.params.DurationSeconds, '3600');
  assert.match(first?.params.RoleSessionName ?? '', /^keyturn-[\w-]{36}$/);
  assert.match(stderr, /account done account=011111111111 users=1 keys=1 done=\d total=4/);
});

test('a member that cannot be entered is one failure; suspended ones are skipped, excluded ones left alone', async (t) => {
  const stage = await FleetStage.open(t, {
    organization: {
      accounts: [
        { id: FIRST, hasRole: false },
        { id: SECOND, state: 'SUSPENDED' },
        { id: THIRD },
        { id: '444444444444' },
      ],
      hasEmptyPages: true,
      isStatusRetired: true,
    },
  });
  const { code, report, stderr } = await stage.rotate(
    '--organization',
    '--exclude-accounts=444444444444',
  );
  assert.equal(code, 1);
  assert.deepEqual(rotatedAccounts(report), [MANAGEMENT, THIRD]);
  const [issue, ...others] = report.errors;
  assert.equal(others.length, 0);
  assert.equal(issue?.code, 'cannot-enter-account');
  assert.equal(issue?.account_id, FIRST);
  assert.match(issue?.hint ?? '', new RegExp(`arn:aws:iam::${FIRST}:role/${ROLE} must exist`));
  const { accounts_examined, accounts_failed, accounts_skipped, accounts_left } = report.summary;
  assert.deepEqual(
    [accounts_examined, accounts_failed, accounts_skipped, accounts_left],
    [2, 1, 1, 0],
  );
  assert.match(stderr, /account skipped: nobody can work in it account=222222222222/);
  assert.deepEqual(
    report.accounts?.map(({ account_id, state, reason, rotated }) => [
      account_id,
      state,
      reason,
      rotated,
    ]),
    [
      [FIRST, 'failed', null, 0],
      [MANAGEMENT, 'done', null, 1],
      [SECOND, 'skipped', 'SUSPENDED', 0],
      [THIRD, 'done', null, 1],
    ].toSorted(),
  );
  assert.equal(stage.newKeyOf('444444444444'), undefined);
});

test('an excluded account that does not exist is bad input: whoever was meant would not be spared', async (t) => {
  const stage = await FleetStage.open(t);
  const { code, report } = await stage.rotate('--organization', '--exclude-accounts=555555555555');
  assert.equal(code, 2);
  assert.equal(report.errors[0]?.code, 'unknown-excluded-account');
  assert.match(report.errors[0]?.message ?? '', /555555555555/);
  assert.equal(stage.requests('AssumeRole').length, 0);
  assert.equal(stage.requests('CreateAccessKey').length, 0);
});

test('--accounts alone asks nobody which accounts there are; with --organization a stranger is a failure', async (t) => {
  const stage = await FleetStage.open(t);
  const alone = await stage.rotate('--accounts', `${FIRST},${MANAGEMENT}`);
  assert.equal(alone.code, 0, alone.stderr);
  assert.deepEqual(rotatedAccounts(alone.report), [FIRST, MANAGEMENT]);
  assert.equal(stage.requests('ListAccounts').length, 0);
  const both = await stage.rotate('--organization', '--accounts', `${SECOND},999999999999`);
  assert.equal(both.code, 1);
  assert.deepEqual(rotatedAccounts(both.report), [SECOND]);
  assert.deepEqual(
    both.report.errors.map(({ code, account_id }) => [code, account_id]),
    [['unknown-account', '999999999999']],
  );
  assert.equal(stage.newKeyOf(THIRD), undefined);
});

test('role name and external ID are what the members are entered with', async (t) => {
  const stage = await FleetStage.open(t, {
    organization: {
      accounts: [{ id: FIRST }],
      roleName: 'KeyRotation',
      externalId: 'keyturn-4711',
    },
  });
  const without = await stage.rotate('--accounts', FIRST, '--role-name', 'KeyRotation');
  assert.equal(without.code, 1);
  assert.match(without.report.errors[0]?.hint ?? '', /--external-id/);
  const withId = ['--role-name=KeyRotation', '--external-id=keyturn-4711'];
  const { code, report } = await stage.rotate('--accounts', FIRST, ...withId);
  assert.equal(code, 0);
  assert.deepEqual(rotatedAccounts(report), [FIRST]);
});

test('without the permission to list accounts nothing is begun, and the hint names it', async (t) => {
  const stage = await FleetStage.open(t);
  const { world } = stage.sandbox;
  const { inlinePolicies } = world.user(MANAGEMENT, 'sandbox-admin');
  inlinePolicies.set('no', { Statement: { Effect: 'Deny', Action: 'organizations:*' } });
  const { code, report, stderr } = await stage.rotate('--organization');
  assert.equal(code, 3, stderr);
  assert.equal(report.errors[0]?.code, 'access-denied');
  assert.match(stderr, /hint: .*organizations:ListAccounts/);
  assert.equal(stage.requests('AssumeRole').length, 0);
});

test('an account in no organization is told so', async (t) => {
  const stage = await FleetStage.open(t);
  const lonely = stage.sandbox.world.addAccount({ id: '777777777777' });
  const key = stage.sandbox.world.administratorKey(lonely.id);
  Object.assign(stage.env, { AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secret });
  const { code, report } = await stage.rotate('--organization');
  assert.equal(code, 3);
  assert.equal(report.errors[0]?.code, 'no-organization');
});

test('I12: a dry run over an organization only reads, and keeps nothing', async (t) => {
  const stage = await FleetStage.open(t);
  const { code, report, stderr } = await stage.rotate('--organization', '--dry-run');
  assert.equal(code, 0, stderr);
  assert.deepEqual(rotatedAccounts(report), [FIRST, MANAGEMENT, SECOND, THIRD]);
  const writes = stage.requests().filter(({ access }) => access !== 'read');
  // A session is opened, which changes nothing in the account.
  assert.deepEqual(
    writes.filter(({ operation }) => operation !== 'AssumeRole').map(({ operation }) => operation),
    [],
  );
  const after = await stage.run('keyturn', 'status');
  assert.match(after.stderr, /there is no state directory/);
});

for (const [partition, region, organizations] of [
  ['aws-us-gov', 'us-gov-east-1', 'us-gov-west-1'],
  ['aws-cn', 'cn-north-1', 'cn-northwest-1'],
] as const) {
  test(`partition ${partition}: ARNs of its own, and Organizations asked in ${organizations}`, async (t) => {
    const stage = await FleetStage.open(t, { account: { partition, id: MANAGEMENT }, region });
    const { code, report, stderr } = await stage.rotate('--organization');
    assert.equal(code, 0, stderr);
    assert.deepEqual(rotatedAccounts(report), [FIRST, MANAGEMENT, SECOND, THIRD]);
    for (const { params } of stage.requests('AssumeRole')) {
      assert.match(params.RoleArn ?? '', new RegExp(`^arn:${partition}:iam::`));
    }
  });
}

test('--user is about the user of that name in each account that has one', async (t) => {
  const stage = await FleetStage.open(t);
  stage.addKey(SECOND, 'svc-billing');
  stage.addKey(THIRD, 'svc-billing');
  const { code, report } = await stage.rotate('--organization', '--user', 'svc-billing');
  assert.equal(code, 0);
  assert.deepEqual(rotatedAccounts(report), [SECOND, THIRD]);
  assert.equal(report.summary.accounts_examined, 4);
  assert.equal(stage.newKeyOf(SECOND), undefined);
  const nobody = await stage.rotate('--organization', '--user', 'nobody');
  assert.equal(nobody.code, 3);
  assert.equal(nobody.report.errors[0]?.code, 'unknown-user');
});

test('I7: the key that signs for all accounts is not touched in its own', async (t) => {
  const stage = await FleetStage.open(t);
  stage.sandbox.world.addUser(MANAGEMENT, { name: 'operator', administrator: true });
  const own = stage.addKey(MANAGEMENT, 'operator', { ageDays: 400 });
  Object.assign(stage.env, { AWS_ACCESS_KEY_ID: own.id, AWS_SECRET_ACCESS_KEY: own.secret });
  // With a destination a run over one account would replace it; sessions elsewhere depend on it here.
  const { code, report } = await stage.rotate('--organization', '--deliver', 'handoff');
  assert.equal(code, 1);
  assert.deepEqual(rotatedAccounts(report), [FIRST, MANAGEMENT, SECOND, THIRD]);
  const refused = report.rotated_keys.filter(({ success }) => !success);
  assert.deepEqual(
    refused.map(({ username, error_code }) => [username, error_code]),
    [['operator', 'own-key']],
  );
  assert.equal(stage.keysOf(MANAGEMENT, 'operator').length, 1);
});

test('the page for people tells the account of every result', async (t) => {
  const stage = await FleetStage.open(t, {
    organization: { accounts: [{ id: FIRST, hasRole: false }, { id: SECOND }] },
  });
  const { code, stdout } = await stage.run('rotate-iam-keys', '--organization');
  assert.equal(code, 1);
  assert.match(stdout, /2 accounts · keys of 90 days or more/);
  assert.match(stdout, /ACCOUNT +USER +OLD KEY/);
  assert.match(stdout, /222222222222 +svc-app/);
  assert.match(stdout, /\[cannot-enter-account\] account 011111111111 cannot be entered/);
  assert.match(stdout, /2 accounts, 1 not entered or read/);
});
