// From a plan to what it names, and nothing more.

import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { test } from 'node:test';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { actionsOf, planStage, statesOf, stepsOf } from './stage.ts';

const TEXT = `version: 1
defaults: {days_threshold: 90, hold_days: 30, deliver: [handoff]}
rules: [{name: all, match: all}]
`;

test('a plan is made, saved for its owner alone, and applied', async (t) => {
  const stage = await planStage(t, TEXT);
  const { addUser, plan, apply, file, saved, statuses, sandbox, changes } = stage;
  addUser({ name: 'idle' }, { ageDays: 100 });
  addUser(
    { name: 'busy' },
    { ageDays: 100, lastUsed: { at: new Date(Date.now() - 2 * 86_400_000) } },
  );
  addUser({ name: 'young' }, { ageDays: 3 });
  const { code, plan: made, stderr } = await plan();
  assert.equal(code, 0, stderr);
  assert.deepEqual(actionsOf(made), {
    busy: ['rotate: over-threshold'],
    idle: ['rotate: over-threshold'],
  });
  assert.deepEqual(stepsOf(made, 'idle'), ['create', 'prove', 'deliver', 'deactivate']);
  assert.deepEqual(stepsOf(made, 'busy'), ['create', 'prove', 'deliver']);
  // The caller is a user too.
  assert.equal(made.counts.not_due, 2);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.deepEqual(await saved(), made);
  assert.deepEqual(changes(), []);
  sandbox.requests.clear();
  const done = await apply();
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(statesOf(done.report), { busy: 'done', idle: 'done' });
  assert.deepEqual(statuses('idle'), ['Inactive', 'Active']);
  assert.deepEqual(statuses('busy'), ['Active', 'Active']);
  assert.deepEqual(changes().toSorted(), ['CreateAccessKey', 'CreateAccessKey', 'UpdateAccessKey']);
  sandbox.requests.clear();
  const again = await apply();
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual(statesOf(again.report), { busy: 'already-applied', idle: 'already-applied' });
  assert.deepEqual(changes(), []);
  assert.equal(sandbox.world.user(DEFAULT_ACCOUNT_ID, 'idle').keys.length, 2);
});
