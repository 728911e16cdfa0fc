// rotate-iam-keys --config: each user by the rule that governs, in the run and in its dry run.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { dayFromNow, outcomesOf, stageOf } from './stage.ts';

const IDLE = { ageDays: 100 };

test('thresholds, places and fates are those of each rule; exempt and unmatched users are left', async (t) => {
  const { addUser, rotate, statuses, sandbox } = await stageOf(t);
  addUser({ name: 'alice', path: '/svc/' }, IDLE);
  addUser({ name: 'bob', tags: { team: 'billing' } }, IDLE);
  addUser({ name: 'carol', groups: ['contractors'] }, { ageDays: 400 });
  addUser({ name: 'dave' }, { ageDays: 40 });
  addUser(
    { name: 'erin' },
    { ageDays: 100, lastUsed: { at: new Date(sandbox.clock.nowMs() - 3_600_000) } },
  );
  addUser({ name: 'frank' }, IDLE);
  addUser({ name: 'grace', tags: { team: 'old' } }, IDLE);
  const text = `version: 1
defaults: {deliver: [handoff], hold_days: 30}
rules:
  - {name: svc, match: {path: /svc/*}, days_threshold: 60}
  - {name: billing, match: {tag: {team: billing}}, days_threshold: 200}
  - {name: young, match: {user: dave}, days_threshold: 30, retire: never}
  - {name: now, match: {user: erin}, retire: now}
  - {name: fixed, match: {tag: {team: old}}, days_threshold: 90}
exemptions:
  - {match: {group: contractors}, owner: Ann, reason: cannot change keys, until: ${dayFromNow(30)}}
  - {match: {user: grace}, owner: Bob, reason: until the new one comes, until: ${dayFromNow(-2)}}
`;
  const expected = {
    alice: 'rotated',
    carol: 'exempt',
    dave: 'rotated',
    erin: 'rotated',
    frank: 'no-rule',
    grace: 'exemption-expired',
  };
  const foretold = await rotate(text, ['--dry-run']);
  assert.deepEqual(outcomesOf(foretold.report), expected, foretold.stderr);
  assert.equal(foretold.code, 0);
  const done = await rotate(text);
  assert.deepEqual(outcomesOf(done.report), expected, done.stderr);
  // An exemption that has ended needs a person.
  assert.equal(done.code, 1);
  assert.deepEqual(statuses('bob'), ['Active']);
  assert.deepEqual(statuses('carol'), ['Active']);
  assert.deepEqual(statuses('grace'), ['Active']);
  assert.deepEqual(statuses('dave'), ['Active', 'Active']);
  assert.deepEqual(statuses('erin'), ['Inactive', 'Active']);
  assert.equal(done.report.days_threshold, 30);
});

test('a user of no rule is an error where the file says so', async (t) => {
  const { addUser, rotate } = await stageOf(t);
  addUser({ name: 'alice' }, IDLE);
  addUser({ name: 'young' }, { ageDays: 3 });
  const { code, report } = await rotate(
    'version: 1\nunmatched: fail\nrules: [{name: a, match: {user: x}, deliver: [handoff]}]\n',
  );
  assert.equal(code, 1);
  assert.deepEqual(outcomesOf(report), { alice: 'no-rule' });
});

const DENIED = { kind: 'error', code: 'AccessDenied', status: 403 } as const;

test('what AWS does not tell is not "without the tag"', async (t) => {
  const { addUser, rotate, sandbox, statuses } = await stageOf(t);
  addUser({ name: 'alice', tags: { team: 'core' } }, IDLE);
  addUser({ name: 'bob' }, IDLE);
  sandbox.faults.add({ operation: 'GetAccountAuthorizationDetails', effect: DENIED });
  sandbox.faults.add({ operation: 'ListUserTags', effect: DENIED });
  const text =
    'version: 1\nrules: [{name: a, match: {user: "*", not: {tag: {team: "*"}}}, deliver: [handoff]}]\n';
  const { code, report, stderr } = await rotate(text);
  assert.equal(code, 1);
  assert.deepEqual(outcomesOf(report), { alice: 'user-not-judged', bob: 'user-not-judged' });
  assert.match(stderr, /the configuration asks what AWS does not tell of users/);
  assert.deepEqual(statuses('bob'), ['Active']);
});

test('where the account details are denied, those who are due are asked about one by one', async (t) => {
  const { addUser, rotate, sandbox } = await stageOf(t);
  addUser(
    { name: 'alice', tags: { team: 'core' }, groups: ['dev', 'ops'], path: '/svc/eu/' },
    IDLE,
  );
  addUser({ name: 'bob', groups: ['contractors'] }, IDLE);
  addUser({ name: 'carol' }, IDLE);
  for (let index = 0; index < 30; index += 1) addUser({ name: `young-${index}` }, { ageDays: 2 });
  sandbox.faults.add({ operation: 'GetAccountAuthorizationDetails', effect: DENIED });
  const rule = (match: string) =>
    `version: 1\nrules: [{name: a, match: ${match}, deliver: [handoff]}]\n`;
  const asked = async (match: string) => {
    sandbox.requests.clear();
    const { report } = await rotate(rule(match), ['--dry-run']);
    const count = (name: string) =>
      sandbox.requests.list().filter(({ operation }) => operation === name).length;
    const rotated = Object.entries(outcomesOf(report)).filter(([, what]) => what === 'rotated');
    return { count, rotated: rotated.map(([name]) => name) };
  };
  const byTag = await asked('{tag: {team: core}}');
  assert.deepEqual(byTag.rotated, ['alice']);
  assert.equal(byTag.count('ListUserTags'), 3);
  const byGroup = await asked('{group: [dev, nobody-here], not: {group: contractors}}');
  assert.deepEqual(byGroup.rotated, ['alice']);
  assert.equal(byGroup.count('GetGroup'), 3);
  assert.equal(byGroup.count('ListGroupsForUser'), 0);
  const byPattern = await asked('{user: "*", not: {group: "contr*"}}');
  assert.deepEqual(byPattern.rotated, ['alice', 'carol']);
  assert.equal(byPattern.count('ListGroupsForUser'), 3);
  const byPath = await asked('{path: /svc/*}');
  assert.deepEqual(byPath.rotated, ['alice']);
  assert.equal(byPath.count('ListUserTags'), 0);
  sandbox.faults.add({ operation: 'GetGroup', effect: DENIED });
  const untold = await rotate(rule('{group: dev}'), ['--dry-run']);
  assert.equal(outcomesOf(untold.report).alice, 'user-not-judged');
});

test('people are told by their passwords', async (t) => {
  const { addUser, rotate } = await stageOf(t);
  addUser({ name: 'ada', password: true }, IDLE);
  addUser({ name: 'svc' }, IDLE);
  const text =
    'version: 1\nrules: [{name: machines, match: {has_password: false}, deliver: [handoff]}]\n';
  assert.deepEqual(outcomesOf((await rotate(text, ['--dry-run'])).report), {
    ada: 'no-rule',
    svc: 'rotated',
  });
});

test('a freeze and a window hold everything back, deletion too', async (t) => {
  const { addUser, rotate, statuses, sandbox } = await stageOf(t);
  addUser({ name: 'alice' }, IDLE);
  addUser(
    { name: 'bob' },
    { ageDays: 400, status: 'Inactive' },
    { ageDays: 10, lastUsed: { at: new Date(sandbox.clock.nowMs()) } },
  );
  const base = 'version: 1\nrules: [{name: a, match: all, hold_days: 30, deliver: [handoff]}]\n';
  const frozen = `${base}freezes: [{from: ${dayFromNow(-1)}, to: ${dayFromNow(2)}, reason: year-end close}]\n`;
  for (const words of [['--dry-run'], []]) {
    const { code, report } = await rotate(frozen, words);
    assert.equal(code, 0);
    assert.equal(outcomesOf(report).alice, 'frozen');
    assert.match(report.held_back?.[0]?.because ?? '', /year-end close/);
    assert.equal(report.next_run_at?.slice(0, 10), dayFromNow(3));
    assert.deepEqual(report.changes, []);
  }
  assert.deepEqual(statuses('bob'), ['Inactive', 'Active']);
});

test('a window is about its own steps: clean-up goes on outside the one of new keys', async (t) => {
  const { addUser, rotate, statuses, sandbox } = await stageOf(t);
  const lastUsed = { at: new Date(sandbox.clock.nowMs() - 86_400_000) };
  addUser({ name: 'alice' }, IDLE);
  addUser({ name: 'bob' }, { ageDays: 400, status: 'Inactive' }, { ageDays: 100, lastUsed });
  const base = 'version: 1\nrules: [{name: a, match: all, hold_days: 30, deliver: [handoff]}]\n';
  const weekday = new Date(Date.now() + 2 * 86_400_000).toUTCString().slice(0, 3);
  const shut = `${base}defaults: {windows: {rotate: ["${weekday} 10:00-11:00"]}}\n`;
  const { report } = await rotate(shut);
  assert.deepEqual(outcomesOf(report), { alice: 'outside-window', bob: 'outside-window' });
  assert.deepEqual(statuses('bob'), ['Active']);
});

test('outside its window an old key that could go stays, and goes when the window opens', async (t) => {
  const { addUser, rotate, statuses } = await stageOf(t);
  addUser({ name: 'alice' }, IDLE);
  const base = 'version: 1\nrules: [{name: a, match: all, hold_days: never, deliver: [handoff]}]\n';
  const weekday = new Date(Date.now() + 2 * 86_400_000).toUTCString().slice(0, 3);
  const shut = await rotate(`${base}defaults: {windows: {retire: ["${weekday} 10:00-11:00"]}}\n`);
  assert.deepEqual(outcomesOf(shut.report), { alice: 'rotated' }, shut.stderr);
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
  assert.match(shut.report.retirements[0]?.reason ?? '', /held back: outside the retire window/);
  const open = await rotate(base);
  assert.equal(open.code, 0);
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
});

test('limits: those longest over their own threshold go first, and failures stop what is new', async (t) => {
  const { addUser, rotate, sandbox } = await stageOf(t);
  addUser({ name: 'a' }, { ageDays: 120 });
  addUser({ name: 'b' }, { ageDays: 100 });
  addUser({ name: 'c' }, { ageDays: 110 });
  const rules =
    'rules:\n  - {name: b, match: {user: b}, days_threshold: 10, deliver: [handoff]}\n  - {name: rest, match: all, deliver: [handoff]}\n';
  const limited = await rotate(`version: 1\n${rules}limits: {max_rotations: 2}\n`, ['--dry-run']);
  assert.deepEqual(outcomesOf(limited.report), { a: 'rotated', b: 'rotated', c: 'over-limit' });
  sandbox.faults.add({
    operation: 'CreateAccessKey',
    effect: { kind: 'error', code: 'LimitExceeded', status: 409 },
  });
  const failing = await rotate(`version: 1\n${rules}limits: {stop_after_failures: 1}\n`, [
    '--max-parallel',
    '1',
  ]);
  assert.equal(failing.code, 1);
  assert.ok(Object.values(outcomesOf(failing.report)).some((outcome) => outcome !== 'rotated'));
});

test('no more old keys are made Inactive than the file allows', async (t) => {
  const { addUser, rotate, statuses } = await stageOf(t);
  for (const name of ['a', 'b', 'c']) addUser({ name }, IDLE);
  await rotate(
    'version: 1\nrules: [{name: a, match: all, deliver: [handoff]}]\nlimits: {max_deactivations: 1}\n',
  );
  const inactive = ['a', 'b', 'c'].filter((name) => statuses(name).includes('Inactive'));
  assert.equal(inactive.length, 1);
});

test('places are made from tags that are trusted', async (t) => {
  const { addUser, rotate, sandbox } = await stageOf(t);
  addUser({ name: 'alice', tags: { repo: 'web' } }, IDLE);
  addUser({ name: 'bob', tags: { repo: '../x' } }, IDLE);
  addUser({ name: 'carol' }, IDLE);
  const text = `version: 1
trusted_tags: [repo]
rules:
  - name: ci
    match: all
    deliver:
      - {to: "ssm=/ci/{tag:repo}/{user}", region: eu-central-1, create_missing: true}
`;
  const { report, stderr } = await rotate(text);
  assert.deepEqual(
    outcomesOf(report),
    { alice: 'rotated', bob: 'not-deliverable', carol: 'not-deliverable' },
    stderr,
  );
  assert.equal(
    report.rotated_keys.find(({ username }) => username === 'alice')?.delivered_to[0]?.place,
    'eu-central-1:/ci/web/alice',
  );
  assert.equal(sandbox.world.user(DEFAULT_ACCOUNT_ID, 'bob').keys.length, 1);
});

test('a flag wins in every rule, and is told', async (t) => {
  const { addUser, rotate } = await stageOf(t);
  addUser({ name: 'alice' }, { ageDays: 50 });
  const text =
    'version: 1\nrules: [{name: a, match: all, days_threshold: 90, deliver: [handoff]}]\n';
  assert.deepEqual(outcomesOf((await rotate(text, ['--dry-run'])).report), {});
  const { report, stderr } = await rotate(text, ['--dry-run', '--days-threshold', '30']);
  assert.deepEqual(outcomesOf(report), { alice: 'rotated' });
  assert.match(stderr, /--days-threshold wins in every rule of /);
});

test('a mistake in the file stops the run before AWS is asked', async (t) => {
  const { rotate, sandbox } = await stageOf(t);
  sandbox.requests.clear();
  const { code, stdout, stderr } = await rotate(
    'version: 1\nrules: [{name: a, match: {}, deliver: [handoff]}]\n',
  );
  assert.equal(code, 2);
  assert.equal(JSON.parse(stdout).errors[0].code, 'bad-config');
  assert.match(stderr, /keyturn\.yaml:2:26: an empty selection would be everybody/);
  assert.match(stderr, /^ {4}keyturn validate /m);
  assert.equal(sandbox.requests.list().length, 0);
});

test('a limit holds back old keys that go at once, too', async (t) => {
  const { addUser, rotate, statuses } = await stageOf(t);
  for (const name of ['a', 'b', 'c']) addUser({ name }, IDLE);
  const text =
    'version: 1\nrules: [{name: a, match: all, retire: now, deliver: [handoff]}]\nlimits: {max_deactivations: 1}\n';
  const inactive = () => ['a', 'b', 'c'].filter((name) => statuses(name).includes('Inactive'));
  const first = await rotate(text);
  assert.equal(first.code, 0, first.stderr);
  assert.equal(inactive().length, 1);
  assert.equal((await rotate(text)).code, 0);
  assert.equal(inactive().length, 2);
});
