// Who goes where a limit lets only some: decided before anything is done, so that the dry run, the plan and the run
// name the same, however long each user takes.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { PlanDocument } from '../../src/reports/plan-document.ts';
import type { RotationReport } from '../../src/reports/rotation-report.ts';
import { hooksStage } from '../hooks/stage.ts';
import { FIRST, FleetStage, SECOND } from '../organization/fleet-stage.ts';
import { outcomesOf, stageOf } from './stage.ts';

const DAY_MS = 86_400_000;

const RULE = 'version: 1\nrules: [{name: all, match: {user: "u-*"}, deliver: [handoff]}]\n';

/** Users whose old keys go, or would. */
function goingIn({ rotated_keys: keys, retirements }: RotationReport): string[] {
  const held = retirements.filter(({ state }) => state === 'waiting').map((each) => each.username);
  return keys
    .filter(({ success, username }) => success && !held.includes(username))
    .map(({ username }) => username);
}

test('whose old key goes does not depend on who comes first: the oldest does', async (t) => {
  const { addUser, rotate, keyturn, config, statuses, sandbox } = await stageOf(t);
  const ages = { 'u-a': 100, 'u-b': 120, 'u-c': 110 };
  for (const [name, ageDays] of Object.entries(ages)) addUser({ name }, { ageDays });
  const text = `${RULE}limits: {max_deactivations: 1}\n`;
  // The one that goes is the last to come to it.
  const slow = { kind: 'delay', durationMs: 700 } as const;
  sandbox.faults.add({ operation: 'ListAccessKeys', user: 'u-b', effect: slow });
  const dry = await rotate(text, ['--dry-run']);
  assert.deepEqual(goingIn(dry.report), ['u-b'], dry.stderr);
  const planned = await keyturn(['plan', '--config', config, '--json']);
  const { users }: PlanDocument = JSON.parse(planned.stdout);
  const cut = users.filter(({ keys }) =>
    keys.some(({ steps }) => steps.some((step) => step.do === 'deactivate')),
  );
  assert.deepEqual(
    cut.map(({ user }) => user),
    ['u-b'],
  );
  const done = await rotate(text);
  assert.deepEqual(goingIn(done.report), ['u-b'], done.stderr);
  assert.deepEqual(statuses('u-b'), ['Inactive', 'Active']);
  // The others are in grace since then; the next run lets the one go that waits longest.
  const next = await rotate(text, ['--dry-run']);
  const [going, other] = ['retired', 'waiting'].map(
    (state) => next.report.retirements.find((each) => each.state === state)?.username ?? '',
  );
  assert.deepEqual([going, other].toSorted(), ['u-a', 'u-c'], next.stderr);
  await rotate(text);
  assert.deepEqual([statuses(going ?? '')[0], statuses(other ?? '')[0]], ['Inactive', 'Active']);
});

test('a user who cannot be rotated takes no slot of those who can', async (t) => {
  const { addUser, rotate, sandbox } = await stageOf(t);
  const busy = { lastUsed: { at: new Date(sandbox.clock.nowMs() - DAY_MS) } };
  // Inactive, and held: it has the second place.
  addUser({ name: 'u-held' }, { ageDays: 300, ...busy }, { ageDays: 2, status: 'Inactive' });
  addUser({ name: 'u-two' }, { ageDays: 300, ...busy }, { ageDays: 290, ...busy });
  addUser({ name: 'u-free' }, { ageDays: 100 });
  addUser({ name: 'u-next' }, { ageDays: 95 });
  const text = `${RULE.replace('deliver:', 'hold_days: 30, deliver:')}limits: {max_rotations: 1}\n`;
  const expected = {
    'u-free': 'rotated',
    'u-held': 'no-free-slot',
    'u-next': 'over-limit',
    'u-two': 'two-active-keys',
  };
  const dry = await rotate(text, ['--dry-run']);
  assert.deepEqual(outcomesOf(dry.report), expected, dry.stderr);
  const done = await rotate(text);
  assert.deepEqual(outcomesOf(done.report), expected, done.stderr);
});

test('a user whose place takes nothing takes no slot either', async (t) => {
  const { addUser, rotate, sandbox } = await stageOf(t);
  addUser({ name: 'u-a' }, { ageDays: 300 });
  addUser({ name: 'u-b' }, { ageDays: 100 });
  const text =
    'version: 1\nrules:\n  - {name: a, match: {user: u-a}, deliver: ["ssm=/none/{user}"]}\n  - {name: b, match: {user: u-b}, deliver: [handoff]}\nlimits: {max_rotations: 1}\n';
  const { report, stderr } = await rotate(text);
  assert.deepEqual(outcomesOf(report), { 'u-a': 'not-deliverable', 'u-b': 'rotated' }, stderr);
  assert.equal(
    sandbox.requests.list().filter(({ operation }) => operation === 'CreateAccessKey').length,
    1,
  );
});

test('a key that a hook keeps for ever leaves the others their turn', async (t) => {
  const { addUser, rotate, statuses, program } = await hooksStage(t);
  addUser({ name: 'u-a' }, { ageDays: 200 });
  addUser({ name: 'u-b' }, { ageDays: 100 });
  const says = (path: string) => `{before_retire: [{run: ["${path}"]}]}`;
  const text = `version: 1
rules:
  - {name: a, match: {user: u-a}, deliver: [handoff], hooks: ${says(program('no', 'echo "still in use"; exit 1'))}}
  - {name: b, match: {user: u-b}, deliver: [handoff], hooks: ${says(program('yes', 'exit 0'))}}
limits: {max_deactivations: 1}
`;
  // It is first, and has the slot of this run although the hook says no: the dry run cannot ask.
  const first = await rotate(text);
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual([statuses('u-a')[0], statuses('u-b')[0]], ['Active', 'Active']);
  await rotate(text);
  assert.deepEqual([statuses('u-a')[0], statuses('u-b')[0]], ['Active', 'Inactive']);
});

test('limits over several accounts: those that come first have theirs first, however slow they are', async (t) => {
  const stage = await FleetStage.open(t, {
    organization: { accounts: [{ id: FIRST }, { id: SECOND }] },
  });
  const text = `version: 1
accounts: {organization: false, groups: [{name: two, match: {id: ["${FIRST}", "${SECOND}"]}}]}
rules: [{name: all, match: {user: svc-app}, deliver: [handoff]}]
limits: {max_rotations: 2, max_deactivations: 1}
`;
  const config = `${stage.folder}/keyturn.yaml`;
  await writeFile(config, text);
  stage.sandbox.faults.add({
    ...{ operation: 'GenerateCredentialReport', account: FIRST },
    effect: { kind: 'delay', durationMs: 700 },
  });
  const dry = await stage.rotate('--config', config, '--dry-run');
  const done = await stage.rotate('--config', config);
  const inactive = [FIRST, SECOND].map(
    (id) => stage.keysOf(id).filter(({ status }) => status === 'Inactive').length,
  );
  assert.deepEqual(inactive, [1, 0], done.stderr);
  const waiting = ({ retirements }: RotationReport) =>
    retirements.filter(({ state }) => state === 'waiting').map((each) => each.account_id);
  assert.deepEqual(waiting(dry.report), [SECOND]);
  assert.deepEqual(waiting(done.report), [SECOND]);
});
