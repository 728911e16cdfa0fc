// What keyturn apply puts on record although no key is changed: without it a daily one would never come to its end.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { binOf, finished, run, start } from '../cli/process.ts';
import { hooksStage, withHooks } from '../hooks/stage.ts';
import { actionsOf, planStage, statesOf } from './stage.ts';

test('a rotation whose hook failed, and whose old key is in use, is told of by the next apply', async (t) => {
  const { addUser, program, toldTo, config, keyturn, sandbox } = await hooksStage(t);
  const lastUsed = { at: new Date(sandbox.clock.nowMs() - 86_400_000) };
  addUser({ name: 'alice' }, { ageDays: 100, lastUsed });
  const restart = program('restart', 'exit 1');
  writeFileSync(config, withHooks(`after_deliver: [{run: [${restart}]}]`));
  const apply = () => keyturn(['apply', '--yes', '--config', config]);
  assert.equal((await apply()).code, 1);
  program('restart', 'exit 0');
  const planned = await keyturn(['plan', '--config', config, '--json']);
  assert.deepEqual(actionsOf(JSON.parse(planned.stdout)).alice?.[0], 'resume: open');
  const done = await apply();
  assert.equal(done.code, 0, done.stderr);
  assert.equal(toldTo(restart).length, 2);
  const status = await keyturn(['status', '--json']);
  assert.equal(JSON.parse(status.stdout).open_rotations[0].phase, 'in-grace');
});

test('a watch that a run did not live to end is looked at by the next apply', async (t) => {
  const { addUser, program, toldTo, config, keyturn, statuses, folder, env } = await hooksStage(t);
  addUser({ name: 'alice' }, { ageDays: 100 });
  const look = program('look', `test ! -e '${folder}/broken' || exit 1`);
  writeFileSync(config, withHooks(`after_retire: [{run: [${look}], minutes: 30, every_s: 1}]`));
  const child = start([binOf('keyturn'), 'apply', '--yes', '--config', config], env);
  const ended = finished(child);
  while (toldTo(look).length < 3) await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGKILL');
  await ended;
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
  writeFileSync(`${folder}/broken`, '');
  const plan = `${folder}/plan.json`;
  const planned = await keyturn(['plan', '--config', config, '-o', plan, '--json']);
  const { users, counts, applyable } = JSON.parse(planned.stdout);
  assert.deepEqual([users[0].records, counts.change, applyable], [true, 0, true]);
  const red = await keyturn(['apply', plan, '--config', config]);
  assert.equal(red.code, 1, red.stderr);
  assert.match(red.stdout, /watch-red|is Active again/);
  assert.equal(statuses('alice')[0], 'Active');
});

test('what is open of a user who was deleted is closed', async (t) => {
  const stage = await planStage(
    t,
    'version: 1\nrules: [{name: all, match: {user: "svc*"}, hold_days: 30, deliver: ["ssm=/app/{user}"]}]\n',
  );
  const { addUser, ask, apply, sandbox, config, env, keyturn } = stage;
  addUser({ name: 'svc' }, { ageDays: 100 });
  await ask('PutParameter', { Name: '/app/svc', Type: 'SecureString', Value: '{}' });
  const effect = { kind: 'error', code: 'AccessDeniedException', status: 400 } as const;
  sandbox.faults.add({ operation: 'PutParameter', effect });
  assert.equal((await run('rotate-iam-keys', ['--config', config], env)).code, 1);
  sandbox.faults.clear();
  sandbox.world.account(DEFAULT_ACCOUNT_ID).users.delete('svc');
  const done = await apply(['--yes']);
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(statesOf(done.report), { svc: 'done' });
  const status = await keyturn(['status', '--json']);
  assert.deepEqual(JSON.parse(status.stdout).open_rotations, []);
  assert.deepEqual(statesOf((await apply(['--yes'])).report), {});
});
