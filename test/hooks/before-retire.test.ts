// before_retire: whoever has a word in it keeps an old key Active, and no deadline cuts against them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hoursLater } from '../cli/process.ts';
import { outcomesOf } from '../config/stage.ts';
import { hooksStage, service, withHooks } from './stage.ts';

const IDLE = { ageDays: 100 };

test('a program that says no keeps the old key Active, with its last line as the reason', async (t) => {
  const { addUser, rotate, statuses, program, toldTo, keyturn } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const ask = program('ask', 'echo "looking"; echo "a payment is under way"; exit 1');
  const text = withHooks(`before_retire: [{run: [${ask}]}]`);
  const vetoed = await rotate(text);
  assert.equal(vetoed.code, 0, vetoed.stderr);
  assert.deepEqual(outcomesOf(vetoed.report), { alice: 'rotated' });
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
  const [waiting] = vetoed.report.retirements;
  assert.equal(waiting?.state, 'waiting');
  assert.match(
    waiting?.reason ?? '',
    /it could go, and stays: before_retire ".*ask" says no: a payment/,
  );
  assert.ok(waiting?.next_run_at !== null);
  assert.equal(vetoed.report.hooks?.[0]?.outcome, 'vetoed');
  // The same answer again is asked for, and not recorded again.
  const again = await rotate(text);
  assert.equal(again.code, 0, again.stderr);
  assert.equal(toldTo(ask).length, 2);
  assert.equal(toldTo(ask)[0]?.event, 'before_retire');
  const { stdout: listed } = await keyturn(['keys', '--user', 'alice']);
  assert.match(listed, /a run with the configuration makes it Inactive, such as:/);
  const { stdout } = await keyturn(['history', 'alice']);
  assert.equal(stdout.match(/must not go yet/g)?.length, 1);
  program('ask', 'exit 0');
  const agreed = await rotate(text);
  assert.equal(agreed.code, 0, agreed.stderr);
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
});

test('a veto costs an idle key no weeks, also where users are read one by one', async (t) => {
  const { addUser, rotate, statuses, program, toldTo } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const ask = program('ask', 'exit 1');
  const text = withHooks(`before_retire: [{run: [${ask}]}]`);
  assert.equal((await rotate(text, ['--inventory', 'scan'])).code, 0);
  program('ask', 'exit 0');
  const agreed = await rotate(text, ['--inventory', 'scan']);
  assert.equal(agreed.code, 0, agreed.stderr);
  assert.equal(toldTo(ask).length, 2);
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
});

for (const retire of ['retire: now', 'retire: when-quiet']) {
  test(`a service says no with 409, and when to ask again: ${retire}`, async (t) => {
    const { addUser, rotate, statuses } = await hooksStage(t);
    addUser({ name: 'alice' }, IDLE);
    const { url } = await service(t, (response, _, count) => {
      response.statusCode = count === 1 ? 409 : 200;
      response.setHeader('retry-after', '7200');
      response.end(count === 1 ? 'month-end close' : 'fine');
    });
    const text = withHooks(`before_retire: [{call: "${url}/may-retire"}]`, retire);
    const { code, report, stderr } = await rotate(text);
    assert.equal(code, 0, stderr);
    assert.deepEqual(statuses('alice'), ['Active', 'Active']);
    assert.match(report.retirements[0]?.reason ?? '', /says no: month-end close/);
    const waitMs = Date.parse(report.retirements[0]?.next_run_at ?? '') - Date.now();
    assert.ok(waitMs > 6_000_000 && waitMs < 7_300_000, String(waitMs));
    assert.equal((await rotate(text)).code, 0);
    assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
  });
}

test('an answer that is none is no yes', async (t) => {
  const { addUser, rotate, statuses } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  addUser({ name: 'bob' }, IDLE);
  const answers = [302, 500, 404, 403];
  const { url } = await service(t, (response, _, count) => {
    response.statusCode = answers[count % answers.length] ?? 500;
    response.setHeader('location', 'http://127.0.0.1:9/elsewhere');
    response.end();
  });
  const text = withHooks(`before_retire: [{call: "${url}/may-retire"}]`);
  const { code, report } = await rotate(text);
  assert.equal(code, 1);
  assert.deepEqual(outcomesOf(report), { alice: 'hook-failed', bob: 'hook-failed' });
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
  assert.deepEqual(statuses('bob'), ['Active', 'Active']);
});

test('a sign-in page that answers in its place is no yes', async (t) => {
  const { addUser, rotate, statuses } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const { url } = await service(t, (response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>Sign in</title>');
  });
  const { code, report } = await rotate(withHooks(`before_retire: [{call: "${url}/may-retire"}]`));
  assert.equal(code, 1);
  assert.match(report.rotated_keys[0]?.error ?? '', /web page/);
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
});

test('a deadline that is over does not cut against a veto: a person is needed', async (t) => {
  const { addUser, rotate, statuses, program, sandbox, env, keyturn } = await hooksStage(t);
  const lastUsed = { at: new Date(sandbox.clock.nowMs() - 3_600_000) };
  addUser({ name: 'alice' }, { ageDays: 100, lastUsed });
  const ask = program('ask', 'echo "not before the audit"; exit 1');
  const text = withHooks(`before_retire: [{run: [${ask}]}]`, 'retire_deadline_days: 7');
  const begun = await rotate(text);
  assert.equal(begun.code, 0, begun.stderr);
  Object.assign(env, hoursLater(sandbox, 24));
  await rotate(text);
  Object.assign(env, hoursLater(sandbox, 24 * 8));
  const over = await rotate(text);
  assert.equal(over.code, 1, over.stderr);
  assert.deepEqual(outcomesOf(over.report), { alice: 'retire-vetoed' });
  assert.match(over.report.rotated_keys[0]?.error ?? '', /stays Active: .*not before the audit/);
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
  // A run that does not know whom to ask does not go past them.
  const recovered = await keyturn(['recover', '--retire-deadline-days', '7']);
  assert.equal(recovered.code, 0, recovered.stderr);
  assert.match(recovered.stdout, /its rotation began with hooks of a configuration/);
  assert.match(recovered.stdout, /^ +rotate-iam-keys --config keyturn\.yaml$/m);
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
});
