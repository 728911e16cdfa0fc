// The commands around a plan: exit codes, flags, pages, several accounts, and what is told of each reason.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { planIdOf } from '../../src/app/plan/plan-id.ts';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { actionsOf, dayFromNow, planStage, statesOf, stepsOf } from './stage.ts';

const DAY_MS = 86_400_000;
const TEXT = `version: 1
defaults: {days_threshold: 90, hold_days: 30, deliver: [handoff]}
rules: [{name: all, match: {user: "svc-*"}}]
`;

test('exit codes: nothing, something, an expired exemption; with --detailed-exitcode every error is 1', async (t) => {
  const { addUser, plan, keyturn, configure, config } = await planStage(t, TEXT);
  addUser({ name: 'svc-young' }, { ageDays: 5 });
  assert.equal((await plan()).code, 0);
  assert.equal((await plan('--detailed-exitcode')).code, 0);
  addUser({ name: 'svc-old' }, { ageDays: 100 });
  assert.equal((await plan()).code, 0);
  assert.equal((await plan('--detailed-exitcode')).code, 2);
  const exemption = `exemptions: [{match: {user: svc-old}, owner: Ann, reason: cannot change keys, until: ${dayFromNow(-2)}}]\n`;
  await configure(TEXT + exemption);
  const { code, plan: made } = await plan();
  assert.equal(code, 1);
  assert.deepEqual([made.errored, made.errors[0]?.code], [true, 'exemption-expired']);
  assert.match(
    made.errors[0]?.hint ?? '',
    /^renew it there .*\n.*keyturn explain svc-old --config/,
  );
  assert.deepEqual(actionsOf(made), { 'svc-old': ['blocked: exemption-expired'] });
  assert.equal((await plan('--detailed-exitcode')).code, 1);
  const flags = ['plan', '--config', config, '--detailed-exitcode', '--json'];
  const bad = await keyturn([...flags, '--user', 'no such user']);
  assert.equal(bad.code, 1);
  assert.equal(JSON.parse(bad.stdout).error.code, 'bad-value');
  await configure('version: 2\n');
  assert.equal((await keyturn(flags)).code, 1);
  assert.equal((await keyturn(['plan', '--config', config])).code, 2);
  assert.equal((await keyturn(['plan', '--config', join(config, 'none')])).code, 2);
});

test('a flag about the policy is refused: the file says that', async (t) => {
  const { keyturn, config, sandbox } = await planStage(t, TEXT);
  sandbox.requests.clear();
  for (const command of ['plan', 'apply']) {
    const refused = await keyturn([command, '--config', config, '--days-threshold', '30']);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /takes no --days-threshold: the file says that \[unknown-flag\]/);
    assert.match(refused.stderr, /edit the file: days_threshold/);
  }
  assert.deepEqual(sandbox.requests.list(), []);
});

test('a forced dry run changes nothing, and says what would be applied', async (t) => {
  const { addUser, plan, apply, changes, keysOf, sandbox } = await planStage(t, TEXT);
  addUser({ name: 'svc-a' }, { ageDays: 100 });
  await plan();
  sandbox.requests.clear();
  const forced = { KEYTURN_FORCE_DRY_RUN: 'true' };
  for (const words of [undefined, ['--yes']]) {
    const told = await apply(words, forced);
    assert.equal(told.code, 0, told.stderr);
    assert.equal(told.report.dry_run, true);
    assert.deepEqual(statesOf(told.report), { 'svc-a': 'would-apply' });
    assert.match(told.report.users[0]?.because.join() ?? '', /^make a successor of AKIA/);
  }
  assert.deepEqual(changes(), []);
  assert.equal(keysOf('svc-a').length, 1);
});

test('without a plan, and with nobody to ask: --yes, or a refusal', async (t) => {
  const { addUser, apply, keyturn, config, changes, sandbox } = await planStage(t, TEXT);
  addUser({ name: 'svc-a' }, { ageDays: 100 });
  addUser({ name: 'svc-stop' }, { ageDays: 200 }, { ageDays: 100 });
  sandbox.requests.clear();
  const refused = await keyturn(['apply', '--config', config]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /nobody can be asked whether the plan is applied \[not-confirmed\]/);
  assert.match(refused.stderr, /^ {4}keyturn apply --yes --config \S+$/m);
  assert.deepEqual(sandbox.requests.list(), []);
  const done = await apply(['--yes']);
  // Nobody has looked at what needs a person.
  assert.equal(done.code, 1, done.stderr);
  assert.deepEqual(statesOf(done.report), { 'svc-a': 'done' });
  assert.deepEqual(changes(), ['CreateAccessKey', 'UpdateAccessKey']);
});

test('flags that a saved plan does not take', async (t) => {
  const { addUser, plan, apply, file } = await planStage(t, TEXT);
  addUser({ name: 'svc-a' }, { ageDays: 100 });
  await plan();
  for (const flags of [['--user', 'svc-a'], ['--rule', 'all'], ['--yes']]) {
    const refused = await apply([file, ...flags]);
    assert.equal(refused.code, 2);
    assert.equal(refused.report.errors[0]?.code, 'conflicting-flags');
  }
  assert.equal((await apply(['--yes', '--partial'])).code, 2);
});

test('a plan is narrowed to a user, or to a rule', async (t) => {
  const { addUser, plan, apply, keysOf, keyturn, config, file } = await planStage(
    t,
    'version: 1\nrules:\n  - {name: a, match: {user: "a*"}, deliver: [handoff]}\n  - {name: b, match: {user: "b*"}, deliver: [handoff]}\n',
  );
  for (const name of ['ada', 'amy', 'bob']) addUser({ name }, { ageDays: 100 });
  assert.deepEqual(Object.keys(actionsOf((await plan('--user', 'ada')).plan)), ['ada']);
  assert.deepEqual(Object.keys(actionsOf((await plan('--rule', 'b')).plan)), ['bob']);
  // What is pasted from the page does no more than the page shows.
  const page = await keyturn(['plan', '--config', config, '--user', 'ada']);
  assert.match(page.stdout, /^ {2}keyturn apply --user ada --config \S+$/m);
  const kept = await keyturn(['plan', '--config', config, '--rule', 'b', '-o', file]);
  assert.match(kept.stdout, /^ {2}keyturn apply \S+plan\.json --config \S+$/m);
  assert.equal((await plan('--rule', 'c')).code, 2);
  await plan('--rule', 'b');
  const done = await apply();
  assert.deepEqual(statesOf(done.report), { bob: 'done' });
  assert.equal(keysOf('ada').length, 1);
});

test('windows, freezes, exemptions, limits and grace are told as reasons', async (t) => {
  const weekday = new Date(Date.now() + 2 * DAY_MS).toUTCString().slice(0, 3);
  const stage = await planStage(
    t,
    `version: 1
defaults: {days_threshold: 90, hold_days: 30, deliver: [handoff]}
rules:
  - {name: shut, match: {user: "shut*"}, windows: {rotate: ["${weekday} 10:00-11:00"]}}
  - {name: cut, match: {user: "cut*"}, windows: {retire: ["${weekday} 10:00-11:00"]}}
  - {name: young, match: {user: "soon*"}, before_next_run: 10d}
  - {name: rest, match: {user: "rest*"}}
exemptions: [{match: {user: exempt}, owner: Ann, reason: cannot change keys, until: ${dayFromNow(20)}}]
limits: {max_rotations: 3}
`,
  );
  const { addUser, plan, configure, config } = stage;
  const busy = { lastUsed: { at: new Date(Date.now() - 2 * DAY_MS) } };
  addUser({ name: 'shut' }, { ageDays: 100 });
  addUser({ name: 'cut' }, { ageDays: 400 });
  addUser({ name: 'soon' }, { ageDays: 85, ...busy });
  addUser({ name: 'rest-1' }, { ageDays: 300, ...busy });
  addUser({ name: 'rest-2' }, { ageDays: 91 });
  addUser({ name: 'rest-held' }, { ageDays: 400, status: 'Inactive' }, { ageDays: 1 });
  addUser({ name: 'exempt' }, { ageDays: 900 });
  addUser({ name: 'other' }, { ageDays: 900 });
  const { plan: made, stderr } = await plan();
  assert.deepEqual(
    actionsOf(made),
    {
      cut: ['rotate: over-threshold'],
      exempt: ['none: exempt'],
      other: ['none: no-rule'],
      'rest-1': ['rotate: over-threshold'],
      'rest-2': ['wait: over-limit'],
      'rest-held': ['wait: held', 'none: not-due'],
      shut: ['wait: outside-window'],
      soon: ['rotate: before-next-run'],
    },
    stderr,
  );
  assert.deepEqual(stepsOf(made, 'cut'), ['create', 'prove', 'deliver']);
  const [cut] = made.users.filter(({ user }) => user === 'cut');
  assert.match(cut?.keys[0]?.later[0]?.if ?? '', /outside the retire window/);
  const { counts } = made;
  assert.deepEqual([counts.change, counts.wait, counts.exempt, counts.unmatched], [3, 3, 1, 1]);
  const text = await readFile(config, 'utf8');
  const freeze = `freezes: [{from: ${dayFromNow(-1)}, to: ${dayFromNow(1)}, reason: year-end close}]\n`;
  await configure(text + freeze);
  const { plan: frozen } = await plan();
  assert.equal(frozen.counts.change, 0);
  assert.deepEqual(actionsOf(frozen).cut, ['wait: frozen']);
});

test('a page for a pull request: nobody is mentioned', async (t) => {
  const { addUser, keyturn, config } = await planStage(
    t,
    'version: 1\nrules: [{name: all, match: {user: "*@*"}, deliver: [handoff]}]\n',
  );
  addUser({ name: 'team@acme.example' }, { ageDays: 100 });
  const { stdout, code } = await keyturn(['plan', '--config', config, '--format', 'md']);
  assert.equal(code, 0);
  assert.match(stdout, /^### keyturn plan `[0-9a-f]{8}` · 1 change · 0 wait · 0 stop$/m);
  assert.match(
    stdout,
    /^\| rotate \| team&#64;&#8203;acme\.example \| `….{4}` \| 100d, over 90 days; never used \| `handoff` \|/m,
  );
  assert.doesNotMatch(stdout, /@/);
});

test('untrusted: no program is run, no place outside of AWS is read', async (t) => {
  const stage = await planStage(t, TEXT);
  const { addUser, plan, configure, folder, keyturn, config } = stage;
  const mark = join(folder, 'ran');
  addUser({ name: 'svc-a' }, { ageDays: 100 });
  addUser({ name: 'svc-b' }, { ageDays: 100 });
  const program = join(folder, 'deliver.sh');
  await writeFile(program, `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
  await configure(`version: 1
rules:
  - {name: a, match: {user: svc-a}, deliver: ["command=${program} {user}"]}
  - {name: b, match: {user: svc-b}, deliver: ["dotenv=${folder}/{user}.env"]}
`);
  const { plan: made, stderr } = await plan('--untrusted');
  assert.deepEqual([made.trusted, made.applyable], [false, false], stderr);
  const confirmed = made.users.flatMap(({ places }) => places.map(({ confirm }) => confirm));
  assert.deepEqual(confirmed, ['unread', 'unread']);
  await assert.rejects(readFile(mark));
  await configure(
    `version: 1\nexemptions_file: ../exemptions.yaml\nrules: [{name: a, match: {user: svc-a}, deliver: [handoff]}]\n`,
  );
  const outside = await keyturn(['plan', '--config', config, '--untrusted']);
  assert.equal(outside.code, 2);
});

test('hooks are steps of the plan, and a plan without one begins nothing', async (t) => {
  const stage = await planStage(t, TEXT);
  const { addUser, plan, apply, configure, folder, file, saved, statuses } = stage;
  addUser({ name: 'svc-a' }, { ageDays: 100 });
  addUser({ name: 'svc-b' }, { ageDays: 100 });
  await configure(`version: 1
rules:
  - name: all
    match: {user: "svc-*"}
    deliver: [handoff]
    hooks: {after_deliver: [{run: [touch, "${folder}/told-{user}"], retry: true}]}
`);
  const { plan: made, stderr } = await plan();
  assert.deepEqual(
    stepsOf(made, 'svc-a'),
    ['create', 'prove', 'deliver', 'hook', 'deactivate'],
    stderr,
  );
  // Somebody takes the hook of one of them out of the plan.
  const edited = await saved();
  for (const key of edited.users.find(({ user }) => user === 'svc-b')?.keys ?? []) {
    key.steps = key.steps.filter((step) => step.do !== 'hook');
  }
  await writeFile(file, JSON.stringify({ ...edited, plan_id: planIdOf(edited) }));
  const done = await apply([file, '--partial']);
  assert.deepEqual(statesOf(done.report), { 'svc-a': 'done', 'svc-b': 'drifted' }, done.stderr);
  assert.equal(await readFile(join(folder, 'told-svc-a'), 'utf8'), '');
  await assert.rejects(readFile(join(folder, 'told-svc-b')));
  assert.deepEqual(statuses('svc-a'), ['Inactive', 'Active']);
  // No key was made that nobody is told of.
  assert.deepEqual(statuses('svc-b'), ['Active']);
});

test('every plan names what apply calls, and apply calls what the plan names', async (t) => {
  const stage = await planStage(
    t,
    `version: 1
defaults: {hold_days: 30}
rules:
  - {name: made, match: {user: "made*"}, deliver: [{to: "secrets-manager=app/{user}", create_missing: true}]}
  - {name: ssm, match: {user: "ssm*"}, deliver: ["ssm=/app/{user}", handoff]}
  - {name: rest, match: {user: "rest*"}, deliver: [handoff]}
`,
  );
  const { addUser, ask, plan, apply, sandbox } = stage;
  const busy = { lastUsed: { at: new Date(Date.now() - 2 * DAY_MS) } };
  addUser({ name: 'made' }, { ageDays: 100 });
  addUser({ name: 'ssm' }, { ageDays: 100, ...busy });
  addUser({ name: 'rest' }, { ageDays: 500, status: 'Inactive' }, { ageDays: 100, ...busy });
  await ask('PutParameter', { Name: '/app/ssm', Type: 'SecureString', Value: '{}' });
  const { plan: made } = await plan();
  sandbox.requests.clear();
  const done = await apply();
  assert.equal(done.code, 0, done.stderr);
  const called = sandbox.requests
    .list()
    .filter(({ access }) => access === 'write')
    .map(({ operation, params }) => `${operation} ${callAbout(params)}`.trim());
  const named = made.users.flatMap(({ user, keys }) =>
    keys.flatMap(({ steps }) => steps.flatMap((step) => callsOf(step, user))),
  );
  assert.deepEqual(called.toSorted(), named.toSorted());
  assert.equal(sandbox.world.user(DEFAULT_ACCOUNT_ID, 'rest').keys.length, 2);
});

function callAbout(params: Readonly<Record<string, unknown>>): string {
  return String(params.AccessKeyId ?? params.UserName ?? params.SecretId ?? params.Name ?? '');
}

/** The calls of AWS that change something, for a step of a plan. */
function callsOf(step: { do: string; key_id?: string; place?: string }, user: string): string[] {
  const name = step.place?.split(':').at(-1) ?? '';
  switch (step.do) {
    case 'create':
      return [`CreateAccessKey ${user}`];
    case 'deactivate':
      return [`UpdateAccessKey ${step.key_id}`];
    case 'delete':
      return [`DeleteAccessKey ${step.key_id}`];
    case 'make-place':
      return [`CreateSecret ${name}`];
    case 'deliver':
      if (step.place?.startsWith('ssm=')) return [`PutParameter ${name}`];
      if (step.place?.startsWith('secrets-manager='))
        return [`PutSecretValue ${name}`, `UpdateSecretVersionStage ${name}`];
      return [];
    default:
      return [];
  }
}
