// What a selection costs: the calls by which 5,000 users are told apart by tag.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomesOf, stageOf } from './stage.ts';

const USERS = 5_000;

const TEXT =
  'version: 1\nrules: [{name: billing, match: {tag: {team: billing}, not: {group: contractors}}, deliver: [handoff]}]\n';

test(`selection by tag over ${USERS} users takes a call for each thousand, and the report`, async (t) => {
  const { addUser, rotate, sandbox } = await stageOf(t);
  for (let index = 0; index < USERS - 4; index += 1) {
    addUser(
      { name: `svc-${index}`, tags: { team: index % 2 ? 'billing' : 'core' } },
      { ageDays: 9 },
    );
  }
  addUser({ name: 'due-a', tags: { team: 'billing' } }, { ageDays: 200 });
  addUser({ name: 'due-b', tags: { team: 'core' } }, { ageDays: 200 });
  addUser({ name: 'due-c', tags: { team: 'billing' }, groups: ['contractors'] }, { ageDays: 200 });
  sandbox.requests.clear();
  const beganMs = performance.now();
  const { report, code, stderr } = await rotate(TEXT, ['--dry-run']);
  const seconds = (performance.now() - beganMs) / 1000;
  assert.equal(code, 0, stderr);
  assert.deepEqual(outcomesOf(report), {
    'due-a': 'rotated',
    'due-b': 'no-rule',
    'due-c': 'no-rule',
  });
  const calls = new Map<string, number>();
  for (const { operation } of sandbox.requests.list()) {
    calls.set(operation, (calls.get(operation) ?? 0) + 1);
  }
  t.diagnostic(`${JSON.stringify(Object.fromEntries(calls))} in ${seconds.toFixed(1)} s`);
  assert.equal(calls.get('GetAccountAuthorizationDetails'), USERS / 1_000);
  // Everything that is asked about all users, and not about the few who may be due.
  const ofAll = ['ListAccessKeys', 'GetAccessKeyLastUsed'].reduce(
    (sum, name) => sum - (calls.get(name) ?? 0),
    sandbox.requests.list().length,
  );
  assert.ok(ofAll <= 12, `${ofAll} calls`);
});
