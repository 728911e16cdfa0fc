// after_deliver: readers are told once every place has the new key, and before the old one may go.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomesOf } from '../config/stage.ts';
import { hooksStage, service, withHooks } from './stage.ts';

const IDLE = { ageDays: 100 };

test('a program is told what was rotated, and the old key goes after it', async (t) => {
  const { addUser, rotate, statuses, program, toldTo, keyturn } = await hooksStage(t);
  const [old = ''] = addUser({ name: 'alice' }, IDLE).map(({ id }) => id);
  const restart = program('restart', 'exit 0');
  const text = withHooks(`after_deliver: [{run: [${restart}, "deploy/{user}"]}]`);
  const dry = await rotate(text, ['--dry-run']);
  assert.equal(dry.code, 0, dry.stderr);
  assert.deepEqual(
    dry.report.hooks?.map(({ on, hook, outcome }) => ({ on, hook, outcome })),
    [{ on: 'after_deliver', hook: `${restart} deploy/alice`, outcome: 'planned' }],
  );
  assert.deepEqual(toldTo(restart), []);
  const { code, report, stderr } = await rotate(text);
  assert.equal(code, 0, stderr);
  assert.deepEqual(outcomesOf(report), { alice: 'rotated' });
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
  const [told] = toldTo(restart);
  assert.equal(told?.event, 'after_deliver');
  assert.equal(told?.user_name, 'alice');
  assert.equal(told?.old_key_id, old);
  assert.equal(told?.new_key_id, report.rotated_keys[0]?.new_key_id);
  assert.equal(told?.run_id, report.run_id);
  assert.deepEqual(
    report.hooks?.map(({ outcome }) => outcome),
    ['done'],
  );
  const history = await keyturn(['history', 'alice']);
  assert.match(history.stdout, /readers of its successor were told/);
});

test('one that fails leaves the rotation open; a later run tries again', async (t) => {
  const { addUser, rotate, statuses, program, toldTo } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const restart = program('restart', 'echo "no such deployment" >&2; exit 3');
  const text = withHooks(`after_deliver: [{run: [${restart}]}]`);
  const first = await rotate(text);
  assert.equal(first.code, 1);
  assert.deepEqual(outcomesOf(first.report), { alice: 'hook-failed' });
  assert.match(first.report.rotated_keys[0]?.error ?? '', /exit code 3: no such deployment/);
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
  assert.equal(toldTo(restart).length, 1);
  program('restart', 'exit 0');
  const second = await rotate(text);
  assert.equal(second.code, 0, second.stderr);
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
  assert.equal(toldTo(restart).length, 2);
});

test('a service is told in a call of its own, with a credential that is shown nowhere', async (t) => {
  const { addUser, rotate, statuses, env } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const { url, asked } = await service(t, (response, _, count) => {
    response.statusCode = count < 3 ? 503 : 204;
    response.end();
  });
  Object.assign(env, { OPS_TOKEN: 'only-for-this-test' });
  const call = `{call: "${url}/restart?user={user}", auth: "\${env:OPS_TOKEN}", retry: true}`;
  const { code, report, stderr, stdout } = await rotate(withHooks(`after_deliver: [${call}]`));
  assert.equal(code, 0, stderr);
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
  assert.equal(asked.length, 3);
  assert.equal(asked[0]?.authorization, 'Bearer only-for-this-test');
  assert.equal(asked[0]?.path, '/restart?user=alice');
  assert.equal(JSON.parse(asked[2]?.body ?? '').user_name, 'alice');
  assert.equal(report.hooks?.[0]?.hook, `POST ${url}/restart`);
  assert.ok(!`${stdout}${stderr}`.includes('only-for-this-test'));
});

test('what may not be done twice is a question once nobody knows what came of it', async (t) => {
  const { addUser, rotate, statuses, keyturn } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const { url, asked } = await service(t, (response) => response.destroy());
  const text = withHooks(`after_deliver: [{call: "${url}/deploy"}]`);
  const first = await rotate(text);
  assert.deepEqual(outcomesOf(first.report), { alice: 'hook-unanswered' });
  assert.equal(first.code, 1);
  const again = await rotate(text);
  assert.deepEqual(outcomesOf(again.report), { alice: 'hook-unanswered' });
  assert.equal(asked.length, 1);
  assert.match(again.report.rotated_keys[0]?.hint ?? '', /\n {2}keyturn hooks done alice\n/);
  assert.match((await keyturn(['hooks'])).stdout, /alice: POST .*\/deploy/);
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
  const done = await keyturn(['hooks', 'done', 'alice']);
  assert.equal(done.code, 0, done.stderr);
  const last = await rotate(text);
  assert.equal(last.code, 0, last.stderr);
  assert.equal(asked.length, 1);
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
  const idle = await keyturn(['hooks', 'again', 'alice']);
  assert.equal(idle.code, 1);
  assert.ok(idle.stderr.includes('no-hook-in-doubt'), idle.stderr);
});

test('a run without the configuration passes no hook over', async (t) => {
  const { addUser, rotate, statuses, program, keyturn } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const restart = program('restart', 'exit 1');
  const text = withHooks(`after_deliver: [{run: [${restart}]}]`);
  await rotate(text);
  const recovered = await keyturn(['recover', '--output-format', 'json']);
  assert.equal(recovered.code, 1);
  assert.match(recovered.stdout, /hooks-not-known/);
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
  for (const words of [['status'], ['keys', '--user', 'alice'], ['report', '--format', 'json']]) {
    const { stdout } = await keyturn(words);
    assert.match(stdout, /rotate-iam-keys --config keyturn\.yaml/, stdout);
    assert.doesNotMatch(stdout, / {2}keyturn recover/, stdout);
  }
});
