// after_retire: what comes of it is watched once the old key is Inactive; on red it is Active again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { outcomesOf } from '../config/stage.ts';
import { hooksStage, service, withHooks } from './stage.ts';

const IDLE = { ageDays: 100 };

test('green until the end: the old key stays Inactive', async (t) => {
  const { addUser, rotate, statuses, program, toldTo } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const look = program('look', 'exit 0');
  const text = withHooks(`after_retire: [{run: [${look}], minutes: 0.05, every_s: 1}]`);
  const { code, report, stderr } = await rotate(text);
  assert.equal(code, 0, stderr);
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
  assert.equal(report.hooks?.[0]?.outcome, 'green');
  // Once before the key went, and then every second and at the end.
  assert.ok(toldTo(look).length >= 4, String(toldTo(look).length));
});

test('red: the old key is Active again, and no further one is made Inactive', async (t) => {
  const { addUser, rotate, statuses, keyturn } = await hooksStage(t);
  for (const name of ['alice', 'bob']) addUser({ name }, IDLE);
  const seen = new Map<string, number>();
  const { url } = await service(t, (response, { path }) => {
    const count = (seen.get(path) ?? 0) + 1;
    seen.set(path, count);
    response.statusCode = count === 1 ? 200 : 500;
    response.setHeader('content-type', 'text/plain');
    response.end('checkout is down');
  });
  const watch = `after_retire: [{call: "${url}/health/{user}", minutes: 0.1, every_s: 1}]`;
  const { code, report, stderr } = await rotate(withHooks(watch), ['--max-parallel', '1']);
  assert.equal(code, 1, stderr);
  const codes = Object.values(outcomesOf(report));
  assert.ok(codes.includes('watch-red'), JSON.stringify(codes));
  for (const name of ['alice', 'bob']) assert.ok(!statuses(name).includes('Inactive'), name);
  assert.match(stderr, /checkout is down/);
  const { stdout } = await keyturn(['history', '--json']);
  assert.match(stdout, /undo/);
});

test('what is red before the old key goes keeps it Active', async (t) => {
  const { addUser, rotate, statuses, program } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const look = program('look', 'echo "already down"; exit 2');
  const { code, report, stderr } = await rotate(
    withHooks(`after_retire: [{run: [${look}], minutes: 0.05}]`),
  );
  assert.equal(code, 0, stderr);
  assert.match(
    report.retirements[0]?.reason ?? '',
    /is red before the old key goes: .*already down/,
  );
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
});

test('an alarm of CloudWatch that turns red makes the old key Active again', async (t) => {
  const { addUser, rotate, statuses, sandbox } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const alarm = (state: 'OK' | 'ALARM') =>
    sandbox.world.setAlarm(DEFAULT_ACCOUNT_ID, 'eu-central-1', {
      name: 'checkout-5xx',
      state,
      reason: 'Threshold Crossed: 3 datapoints',
    });
  const watch =
    'after_retire: [{alarm: checkout-5xx, region: eu-central-1, minutes: 0.2, every_s: 1}]';
  const missing = await rotate(withHooks(watch));
  assert.deepEqual(outcomesOf(missing.report), { alice: 'hook-failed' });
  assert.match(missing.report.rotated_keys[0]?.error ?? '', /no alarm checkout-5xx/);
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
  alarm('OK');
  const running = rotate(withHooks(watch));
  const turned = setInterval(() => {
    if (statuses('alice').includes('Inactive')) alarm('ALARM');
  }, 200);
  const { code, report, stderr } = await running;
  clearInterval(turned);
  assert.equal(code, 1, stderr);
  assert.deepEqual(outcomesOf(report), { alice: 'watch-red' });
  assert.match(report.rotated_keys[0]?.error ?? '', /the alarm is ALARM: Threshold Crossed/);
  assert.equal(statuses('alice')[0], 'Active');
});
