// Mode rotate of the function: one account or a part of it, once, and in time.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { callJson } from '../sandbox/json-call.ts';
import { FIRST, LambdaStage, MANAGEMENT } from './stage.ts';

/** All users are read: a report is waited for. */
const DELIVER = {
  deliver: ['secrets-manager=app/{user}'],
  create_missing: true,
  inventory: 'scan',
} as const;

// They wait for AWS to accept keys, and not for each other.
describe('mode rotate of the function', { concurrency: 8 }, () => {
  test('rotates an account, and answers with the document of the run', async (t) => {
    const stage = await LambdaStage.open(t);
    const result = await stage.rotate({ account: FIRST, ...DELIVER });
    assert.equal(result.state, 'done');
    assert.deepEqual(
      [result.account_id, result.rotated, result.failed, result.waiting, result.repeated],
      [FIRST, 1, 0, 0, false],
    );
    assert.equal(result.report?.rotated_keys[0]?.username, 'svc-app');
    assert.equal(stage.newKeys(FIRST).length, 1);
    assert.equal(stage.newKeys(MANAGEMENT).length, 0);
  });

  test('I8: no secret is in the result or in the log, whose lines are JSON', async (t) => {
    const stage = await LambdaStage.open(t);
    const result = await stage.rotate({ account: FIRST, log_level: 'debug', ...DELIVER });
    const [made] = stage.newKeys(FIRST);
    assert.ok(made !== undefined);
    const told = JSON.stringify([result, stage.log]);
    assert.ok(told.includes('svc-app'), 'the search would find what is there');
    for (const secret of [made.secret, stage.env.AWS_SECRET_ACCESS_KEY ?? '']) {
      assert.ok(secret.length > 20 && !told.includes(secret));
    }
    for (const line of stage.log) assert.equal(typeof JSON.parse(line).code, 'string');
  });

  test('the own account needs no role, and is the one when none is named', async (t) => {
    const stage = await LambdaStage.open(t);
    const result = await stage.rotate(DELIVER);
    assert.equal(result.account_id, MANAGEMENT);
    assert.equal(stage.newKeys(MANAGEMENT).length, 1);
    assert.equal(stage.calls('AssumeRole'), 0);
  });

  test('the same event again does nothing twice, and says so', async (t) => {
    const stage = await LambdaStage.open(t);
    const event = { account: FIRST, run: 'daily', ...DELIVER };
    const first = await stage.rotate(event);
    stage.sandbox.requests.clear();
    const second = await stage.rotate(event);
    assert.deepEqual(second, { ...first, repeated: true, report: null });
    for (const operation of ['AssumeRole', 'CreateAccessKey', 'GetCredentialReport']) {
      assert.equal(stage.calls(operation), 0, operation);
    }
    // In another run there is nothing to do.
    const third = await stage.rotate({ ...event, run: 'next day' });
    assert.deepEqual([third.repeated, third.rotated], [false, 0]);
    assert.equal(stage.newKeys(FIRST).length, 1);
  });

  test('a dry run of a run is no part of it that was done', async (t) => {
    const stage = await LambdaStage.open(t);
    const event = { account: FIRST, run: 'daily', ...DELIVER };
    const dry = await stage.rotate({ ...event, dry_run: true });
    assert.deepEqual([dry.dry_run, dry.rotated], [true, 1]);
    assert.equal(stage.newKeys(FIRST).length, 0);
    assert.equal((await stage.rotate(event)).repeated, false);
    assert.equal(stage.newKeys(FIRST).length, 1);
  });

  test('custody is where the event says', async (t) => {
    const stage = await LambdaStage.open(t);
    const custody = 'secrets-manager=keyturn/custody';
    const result = await stage.rotate({ account: FIRST, custody, ...DELIVER });
    assert.deepEqual([result.rotated, result.failed], [1, 0]);
    const made = stage.sandbox.requests.list('CreateSecret').map(({ params }) => params.Name);
    assert.ok(made.some((name) => String(name).startsWith('keyturn/custody')));
  });

  test('slices share the users of an account, each in one of them', async (t) => {
    const stage = await LambdaStage.open(t);
    for (let at = 0; at < 11; at += 1) stage.addKey(FIRST, `svc-${at}`);
    const results = [];
    for (const slice of ['1/3', '2/3', '3/3']) {
      results.push(await stage.rotate({ account: FIRST, slice, dry_run: true, ...DELIVER }));
    }
    const named = results.map(({ report }) =>
      (report?.rotated_keys ?? []).map(({ username }) => username),
    );
    assert.equal(named.flat().length, 12);
    assert.equal(new Set(named.flat()).size, 12);
    assert.ok(named.every(({ length }) => length > 0 && length < 12));
    // Who is in another slice is not even read.
    const examined = results.map(({ report }) => report?.summary.users_examined ?? 0);
    const all = stage.sandbox.world.account(FIRST).users.size;
    assert.equal(
      examined.reduce((sum, users) => sum + users, 0),
      all,
    );
    assert.equal(stage.calls('ListAccessKeys'), all);
  });

  test('users name those whom it is about, and nobody else is touched', async (t) => {
    const stage = await LambdaStage.open(t);
    stage.addKey(FIRST, 'svc-other');
    const result = await stage.rotate({
      account: FIRST,
      users: ['svc-other', 'nobody'],
      ...DELIVER,
    });
    assert.equal(result.rotated, 1);
    assert.deepEqual(
      stage.newKeys(FIRST).map(({ user }) => user),
      ['svc-other'],
    );
  });

  test('fields may stand in options and in part, as a state machine hands them on', async (t) => {
    const stage = await LambdaStage.open(t);
    const part = { account: FIRST, slice: null };
    const result = await stage.rotate({ run: null, report: false, part, options: DELIVER });
    assert.deepEqual([result.rotated, result.report], [1, null]);
  });

  test('before its time-out nothing new is begun, and the same event goes on', async (t) => {
    const stage = await LambdaStage.open(t);
    const event = { account: FIRST, run: 'daily', margin_seconds: 1, ...DELIVER };
    stage.refuseNewKeys();
    const result = await stage.rotate(event, 3_000);
    assert.equal(result.state, 'more');
    assert.deepEqual(result.problems, []);
    stage.acceptNewKeys();
    const again = await stage.rotate(event);
    assert.deepEqual([again.state, again.repeated], ['done', false]);
    assert.equal(stage.newKeys(FIRST).length, 1);
  });

  test('a function that is ended too soon begins nothing', async (t) => {
    const stage = await LambdaStage.open(t);
    await assert.rejects(stage.rotate({ account: FIRST, margin_seconds: 30, ...DELIVER }, 20_000), {
      name: 'KeyturnBadInput',
      message: /^bad-value: the function is ended in 20\.0 s, and margin_seconds keeps 30\.0 s/,
    });
    assert.equal(stage.calls('AssumeRole'), 0);
  });

  test('the configuration is in the event, in a parameter or in the package', async (t) => {
    const stage = await LambdaStage.open(t);
    const config = {
      version: 1,
      accounts: { groups: [{ name: 'first', match: { id: FIRST } }] },
      rules: [
        {
          name: 'apps',
          match: { user: 'svc-*' },
          deliver: [{ to: 'secrets-manager=app/{user}', create_missing: true }],
        },
      ],
    };
    const { id, secret } = stage.sandbox.world.administratorKey();
    await callJson({
      endpoint: stage.sandbox.url,
      credentials: { accessKeyId: id, secretAccessKey: secret },
      service: 'ssm',
      operation: 'PutParameter',
      input: { Name: '/keyturn/config', Type: 'String', Value: JSON.stringify(config) },
    });
    writeFileSync(join(stage.folder, 'keyturn.yaml'), JSON.stringify(config));
    for (const each of [config, 'ssm:/keyturn/config', 'keyturn.yaml']) {
      const dry = await stage.rotate({
        account: FIRST,
        dry_run: true,
        inventory: 'scan',
        config: each,
      });
      assert.deepEqual([dry.rotated, dry.problems], [1, []]);
    }
    stage.env.KEYTURN_CONFIG = 'ssm:/keyturn/config';
    assert.equal((await stage.rotate({ account: FIRST, inventory: 'scan' })).rotated, 1);
    await assert.rejects(stage.rotate({}), { message: /name it with account/ });
    await assert.rejects(stage.rotate({ account: FIRST, config: 'ssm:/other' }), {
      name: 'KeyturnBadInput',
      message: /^bad-config: the configuration cannot be read: the account of the caller has no /,
    });
    await assert.rejects(stage.rotate({ account: FIRST, config: { version: 2 } }), {
      name: 'KeyturnBadInput',
      message: /^bad-config: config\.rules: .*; config\.version: /,
    });
  });

  test('an account that cannot be entered fails for good; one that may soon answer, for now', async (t) => {
    const stage = await LambdaStage.open(t);
    await assert.rejects(stage.rotate({ account: FIRST, role_name: 'no-such-role', ...DELIVER }), {
      name: 'KeyturnFailed',
      message: /^cannot-enter-account: /,
    });
    stage.env.AWS_ENDPOINT_URL_STS = 'http://127.0.0.1:1';
    await assert.rejects(stage.rotate({ account: FIRST, ...DELIVER }), {
      name: 'KeyturnRetryable',
      message: /^endpoint-unreachable: /,
    });
    const last = JSON.parse(stage.log.at(-1) ?? '{}');
    assert.deepEqual([last.level, last.code], ['error', 'KeyturnRetryable']);
  });
});
