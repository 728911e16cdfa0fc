// What a person does about a rotation with hooks: their word runs none, and is taken where they say that they know.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binOf, finished, start } from '../cli/process.ts';
import { hooksStage, service, withHooks } from './stage.ts';

const IDLE = { ageDays: 100 };

test('keys deactivate heeds the last answer of who was asked, unless a person knows better', async (t) => {
  const { addUser, rotate, statuses, program, toldTo, keyturn } = await hooksStage(t);
  const [old = ''] = addUser({ name: 'alice' }, IDLE).map(({ id }) => id);
  const ask = program('ask', 'echo "a payment is under way"; exit 1');
  const look = program('look', 'exit 0');
  const text = withHooks(`
before_retire: [{run: [${ask}]}]
after_retire: [{run: [${look}], minutes: 30}]`);
  assert.equal((await rotate(text)).code, 0);
  const refused = await keyturn(['keys', 'deactivate', old]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /a payment is under way.*\[retire-vetoed\]/);
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
  const asked = toldTo(ask).length;
  const done = await keyturn(['keys', 'deactivate', old, '--although-in-use']);
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
  // Nobody is asked, and nobody watches.
  const rest = await rotate(text);
  assert.equal(rest.code, 0, rest.stderr);
  assert.equal(toldTo(ask).length, asked);
});

test('undo and finish run no hook, and an undo ends a watch', async (t) => {
  const { addUser, rotate, statuses, program, toldTo, keyturn, config, env } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const restart = program('restart', 'exit 0');
  const look = program('look', 'exit 0');
  const text = withHooks(`
after_deliver: [{run: [${restart}]}]
after_retire: [{run: [${look}], minutes: 30}]`);
  assert.equal((await rotate(text, ['--dry-run'])).code, 0);
  // The run is over before its watch is, once it has looked at the key that is Inactive.
  const child = start([binOf('rotate-iam-keys'), '--config', config], env);
  const ended = finished(child);
  while (toldTo(look).length < 2) await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGTERM');
  await ended;
  assert.equal(statuses('alice')[0], 'Inactive');
  const undone = await keyturn(['undo', 'alice']);
  assert.equal(undone.code, 0, undone.stderr);
  assert.equal(statuses('alice')[0], 'Active');
  assert.equal(toldTo(restart).length, 1);
  const looked = toldTo(look).length;
  assert.equal((await keyturn(['recover'])).code, 0);
  assert.equal(toldTo(look).length, looked);
});

test('retire: never tells readers too, and a key in use is told of before it waits', async (t) => {
  const { addUser, rotate, statuses, sandbox } = await hooksStage(t);
  const lastUsed = { at: new Date(sandbox.clock.nowMs() - 3_600_000) };
  addUser({ name: 'alice' }, IDLE);
  addUser({ name: 'bob' }, { ageDays: 100, lastUsed });
  const { url, asked } = await service(t, (response) => response.end());
  const hooks = `after_deliver: [{call: "${url}/{user}", method: PUT}]`;
  const never = await rotate(
    withHooks(hooks, 'retire: never').replace('match: all', 'match: {user: alice}'),
  );
  assert.equal(never.code, 0, never.stderr);
  const busy = await rotate(withHooks(hooks).replace('match: all', 'match: {user: bob}'));
  assert.equal(busy.code, 0, busy.stderr);
  assert.deepEqual(
    asked.map(({ method, path }) => `${method} ${path}`),
    ['PUT /alice', 'PUT /bob'],
  );
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
  assert.deepEqual(statuses('bob'), ['Active', 'Active']);
  assert.equal(busy.report.retirements[0]?.waits_for, 'in-use');
});
