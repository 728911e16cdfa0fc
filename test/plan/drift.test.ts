// A plan is refused, with the difference, when anything is not as it saw it; the others wait, unless --partial.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { hoursLater } from '../cli/process.ts';
import { type PlanStage, planStage, statesOf, stepsOf } from './stage.ts';

const TEXT = `version: 1
defaults: {days_threshold: 90, hold_days: 30}
rules:
  - {name: apps, match: {tag: {team: apps}}, deliver: ["ssm=/app/{user}"]}
  - {name: rest, match: {user: "svc-*"}, deliver: [handoff]}
`;

const DAY_MS = 86_400_000;

interface Case {
  readonly what: string;
  /** What somebody does between the plan and its application. */
  readonly happens: (stage: PlanStage) => unknown;
  readonly says: RegExp;
}

const CASES: readonly Case[] = [
  {
    what: 'a key was made',
    happens: ({ sandbox }) => sandbox.world.addKey(DEFAULT_ACCOUNT_ID, 'app'),
    says: /key ….{4} was made by somebody else, at \d{4}-/,
  },
  {
    what: 'a key was deactivated',
    happens: ({ keysOf }) => Object.assign(keysOf('app')[0] ?? {}, { status: 'Inactive' }),
    says: /key ….{4} is Inactive, and was Active/,
  },
  {
    what: 'a key was deleted',
    happens: ({ keysOf }) => keysOf('app').splice(0, 1),
    says: /there is no such user any more, or no key of theirs/,
  },
  {
    what: 'a key that was to go was used, for the first time',
    happens: ({ keysOf, sandbox }) =>
      keysOf('app')[0]?.uses.push({
        at: new Date(sandbox.clock.nowMs() - DAY_MS),
        service: 's3',
        region: 'eu-west-1',
      }),
    says: /key ….{4} was used, at \d{4}-/,
  },
  {
    what: 'the user was tagged out of every rule',
    happens: ({ sandbox }) => sandbox.world.user(DEFAULT_ACCOUNT_ID, 'app').tags.clear(),
    says: /no rule of .*keyturn.yaml is about this user/,
  },
  {
    what: 'a tag that a rule asks about has another value',
    happens: async ({ sandbox, configure }) => {
      sandbox.world
        .user(DEFAULT_ACCOUNT_ID, 'app')
        .tags.set('team', { key: 'team', value: 'applications' });
      await configure(TEXT);
    },
    says: /no rule of/,
  },
  {
    what: 'a place has another key',
    happens: ({ ask }) =>
      ask('PutParameter', {
        Name: '/app/app',
        Overwrite: true,
        Type: 'SecureString',
        Value: '{"access_key_id":"AKIAIOSFODNN7EXAMPLE","secret_access_key":"x"}',
      }),
    says: /ssm=us-east-1:\/app\/app has key …MPLE, and had no key/,
  },
  {
    what: 'a place was written again',
    happens: ({ ask }) =>
      ask('PutParameter', {
        Name: '/app/app',
        Overwrite: true,
        Type: 'SecureString',
        Value: '{"note":"another"}',
      }),
    says: /ssm=us-east-1:\/app\/app was written by somebody else since \(version 2\)/,
  },
  {
    what: 'the user was deleted',
    happens: ({ sandbox }) => sandbox.world.account().users.delete('app'),
    says: /there is no such user any more/,
  },
];

async function arranged(stage: PlanStage): Promise<void> {
  const { addUser, ask } = stage;
  addUser({ name: 'app', tags: { team: 'apps' } }, { ageDays: 100 });
  addUser({ name: 'svc-other' }, { ageDays: 100 });
  await ask('PutParameter', { Name: '/app/app', Type: 'SecureString', Value: '{}' });
}

for (const { what, happens, says } of CASES) {
  test(`refused: ${what}`, async (t) => {
    const stage = await planStage(t, TEXT);
    const { plan, apply, changes, sandbox, file } = stage;
    await arranged(stage);
    const { plan: made, stderr } = await plan();
    assert.deepEqual(stepsOf(made, 'app'), ['create', 'prove', 'deliver', 'deactivate'], stderr);
    await happens(stage);
    sandbox.requests.clear();
    const refused = await apply();
    assert.equal(refused.code, 1, refused.stderr);
    assert.deepEqual(statesOf(refused.report), { app: 'drifted', 'svc-other': 'not-begun' });
    assert.match(refused.report.users[0]?.because.join() ?? '', says);
    assert.deepEqual(changes(), []);
    // The others are as the plan saw them.
    const partial = await apply([file, '--partial']);
    assert.equal(partial.code, 1, partial.stderr);
    assert.deepEqual(statesOf(partial.report), { app: 'drifted', 'svc-other': 'done' });
    assert.deepEqual(changes(), ['CreateAccessKey', 'UpdateAccessKey']);
  });
}

test('a tag that nobody asks about, a use of a key that stays, and another user are no difference', async (t) => {
  const stage = await planStage(t, TEXT);
  const { addUser, plan, apply, sandbox, keysOf } = stage;
  const lastUsed = { at: new Date(Date.now() - 2 * DAY_MS) };
  addUser({ name: 'svc-busy', tags: { note: 'a' } }, { ageDays: 100, lastUsed });
  assert.deepEqual(stepsOf((await plan()).plan, 'svc-busy'), ['create', 'prove', 'deliver']);
  sandbox.world
    .user(DEFAULT_ACCOUNT_ID, 'svc-busy')
    .tags.set('note', { key: 'note', value: 'other' });
  keysOf('svc-busy')[0]?.uses.push({
    at: new Date(Date.now() - DAY_MS),
    service: 's3',
    region: 'eu-west-1',
  });
  addUser({ name: 'svc-new' }, { ageDays: 300 });
  const done = await apply();
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(statesOf(done.report), { 'svc-busy': 'done' });
  assert.equal(keysOf('svc-new').length, 1);
});

test('applied when nothing changed, also hours later', async (t) => {
  const stage = await planStage(t, TEXT);
  const { plan, apply, sandbox, statuses } = stage;
  await arranged(stage);
  await plan();
  const done = await apply(undefined, hoursLater(sandbox, 5));
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(statesOf(done.report), { app: 'done', 'svc-other': 'done' });
  assert.deepEqual(statuses('app'), ['Inactive', 'Active']);
});

test('refused when it has expired', async (t) => {
  const stage = await planStage(t, `${TEXT}plan: {expires_hours: 5}\n`);
  const { plan, apply, sandbox } = stage;
  await arranged(stage);
  await plan();
  sandbox.requests.clear();
  const late = await apply(undefined, hoursLater(sandbox, 6));
  assert.equal(late.code, 2);
  assert.equal(late.report.errors[0]?.code, 'plan-refused');
  assert.match(late.stderr, /plan\.json is not applied: it has expired, at /);
  assert.match(late.stderr, /^ {4}keyturn plan -o /m);
  assert.deepEqual(sandbox.requests.list(), []);
});

test('a limit that others have used up is no difference for those who are in the plan', async (t) => {
  const stage = await planStage(
    t,
    'version: 1\nrules: [{name: all, match: {user: "svc-*"}, hold_days: 30, deliver: ["ssm=/app/{user}"]}]\nlimits: {max_rotations: 1}\n',
  );
  const { addUser, plan, apply, ask, keysOf } = stage;
  addUser({ name: 'svc-a' }, { ageDays: 300 });
  const lastUsed = { at: new Date(Date.now() - 2 * DAY_MS) };
  addUser({ name: 'svc-b' }, { ageDays: 400, status: 'Inactive' }, { ageDays: 100, lastUsed });
  for (const name of ['svc-a', 'svc-b']) {
    await ask('PutParameter', { Name: `/app/${name}`, Type: 'SecureString', Value: '{}' });
  }
  const { plan: made } = await plan();
  assert.deepEqual(stepsOf(made, 'svc-b'), ['delete']);
  assert.equal(made.counts.wait, 1);
  const done = await apply();
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(statesOf(done.report), { 'svc-a': 'done', 'svc-b': 'done' });
  assert.equal(keysOf('svc-b').length, 1);
});
