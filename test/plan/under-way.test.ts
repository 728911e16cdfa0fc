// A plan beside what was begun: rotations that other runs left, a kill in the middle, and the same plan again.

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ApplyReport } from '../../src/reports/apply-report.ts';
import type { PlanDocument } from '../../src/reports/plan-document.ts';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { binOf, finished, hoursLater, run, start } from '../cli/process.ts';
import { eventually } from '../sandbox/wait.ts';
import { actionsOf, type PlanStage, planStage, statesOf, stepsOf } from './stage.ts';

const TEXT = `version: 1
defaults: {days_threshold: 90, hold_days: 30}
rules: [{name: all, match: {user: "app*"}, deliver: ["ssm=/app/{user}", "ssm=/copy/{user}"]}]
`;

async function arranged(t: Parameters<typeof planStage>[0]): Promise<PlanStage> {
  const stage = await planStage(t, TEXT);
  stage.addUser({ name: 'app' }, { ageDays: 100 });
  for (const name of ['/app/app', '/copy/app']) {
    await stage.ask('PutParameter', { Name: name, Type: 'SecureString', Value: '{}' });
  }
  return stage;
}

const DENIED = { kind: 'error', code: 'AccessDeniedException', status: 400 } as const;

/** Another run is denied the second place, and leaves its rotation so. */
async function leftHalfWay(stage: PlanStage): Promise<void> {
  const { sandbox, config, env } = stage;
  sandbox.faults.add({ operation: 'PutParameter', resource: '/copy/app', effect: DENIED });
  const { code } = await run('rotate-iam-keys', ['--config', config], env);
  assert.equal(code, 1);
  sandbox.faults.clear();
  sandbox.requests.clear();
}

test('a rotation that another run left is in the plan, with what is left of it', async (t) => {
  const stage = await arranged(t);
  const { plan, apply, changes, statuses } = stage;
  await leftHalfWay(stage);
  const { plan: made, stderr } = await plan();
  assert.deepEqual(actionsOf(made).app?.[0], 'resume: open', stderr);
  assert.deepEqual(stepsOf(made, 'app'), ['deliver', 'deactivate']);
  const done = await apply();
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(statesOf(done.report), { app: 'done' });
  assert.deepEqual(changes(), ['PutParameter', 'UpdateAccessKey']);
  assert.deepEqual(statuses('app'), ['Inactive', 'Active']);
});

test('refused: a run of another machine has moved the rotation', async (t) => {
  const stage = await arranged(t);
  const { plan, apply, changes, sandbox, config, env } = stage;
  await leftHalfWay(stage);
  await plan();
  const other = await run('rotate-iam-keys', ['--config', config], env);
  assert.equal(other.code, 0, other.stderr);
  sandbox.requests.clear();
  const refused = await apply();
  assert.equal(refused.code, 1);
  assert.deepEqual(statesOf(refused.report), { app: 'drifted' });
  assert.match(
    refused.report.users[0]?.because.join() ?? '',
    /another run has ended the open rotation/,
  );
  assert.deepEqual(changes(), []);
});

test('refused: a run of another machine has begun a rotation', async (t) => {
  const stage = await arranged(t);
  const { plan, apply, changes } = stage;
  await plan();
  await leftHalfWay(stage);
  const refused = await apply();
  assert.equal(refused.code, 1);
  assert.match(refused.report.users[0]?.because.join() ?? '', /another run has begun a rotation/);
  assert.deepEqual(changes(), []);
});

/** Steps at which the process is killed: the first call of each operation is never answered. */
const KILLED_AT = ['GetCallerIdentity', 'PutParameter', 'UpdateAccessKey'] as const;

for (const operation of KILLED_AT) {
  test(`killed at ${operation}, and applied again: nothing is made twice`, async (t) => {
    const stage = await arranged(t);
    const { plan, apply, sandbox, config, env, file, keysOf, statuses } = stage;
    await plan();
    // The caller identifies itself first.
    const nth = operation === 'GetCallerIdentity' ? 3 : 1;
    sandbox.faults.add({ operation, calls: { nth }, effect: { kind: 'hang' } });
    sandbox.requests.clear();
    const child = start([binOf('keyturn'), 'apply', file, '--config', config], env);
    const ended = finished(child);
    const isHit = () => sandbox.requests.list().some(({ fault }) => fault !== undefined);
    await eventually(isHit);
    assert(isHit(), `${operation} was never asked for the ${nth}th time`);
    child.kill('SIGKILL');
    assert.equal((await ended).signal, 'SIGKILL');
    sandbox.faults.clear();
    const again = await apply();
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(statesOf(again.report), { app: 'done' });
    assert.deepEqual(statuses('app'), ['Inactive', 'Active']);
    assert.equal(keysOf('app').length, 2);
    const once = await apply();
    assert.equal(once.code, 0, once.stderr);
    assert.deepEqual(statesOf(once.report), { app: 'already-applied' });
  });
}

test('what this plan began is not what somebody else does to it', async (t) => {
  const stage = await arranged(t);
  const { plan, apply, sandbox, config, env, keyturn } = stage;
  await plan();
  sandbox.faults.add({ operation: 'PutParameter', resource: '/copy/app', effect: DENIED });
  const half = await apply();
  assert.equal(half.code, 1);
  assert.deepEqual(statesOf(half.report), { app: 'failed' });
  sandbox.faults.clear();
  // Another run ends it: then its record is the last one.
  const other = await run('rotate-iam-keys', ['--config', config], env);
  assert.equal(other.code, 0, other.stderr);
  sandbox.requests.clear();
  const refused = await apply();
  assert.deepEqual(statesOf(refused.report), { app: 'drifted' });
  assert.equal(refused.code, 1);
  const history = await keyturn(['history', 'app', '--json']);
  assert.equal(history.code, 0, history.stderr);
  assert.equal(sandbox.world.user(DEFAULT_ACCOUNT_ID, 'app').keys.length, 2);
});

test('a change that comes between the look and the claim is met inside the claim', async (t) => {
  const stage = await arranged(t);
  const { plan, sandbox, config, env, file, keysOf } = stage;
  await plan();
  sandbox.requests.clear();
  // The list of the check, that of the run, and the one inside the claim.
  sandbox.faults.add({
    ...{ operation: 'ListAccessKeys', user: 'app', calls: { nth: 3 } },
    effect: { kind: 'delay', durationMs: 2_000 },
  });
  const flags = ['--config', config, '--output-format', 'json'];
  const ended = finished(start([binOf('keyturn'), 'apply', file, ...flags], env));
  const isHit = () => sandbox.requests.list().some(({ fault }) => fault !== undefined);
  await eventually(isHit);
  sandbox.world.addKey(DEFAULT_ACCOUNT_ID, 'app');
  const { code, stdout } = await ended;
  const report: ApplyReport = JSON.parse(stdout);
  assert.deepEqual([code, statesOf(report)], [1, { app: 'drifted' }]);
  assert.equal(report.run?.rotated_keys[0]?.error_code, 'plan-drifted');
  assert.equal(keysOf('app').length, 2);
  assert(!stage.changes().includes('CreateAccessKey'));
});

test('a key that was lost on the way is not deleted by the plan that made it', async (t) => {
  const stage = await arranged(t);
  const { plan, apply, sandbox, config, env, file, folder, keysOf } = stage;
  await plan();
  // The third is the proof: the key has signed nothing yet.
  const effect = { kind: 'hang' } as const;
  sandbox.faults.add({ operation: 'GetCallerIdentity', calls: { nth: 3 }, effect });
  const child = start([binOf('keyturn'), 'apply', file, '--config', config], env);
  const ended = finished(child);
  const isHit = () => sandbox.requests.list().some(({ fault }) => fault !== undefined);
  await eventually(isHit);
  child.kill('SIGKILL');
  await ended;
  sandbox.faults.clear();
  await rm(join(folder, 'state', DEFAULT_ACCOUNT_ID, 'handoff'), { recursive: true });
  const later = hoursLater(sandbox, 7);
  const left = await apply([file], later);
  // It stands half-way, and no time leads it on: somebody has to make a new plan.
  assert.equal(left.code, 1, left.stderr);
  assert.deepEqual(statesOf(left.report), { app: 'failed' });
  assert.equal(left.report.run?.rotated_keys[0]?.error_code, 'not-planned');
  assert.equal(keysOf('app').length, 2);
  // A new plan names it.
  const made = await run('keyturn', ['plan', '--config', config, '--json'], { ...env, ...later });
  const { users }: PlanDocument = JSON.parse(made.stdout);
  const actions = users.flatMap(({ keys }) => keys.map(({ action }) => action));
  assert(actions.includes('discard'), actions.join());
});

test('a user whom another run works on is busy, and not drifted', async (t) => {
  const stage = await arranged(t);
  const { plan, apply, sandbox, config, env, file, addUser, keysOf } = stage;
  addUser({ name: 'app2' }, { ageDays: 100 });
  for (const name of ['/app/app2', '/copy/app2']) {
    await stage.ask('PutParameter', { Name: name, Type: 'SecureString', Value: '{}' });
  }
  await plan();
  const effect = { kind: 'hang' } as const;
  sandbox.faults.add({ operation: 'PutParameter', resource: '/app/app', effect });
  const child = start([binOf('rotate-iam-keys'), '--config', config, '--user', 'app'], env);
  const ended = finished(child);
  const isHit = () => sandbox.requests.list().some(({ fault }) => fault !== undefined);
  await eventually(isHit);
  const whole = await apply();
  assert.deepEqual([whole.code, statesOf(whole.report)], [1, { app: 'busy', app2: 'not-begun' }]);
  const because = whole.report.users.map((each) => each.because.join());
  assert.match(because[0] ?? '', /; apply the plan again once that is over$/);
  assert.equal(because[1], 'another process works on others at this moment');
  const partial = await apply([file, '--partial']);
  assert.deepEqual([partial.code, statesOf(partial.report)], [1, { app: 'busy', app2: 'done' }]);
  assert.equal(keysOf('app2').length, 2);
  child.kill('SIGKILL');
  await ended;
});
