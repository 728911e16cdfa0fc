// What time takes away between a plan and its application is left, and no failure.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hoursLater } from '../cli/process.ts';
import { actionsOf, dayFromNow, planStage, statesOf } from './stage.ts';

const HOUR_MS = 3_600_000;

const hour = (at: number) => `${new Date(at).toISOString().slice(11, 13)}:00`;

test('a window that has shut since: the user is left, with the reason, and exit code 0', async (t) => {
  const now = Date.now();
  const window = `daily ${hour(now - HOUR_MS)}-${hour(now + 3 * HOUR_MS)}`;
  const stage = await planStage(
    t,
    `version: 1\nrules: [{name: all, match: {user: "svc*"}, hold_days: 30, windows: {rotate: ["${window}"]}, deliver: [handoff]}]\n`,
  );
  const { addUser, plan, apply, changes, sandbox, env } = stage;
  addUser({ name: 'svc' }, { ageDays: 100 });
  assert.deepEqual(actionsOf((await plan()).plan), { svc: ['rotate: over-threshold'] });
  sandbox.requests.clear();
  Object.assign(env, hoursLater(sandbox, 6));
  const left = await apply();
  assert.equal(left.code, 0, left.stderr);
  assert.deepEqual(statesOf(left.report), { svc: 'left' });
  assert.match(left.report.users[0]?.because.join() ?? '', /outside the rotate window/);
  assert.deepEqual(changes(), []);
  // The same plan goes on once it is open again, for as long as it is good.
  Object.assign(env, hoursLater(sandbox, 17.5));
  const done = await apply();
  assert.deepEqual(statesOf(done.report), { svc: 'done' }, done.stderr);
});

test('an exemption counts to the end of its last day, and is an error of the plan from then on', async (t) => {
  const stage = await planStage(
    t,
    `version: 1
rules: [{name: all, match: {user: "svc*"}, hold_days: 30, deliver: [handoff]}]
exemptions: [{match: {user: svc-a}, owner: Ann, reason: vendor is on leave, until: ${dayFromNow(0)}}]
plan: {expires_hours: 48}
`,
  );
  const { addUser, plan, apply, config, keyturn, sandbox, env } = stage;
  addUser({ name: 'svc-a' }, { ageDays: 100 });
  addUser({ name: 'svc-b' }, { ageDays: 100 });
  const { plan: made, code } = await plan();
  assert.equal(code, 0);
  assert.deepEqual(actionsOf(made), {
    'svc-a': ['none: exempt'],
    'svc-b': ['rotate: over-threshold'],
  });
  Object.assign(env, hoursLater(sandbox, 25));
  const later = await keyturn(['plan', '--config', config, '--json']);
  assert.equal(later.code, 1, later.stderr);
  assert.deepEqual(actionsOf(JSON.parse(later.stdout))['svc-a'], ['blocked: exemption-expired']);
  // Others go on, by the plan of the day before too.
  const done = await apply();
  assert.deepEqual(statesOf(done.report), { 'svc-b': 'done' }, done.stderr);
  assert.equal(done.code, 0);
});
