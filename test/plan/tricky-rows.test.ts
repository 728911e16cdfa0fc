// Situations in which several things come together, as a plan tells them and as apply leaves them: freezes over
// deadlines and over a secret on its way, places that are one, limits and failures, and what beats what.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { hoursLater, run } from '../cli/process.ts';
import { actionsOf, dayFromNow, planStage, statesOf } from './stage.ts';

const BASE =
  'version: 1\nrules: [{name: all, match: {user: "svc*"}, hold_days: 30, deliver: [handoff]}]\n';

const DENIED = { kind: 'error', code: 'AccessDeniedException', status: 400 } as const;

test('a deadline that is reached inside a freeze: it waits, and the plan says since when it is over', async (t) => {
  const text = BASE.replace('hold_days', 'retire_deadline_days: 10, hold_days');
  const stage = await planStage(t, text);
  const { addUser, apply, configure, keysOf, sandbox, env, keyturn, config, statuses, changes } =
    stage;
  const use = () => {
    const at = new Date(sandbox.clock.nowMs() - 3_600_000);
    keysOf('svc')[0]?.uses.push({ at, service: 's3', region: 'us-east-1' });
  };
  addUser({ name: 'svc' }, { ageDays: 100 });
  use();
  assert.equal((await apply(['--yes'])).code, 0);
  Object.assign(env, hoursLater(sandbox, 4 * 24));
  use();
  // Announced seven days ahead.
  assert.equal((await apply(['--yes'])).code, 0);
  Object.assign(env, hoursLater(sandbox, 9 * 24));
  use();
  await configure(
    `${text}freezes: [{from: ${dayFromNow(12)}, to: ${dayFromNow(15)}, reason: year-end close}]\n`,
  );
  const planned = await keyturn(['plan', '--config', config, '--json']);
  assert.equal(planned.code, 0, planned.stderr);
  const { users } = JSON.parse(planned.stdout);
  const [key] = users[0].keys;
  assert.deepEqual([key.action, key.reason], ['wait', 'frozen']);
  assert(Date.parse(key.deadline) < sandbox.clock.nowMs(), `deadline ${key.deadline}`);
  const page = await keyturn(['plan', '--config', config]);
  assert.match(page.stdout, /svc .*frozen.*its deadline is over since /s);
  sandbox.requests.clear();
  const frozen = await apply(['--yes']);
  assert.equal(frozen.code, 0, frozen.stderr);
  assert.deepEqual(changes(), []);
  assert.deepEqual(statuses('svc'), ['Active', 'Active']);
});

test('a secret that is on its way when a freeze begins: planned before, left by apply, and kept', async (t) => {
  const text = BASE.replace('[handoff]', '[{to: "ssm=/app/{user}", create_missing: true}]');
  const stage = await planStage(t, text);
  const { addUser, plan, apply, configure, sandbox, config, env, changes } = stage;
  addUser({ name: 'svc' }, { ageDays: 100 });
  sandbox.faults.add({ operation: 'PutParameter', calls: { nth: 2 }, effect: DENIED });
  assert.equal((await run('rotate-iam-keys', ['--config', config], env)).code, 1);
  sandbox.faults.clear();
  assert.deepEqual(actionsOf((await plan()).plan).svc?.[0], 'resume: open');
  await configure(
    `${text}freezes: [{from: ${dayFromNow(0)}, to: ${dayFromNow(1)}, reason: year-end close}]\n`,
  );
  const { plan: frozen } = await plan();
  assert.deepEqual(actionsOf(frozen), { svc: ['wait: frozen'] });
  assert.equal(frozen.counts.change, 0);
  sandbox.requests.clear();
  const left = await apply(['--yes']);
  assert.equal(left.code, 0, left.stderr);
  assert.deepEqual(changes(), []);
  Object.assign(env, hoursLater(sandbox, 72));
  const done = await apply(['--yes']);
  assert.deepEqual(statesOf(done.report), { svc: 'done' }, done.stderr);
});

test('two users whose places are one stop the plan of the one who is due, and of nobody else', async (t) => {
  const stage = await planStage(
    t,
    `version: 1
rules:
  - {name: comma, match: {user: "a,b"}, deliver: ["secrets-manager=app/{user}"]}
  - {name: rest, match: {user: "svc*"}, deliver: [{to: "ssm=/app/{user|env}", create_missing: true}]}
`,
  );
  const { addUser, plan, apply, sandbox } = stage;
  addUser({ name: 'svc.a' }, { ageDays: 100 });
  addUser({ name: 'svc-a' }, { ageDays: 3 });
  addUser({ name: 'svc-b' }, { ageDays: 100 });
  addUser({ name: 'a,b' }, { ageDays: 100 });
  const { plan: made } = await plan();
  assert.deepEqual(actionsOf(made), {
    'a,b': ['blocked: not-deliverable'],
    'svc-b': ['rotate: over-threshold'],
    'svc.a': ['blocked: place-shared'],
  });
  assert.deepEqual([made.counts.stop, made.counts.change], [2, 1]);
  const done = await apply();
  assert.deepEqual(statesOf(done.report), { 'svc-b': 'done' }, done.stderr);
  assert.equal(sandbox.world.user(DEFAULT_ACCOUNT_ID, 'svc.a').keys.length, 1);
  // Once both are due, both stop.
  sandbox.world.addKey(DEFAULT_ACCOUNT_ID, 'svc-a', { ageDays: 200 });
  const both = actionsOf((await plan()).plan);
  assert(both['svc-a']?.includes('blocked: place-shared'), JSON.stringify(both));
  assert.deepEqual(both['svc.a'], ['blocked: place-shared']);
});

test('five due and a limit of two: the two longest over their own threshold, told and done', async (t) => {
  const stage = await planStage(
    t,
    `version: 1
defaults: {deliver: [handoff]}
rules:
  - {name: soon, match: {user: "soon*"}, days_threshold: 30}
  - {name: rest, match: {user: "svc*"}}
limits: {max_rotations: 2}
`,
  );
  const { addUser, plan, apply, keysOf } = stage;
  const ages = { 'soon-a': 100, 'svc-b': 150, 'svc-c': 95, 'svc-d': 140, 'svc-e': 161 };
  for (const [name, ageDays] of Object.entries(ages)) addUser({ name }, { ageDays });
  const { plan: made } = await plan();
  assert.deepEqual(actionsOf(made), {
    'soon-a': ['rotate: over-threshold'],
    'svc-b': ['wait: over-limit'],
    'svc-c': ['wait: over-limit'],
    'svc-d': ['wait: over-limit'],
    'svc-e': ['rotate: over-threshold'],
  });
  const done = await apply();
  assert.deepEqual(statesOf(done.report), { 'soon-a': 'done', 'svc-e': 'done' }, done.stderr);
  assert.equal(keysOf('svc-b').length, 1);
});

test('three failures of three: nothing new is begun, what is open is finished, and the exit code is 1', async (t) => {
  const text = `${BASE.replace('[handoff]', '["ssm=/app/{user}"]')}limits: {stop_after_failures: 3}\n`;
  const stage = await planStage(t, text);
  const { addUser, ask, plan, apply, sandbox, config, env, file, keysOf } = stage;
  const names = ['svc-a', 'svc-b', 'svc-c', 'svc-d', 'svc-open'];
  for (const name of names) {
    addUser({ name }, { ageDays: name === 'svc-d' ? 91 : 100 });
    await ask('PutParameter', { Name: `/app/${name}`, Type: 'SecureString', Value: '{}' });
  }
  sandbox.faults.add({ operation: 'PutParameter', resource: '/app/svc-open', effect: DENIED });
  await run('rotate-iam-keys', ['--config', config, '--user', 'svc-open'], env);
  sandbox.faults.clear();
  await plan();
  for (const name of ['svc-a', 'svc-b', 'svc-c']) {
    const effect = { kind: 'error', code: 'LimitExceeded', status: 409 } as const;
    sandbox.faults.add({ operation: 'CreateAccessKey', user: name, effect });
  }
  // The one that comes last is held up until the others have failed.
  sandbox.faults.add({
    ...{ operation: 'ListAccessKeys', user: 'svc-d' },
    effect: { kind: 'delay', durationMs: 1_000 },
  });
  const done = await apply([file, '--max-parallel', '1']);
  const states = statesOf(done.report);
  assert.equal(states['svc-open'], 'done', done.stderr);
  assert.deepEqual(
    ['svc-a', 'svc-b', 'svc-c'].map((name) => states[name]),
    ['failed', 'failed', 'failed'],
  );
  assert.equal(done.code, 1);
  assert.equal(keysOf('svc-open').length, 2);
});

test('what beats what: a flag in every rule of the run, no flag in a plan, and a fuse always', async (t) => {
  const stage = await planStage(t, BASE);
  const { addUser, keyturn, config, env, changes, sandbox } = stage;
  addUser({ name: 'svc-a' }, { ageDays: 50 });
  const json = ['--config', config, '--output-format', 'json'];
  const dry = await run('rotate-iam-keys', [...json, '--dry-run', '--days-threshold', '30'], env);
  assert.equal(JSON.parse(dry.stdout).rotated_keys[0]?.username, 'svc-a', dry.stderr);
  assert.match(dry.stderr, /--days-threshold wins in every rule of /);
  sandbox.requests.clear();
  const refused = await keyturn(['plan', '--config', config, '--days-threshold', '30']);
  assert.equal(refused.code, 2);
  assert.deepEqual(sandbox.requests.list(), []);
  addUser({ name: 'svc-b' }, { ageDays: 100 });
  sandbox.requests.clear();
  const forced = await keyturn(['apply', '--yes', ...json], { KEYTURN_FORCE_DRY_RUN: 'true' });
  assert.equal(forced.code, 0, forced.stderr);
  assert.equal(JSON.parse(forced.stdout).dry_run, true);
  assert.deepEqual(changes(), []);
});
