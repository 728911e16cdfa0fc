// Notifications of a run, end to end: a channel as Slack takes it.

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { IDLE, listener, OPS, telling, tellStage } from './stage.ts';

test('a run tells what it did, once its report is printed, and shows the address nowhere', async (t) => {
  const { addUser, rotate, env } = await tellStage(t);
  const ops = await listener(t);
  Object.assign(env, { OPS_HOOK: `${ops.url}/services/T0000/B0000/only-for-this-test` });
  addUser({ name: 'svc-a' }, IDLE);
  const { code, stdout, stderr, report } = await rotate(telling(OPS));
  assert.equal(code, 0, stderr);
  assert.equal(report.summary.successful_rotations, 1);
  const [message, ...others] = ops.bodies();
  assert.deepEqual(others, []);
  assert.equal(ops.asked[0]?.path, '/services/T0000/B0000/only-for-this-test');
  const [key] = report.rotated_keys;
  assert.match(message.text, /^keyturn: 1 done\n/);
  assert.match(
    message.text,
    new RegExp(`svc-a in \\d+: key ${key?.new_key_id} takes the place of`),
  );
  assert.equal(message.blocks[0].type, 'section');
  assert.ok(!`${stdout}${stderr}`.includes('only-for-this-test'));
});

test('nothing is told where nothing happened', async (t) => {
  const { addUser, rotate, env } = await tellStage(t);
  const ops = await listener(t);
  Object.assign(env, { OPS_HOOK: ops.url });
  addUser({ name: 'svc-a' }, { ageDays: 10 });
  const { code, stderr } = await rotate(telling(OPS));
  assert.equal(code, 0, stderr);
  assert.deepEqual(ops.asked, []);
});

test('a matter is told once, again when it changes, and once when it is over', async (t) => {
  const { addUser, rotate, env, sandbox } = await tellStage(t);
  const ops = await listener(t);
  Object.assign(env, { OPS_HOOK: ops.url });
  addUser({ name: 'svc-a' }, IDLE, { ageDays: 95 });
  const { keys } = sandbox.world.user('123456789012', 'svc-a');
  const first = await rotate(telling(OPS));
  assert.equal(first.code, 1, first.stderr);
  assert.match(ops.bodies()[0].text, /1 needs a person/);
  assert.match(ops.bodies()[0].text, /svc-a in \d+: key AKIA\w+ cannot be rotated: /);
  assert.match(JSON.stringify(ops.bodies()[0].blocks), /To do: /);
  await rotate(telling(OPS));
  assert.equal(ops.asked.length, 1, 'the same matter is not told twice');
  // Another reason is news.
  for (const key of keys.slice(1)) key.status = 'Inactive';
  await rotate(telling(OPS));
  assert.equal(ops.asked.length, 2);
  assert.match(ops.bodies()[1].text, /\(changed\)/);
  keys.splice(1);
  const last = await rotate(telling(OPS));
  assert.equal(last.code, 0, last.stderr);
  assert.equal(ops.asked.length, 3);
  assert.match(ops.bodies()[2].text, /1 done, 1 is over/);
  await rotate(telling(OPS));
  assert.equal(ops.asked.length, 3);
});

test('a dry run sends nothing, and says what would be sent', async (t) => {
  const { addUser, rotate, env, folder } = await tellStage(t);
  const ops = await listener(t);
  Object.assign(env, { OPS_HOOK: ops.url });
  addUser({ name: 'svc-a' }, IDLE);
  addUser({ name: 'svc-b' }, IDLE, IDLE);
  const { code, stderr } = await rotate(telling(OPS), ['--dry-run']);
  assert.equal(code, 0, stderr);
  assert.deepEqual(ops.asked, []);
  assert.match(stderr, /a run would tell ops: keyturn: 1 needs a person, 1 would be done/);
  await assert.rejects(rm(join(folder, 'state')), /ENOENT/);
});

const FAILING = [
  ['refuses', { status: 403, body: 'invalid_token' }, /refuses POST \(hidden\): HTTP 403/],
  [
    'leads elsewhere',
    { status: 302, headers: { location: 'https://elsewhere.example/x' } },
    /a redirect to https:\/\/elsewhere\.example is not followed/,
  ],
  ['is gone', { status: 410, body: 'no_service' }, /HTTP 410/],
  [
    'answers with a page',
    { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' },
    /is a web page/,
  ],
  ['says more than anybody reads', { status: 200, body: 'x'.repeat(200_000) }, /more than/],
] as const;

for (const [what, answer, says] of FAILING) {
  test(`a channel that ${what} is a warning, and the next run tells it`, async (t) => {
    const { addUser, rotate, env } = await tellStage(t);
    let isWell = false;
    const ops = await listener(t, () => (isWell ? { body: 'ok' } : answer));
    Object.assign(env, { OPS_HOOK: `${ops.url}/hidden-part-of-it` });
    addUser({ name: 'svc-b' }, IDLE, IDLE);
    const { code, stderr, stdout } = await rotate(telling(OPS));
    assert.equal(code, 1);
    assert.match(stderr, /notification could not be sent channel=ops/);
    assert.match(stderr, says);
    assert.ok(!`${stdout}${stderr}`.includes('hidden-part-of-it'));
    assert.equal(ops.asked.length, 1);
    isWell = true;
  });
}

test('one that is busy is waited for, and one that breaks down is asked again', async (t) => {
  const { addUser, rotate, env } = await tellStage(t);
  const script = [
    { status: 429, headers: { 'retry-after': '1' } },
    { status: 500 },
    { body: 'ok' },
  ];
  const ops = await listener(t, script);
  Object.assign(env, { OPS_HOOK: ops.url });
  addUser({ name: 'svc-a' }, IDLE);
  const { code, stderr } = await rotate(telling(OPS));
  assert.equal(code, 0, stderr);
  assert.equal(ops.asked.length, 3);
  assert.doesNotMatch(stderr, /could not be sent/);
});

test('a channel that cannot be written to changes neither the run nor its exit code', async (t) => {
  const { addUser, rotate, env, statuses } = await tellStage(t);
  Object.assign(env, { OPS_HOOK: 'http://127.0.0.1:1/hook' });
  addUser({ name: 'svc-a' }, IDLE);
  const { code, report, stderr } = await rotate(telling(OPS));
  assert.equal(code, 0, stderr);
  assert.equal(report.summary.successful_rotations, 1);
  assert.deepEqual(statuses('svc-a'), ['Inactive', 'Active']);
  assert.match(stderr, /notification could not be sent channel=ops/);
});

test('a message that is too long is cut, and says how much is left out', async (t) => {
  const { addUser, rotate, env } = await tellStage(t);
  const ops = await listener(t);
  Object.assign(env, { OPS_HOOK: ops.url });
  for (let number = 0; number < 90; number += 1) {
    addUser({ name: `svc-with-a-name-of-some-length-${number}` }, IDLE, IDLE);
  }
  await rotate(telling(OPS));
  const [message] = ops.bodies();
  assert.ok(message.text.length <= 3_500);
  assert.ok(JSON.stringify(message.blocks).length < 13_000);
  assert.ok(message.blocks.length <= 50);
  for (const { text } of message.blocks) assert.ok((text?.text.length ?? 0) <= 3_000);
  assert.match(
    JSON.stringify(message.blocks),
    /and \d+ more; the document of the run has them all/,
  );
});
