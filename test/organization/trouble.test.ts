// What goes wrong in one account, or with the run as a whole, and what it costs the others.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rotationReportSchema } from '../../src/reports/rotation-report.ts';
import { finished } from '../cli/process.ts';
import { eventually } from '../sandbox/wait.ts';
import { FIRST, FleetStage, MANAGEMENT, rotatedAccounts, SECOND, THIRD } from './fleet-stage.ts';

const ALL = [FIRST, MANAGEMENT, SECOND, THIRD];

test('an account whose state directory cannot be used fails alone, and nothing is done in it', async (t) => {
  const stage = await FleetStage.open(t);
  mkdirSync(stage.stateDir, { mode: 0o700 });
  writeFileSync(join(stage.stateDir, SECOND), '');
  const { code, report, stderr } = await stage.rotate('--organization');
  assert.equal(code, 1);
  assert.deepEqual(rotatedAccounts(report), [FIRST, MANAGEMENT, THIRD]);
  assert.deepEqual(
    report.errors.map(({ code: error, account_id }) => [error, account_id]),
    [['state-dir', SECOND]],
  );
  assert.match(stderr, /ERROR account failed account=222222222222 error_code=state-dir/);
  assert.equal(stage.newKeyOf(SECOND), undefined);
});

test('a state directory that no account could use stops the run before any call', async (t) => {
  const stage = await FleetStage.open(t);
  writeFileSync(stage.stateDir, '');
  const { code, report } = await stage.rotate('--organization');
  assert.equal(code, 3);
  assert.equal(report.errors[0]?.code, 'state-dir');
  assert.equal(stage.requests().length, 0);
});

test('a throttled member slows only itself, and is rotated in the end', async (t) => {
  const stage = await FleetStage.open(t);
  for (const operation of ['ListUsers', 'GenerateCredentialReport', 'ListAccessKeys'] as const) {
    stage.sandbox.faults.add({
      operation,
      account: SECOND,
      calls: { first: 4 },
      effect: { kind: 'throttle' },
    });
  }
  const { code, report, stderr } = await stage.rotate('--organization', '--log-level', 'debug');
  assert.equal(code, 0, stderr);
  assert.deepEqual(rotatedAccounts(report), ALL);
  assert.match(stderr, /call throttled account=222222222222/);
  assert.doesNotMatch(stderr, /call throttled account=(?!222222222222)/);
});

test('a member that refuses one permission is one failure that names it', async (t) => {
  const stage = await FleetStage.open(t);
  const denied = { kind: 'access-denied' } as const;
  for (const operation of [
    'ListUsers',
    'GenerateCredentialReport',
    'GetAccountAuthorizationDetails',
  ]) {
    stage.sandbox.faults.add({ account: THIRD, operation, effect: denied });
  }
  const { code, report } = await stage.rotate('--organization');
  assert.equal(code, 1);
  assert.deepEqual(rotatedAccounts(report), [FIRST, MANAGEMENT, SECOND]);
  assert.equal(report.errors[0]?.account_id, THIRD);
  assert.match(report.errors[0]?.message ?? '', /iam:ListUsers/);
});

test('SIGTERM in the middle: what is open is finished, the rest is left and counted', async (t) => {
  const accounts = Array.from({ length: 150 }, (_, index) => ({
    id: String(300_000_000_000 + index),
  }));
  const stage = await FleetStage.open(t, { organization: { accounts } });
  // New keys are refused, so every account that is open stays so.
  stage.sandbox.settings.keyLagSeconds = 3600;
  const child = stage.start('rotate-iam-keys', [
    '--organization',
    '--output-format=json',
    '--log-level=warn',
  ]);
  const ended = finished(child);
  await eventually(() => stage.requests('CreateAccessKey').length > 20);
  child.kill('SIGTERM');
  const { code, stdout, stderr } = await ended;
  assert.equal(code, 143, stderr);
  const report = rotationReportSchema.parse(JSON.parse(stdout));
  const { accounts_examined, accounts_left, accounts_failed } = report.summary;
  assert.equal(accounts_failed, 0);
  assert.ok(accounts_left > 0);
  assert.equal(accounts_examined + accounts_left, 151);
  const whole = report.errors.filter(({ account_id }) => account_id === null);
  assert.equal(whole.length, 1);
  assert.match(
    whole[0]?.message ?? '',
    new RegExp(`accounts left for the next run: ${accounts_left}`),
  );

  // The next run finishes all of it: no account has more than one new key, and none is left out.
  stage.sandbox.settings.keyLagSeconds = 0;
  const next = await stage.rotate('--organization', '--log-level=warn');
  assert.equal(next.code, 0, next.stderr);
  for (const id of [MANAGEMENT, ...accounts.map((account) => account.id)]) {
    const [old, made, ...more] = stage.keysOf(id);
    assert.deepEqual([old?.status, made?.status, more.length], ['Inactive', 'Active', 0]);
  }
});

test('I9: two runs over the organization at once rotate every key once', async (t) => {
  const stage = await FleetStage.open(t);
  stage.sandbox.settings.latencyMs = 20;
  const runs = await Promise.all([stage.rotate('--organization'), stage.rotate('--organization')]);
  const rotated = runs.flatMap(({ report }) => rotatedAccounts(report)).toSorted();
  assert.deepEqual(rotated, ALL);
  for (const account of ALL) assert.equal(stage.keysOf(account).length, 2);
});

test("the caller's own session that ends in the middle ends the run, once", async (t) => {
  const stage = await FleetStage.open(t);
  const session = stage.sandbox.world.openSession(MANAGEMENT, 3600, {
    principal: { user: stage.sandbox.world.user(MANAGEMENT, 'sandbox-admin') },
    mfa: true,
  });
  Object.assign(stage.env, {
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secret,
    AWS_SESSION_TOKEN: session.token,
  });
  stage.sandbox.faults.add({
    operation: 'AssumeRole',
    effect: { kind: 'error', code: 'ExpiredToken', status: 403, message: 'The token has expired' },
  });
  const { code, report, stderr } = await stage.rotate('--organization');
  assert.equal(code, 1, stderr);
  assert.deepEqual(rotatedAccounts(report), [MANAGEMENT]);
  assert.deepEqual(
    report.errors.map(({ code: error, account_id }) => [error, account_id]),
    [['expired-token', null]],
  );
  assert.equal(report.summary.accounts_left, 3);
});
