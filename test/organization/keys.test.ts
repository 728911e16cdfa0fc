// keyturn keys and keyturn keys deactivate over an organization: in few calls for each account, and with hints
// that reach the right one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyChangeReportSchema, keysReportSchema } from '../../src/reports/keys-report.ts';
import { FIRST, FleetStage, MANAGEMENT, SECOND, THIRD } from './fleet-stage.ts';

/** Beside the managing account and the three members of the stage. */
const MORE_MEMBERS = 96;
const ACCOUNTS = 100;
const CALLS_MAX = 6;

async function list(stage: FleetStage, ...args: string[]) {
  const ended = await stage.run('keyturn', 'keys', '--json', ...args);
  return { ...ended, report: keysReportSchema.parse(JSON.parse(ended.stdout)) };
}

test('a hundred accounts are listed in at most six calls each, and nothing is changed', async (t) => {
  const stage = await FleetStage.open(t, { organization: { members: MORE_MEMBERS, users: 3 } });
  const { code, report, stderr } = await list(stage, '--organization');
  assert.equal(code, 0, stderr);
  assert.equal(report.summary.accounts, ACCOUNTS);
  assert.equal(
    report.accounts.every(({ source }) => source === 'credential-report'),
    true,
  );
  const calls = new Map<string, number>();
  for (const { account, operation, params } of stage.requests()) {
    // The role of a member is asked for in the account of the caller.
    const about =
      operation === 'AssumeRole' ? (params.RoleArn?.split(':')[4] ?? '') : (account ?? '');
    calls.set(about, (calls.get(about) ?? 0) + 1);
  }
  // Beside its own keys, the managing account is asked which accounts there are.
  const lists = stage.requests('ListAccounts').length;
  calls.set(MANAGEMENT, (calls.get(MANAGEMENT) ?? 0) - lists);
  assert.equal(calls.size, ACCOUNTS);
  assert.ok(Math.max(...calls.values()) <= CALLS_MAX, JSON.stringify([...calls]));
  assert.deepEqual(stage.sandbox.requests.writes(), []);
});

test('the most urgent key comes first whatever its account; what cannot be entered is told', async (t) => {
  const stage = await FleetStage.open(t, {
    organization: { accounts: [{ id: FIRST, hasRole: false }, { id: SECOND }, { id: THIRD }] },
  });
  stage.addKey(THIRD, 'svc-app', { ageDays: 100 });
  const { code, report } = await list(stage, '--organization');
  assert.equal(code, 1);
  const [first] = report.keys;
  assert.deepEqual([first?.account_id, first?.blocked_by], [THIRD, 'two-active-keys']);
  assert.deepEqual(
    report.errors.map((each) => [each.account_id, each.code]),
    [[FIRST, 'cannot-enter-account']],
  );
  const page = await stage.run('keyturn', 'keys', '--organization', '--due');
  assert.equal(page.code, 1);
  assert.match(page.stdout, /ACCOUNT +USER +KEY/);
  assert.match(page.stdout, /011111111111: .*\[cannot-enter-account\]/);
});

test('a hint about a key of a member reaches that member when it is pasted', async (t) => {
  const stage = await FleetStage.open(t);
  const newer = stage.addKey(THIRD, 'svc-app', { ageDays: 100 });
  const { report } = await list(stage, '--accounts', THIRD, '--user', 'svc-app');
  const hint = report.keys.find((key) => key.blocked_by !== null)?.hint ?? '';
  const command = /^ {2}(keyturn keys deactivate .*)$/m.exec(hint)?.[1] ?? '';
  assert.match(command, new RegExp(`--account ${THIRD}`));
  const { rotated_keys: rotated } = (await stage.rotate('--accounts', THIRD)).report;
  assert.ok(rotated[0]?.hint?.split('\n').includes(`  ${command}`), rotated[0]?.hint ?? '');

  const [, ...args] = command.split(' ');
  const done = await stage.run('keyturn', ...args, '--json');
  assert.equal(done.code, 0, done.stderr);
  const change = keyChangeReportSchema.parse(JSON.parse(done.stdout));
  assert.deepEqual([change.account_id, change.outcome], [THIRD, 'changed']);
  const back = (change.undo_command ?? '').split(' ').slice(1);
  assert.equal((await stage.run('keyturn', ...back)).code, 0);
  assert.deepEqual(
    stage.keysOf(THIRD).map(({ status }) => status),
    ['Active', 'Active'],
  );
  assert.equal(stage.keysOf(THIRD).includes(newer), true);
});

test('a user who is in none of the accounts is an error, one who is in some of them is not', async (t) => {
  const stage = await FleetStage.open(t);
  stage.addKey(SECOND, 'svc-two');
  const some = await list(stage, '--organization', '--user', 'svc-two');
  assert.equal(some.code, 0);
  assert.deepEqual(
    some.report.keys.map((key) => key.account_id),
    [SECOND],
  );
  const none = await list(stage, '--organization', '--user', 'nobody');
  assert.equal(none.code, 3);
  assert.equal(none.report.errors[0]?.code, 'unknown-user');
  const useless = await stage.run('keyturn', 'keys', '--role-name', 'X');
  assert.equal(useless.code, 2);
  assert.match(useless.stderr, /--role-name has no effect without --organization or --accounts/);
});
