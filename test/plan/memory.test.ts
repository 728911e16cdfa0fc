// What keyturn apply remembers of keys that only wait: a daily one has to come to an end with them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hoursLater } from '../cli/process.ts';
import { actionsOf, planStage } from './stage.ts';

const DAY_MS = 86_400_000;
const TEXT = `version: 1
defaults: {days_threshold: 90, hold_days: 30, deliver: [handoff]}
rules: [{name: all, match: {user: "svc-*"}}]
`;

async function held(t: Parameters<typeof planStage>[0]) {
  const stage = await planStage(t, TEXT);
  const lastUsed = { at: new Date(Date.now() - 4 * DAY_MS) };
  stage.addUser(
    { name: 'svc-full' },
    { ageDays: 400, status: 'Inactive', lastUsed },
    { ageDays: 100 },
  );
  return stage;
}

test('a daily apply that changes nothing remembers since when a key is Inactive', async (t) => {
  const { apply, keysOf, sandbox } = await held(t);
  const first = await apply(['--yes']);
  assert.equal(first.code, 1, first.stderr);
  assert.match(
    first.stderr,
    /exit code 1, because 1 key needs a person: STOP in the plan says why/,
  );
  const later = await apply(['--yes'], hoursLater(sandbox, 31 * 24));
  assert.equal(later.code, 0, later.stderr);
  // The hold is over, so there was room for a successor.
  assert.deepEqual(
    keysOf('svc-full').map(({ status }) => status),
    ['Inactive', 'Active'],
  );
});

test('so does a saved plan that is about others', async (t) => {
  const { addUser, plan, apply, sandbox, keyturn, config } = await held(t);
  addUser({ name: 'svc-due' }, { ageDays: 100 });
  await plan();
  const done = await apply();
  assert.equal(done.code, 0, done.stderr);
  const words = ['plan', '--config', config, '--json', '--user', 'svc-full'];
  const { stdout } = await keyturn(words, hoursLater(sandbox, 31 * 24));
  assert.deepEqual(actionsOf(JSON.parse(stdout)), {
    'svc-full': ['delete: hold-over', 'rotate: over-threshold'],
  });
});

test('a plan, and an apply that is only a dry run, leave no trace', async (t) => {
  const { apply, plan, keyturn, config, sandbox } = await held(t);
  await plan();
  await apply(['--dry-run']);
  const words = ['plan', '--config', config, '--json'];
  const { stdout } = await keyturn(words, hoursLater(sandbox, 31 * 24));
  assert.deepEqual(actionsOf(JSON.parse(stdout)), {
    'svc-full': ['wait: held', 'blocked: no-free-slot'],
  });
});

test('users who have no room for a new key take none of what a run may begin', async (t) => {
  const { addUser, plan, keyturn, config } = await planStage(
    t,
    `${TEXT}limits: {max_rotations: 1}\n`,
  );
  addUser({ name: 'svc-two' }, { ageDays: 900 }, { ageDays: 800 });
  addUser({ name: 'svc-old' }, { ageDays: 300 });
  addUser({ name: 'svc-older' }, { ageDays: 400 });
  const { plan: made } = await plan();
  const actions = actionsOf(made);
  assert.deepEqual(actions['svc-older'], ['rotate: over-threshold']);
  assert.deepEqual(actions['svc-old'], ['wait: over-limit']);
  assert.match(String(actions['svc-two']), /blocked: two-active-keys/);
  const { stdout } = await keyturn(['plan', '--config', config]);
  assert.match(
    stdout,
    /^Come again: the next run goes on with 1 over a limit; what waits for a time, \d{4}-/m,
  );
  assert.match(stdout, /^\d users: 1 key changes, 1 wait, 1 stop$/m);
});
