// What a configuration means where several things come together: time, exemptions, freezes, places.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { outcomesOf, stageOf } from './stage.ts';

const DAY_MS = 86_400_000;
const IDLE = { ageDays: 100 };

/** A stage whose commands live by the clock of the sandbox, which is moved by days. */
async function stageWithClock(t: TestContext) {
  const stage = await stageOf(t);
  const { sandbox, env } = stage;
  Object.assign(env, { KEYTURN_SANDBOX: sandbox.url });
  const day = (days: number) =>
    new Date(sandbox.clock.nowMs() + days * DAY_MS).toISOString().slice(0, 10);
  /** Somebody used the first key of the user an hour ago. */
  const use = (name: string) => {
    const [key] = sandbox.world.user(DEFAULT_ACCOUNT_ID, name).keys;
    assert.ok(key);
    const at = new Date(sandbox.clock.nowMs() - 3_600_000);
    key.uses.push({ at, service: 's3', region: 'us-east-1' });
  };
  return { ...stage, day, use, pass: (days: number) => sandbox.advance(days * DAY_MS) };
}

const BASE = 'version: 1\nrules: [{name: a, match: all, hold_days: 30, deliver: [handoff]}]\n';

test('a path goes over slashes, may be empty below, and letter case counts', async (t) => {
  const { addUser, rotate } = await stageOf(t);
  addUser({ name: 'a', path: '/svc/' }, IDLE);
  addUser({ name: 'b', path: '/svc/eu/x/' }, IDLE);
  addUser({ name: 'c', path: '/Svc/' }, IDLE);
  const text = 'version: 1\nrules: [{name: svc, match: {path: /svc/*}, deliver: [handoff]}]\n';
  const { report } = await rotate(text, ['--dry-run']);
  assert.deepEqual(outcomesOf(report), { a: 'rotated', b: 'rotated', c: 'no-rule' });
});

test('beside an exemption that holds one that has ended is a warning; alone it is an error, and others go on', async (t) => {
  const { addUser, rotate } = await stageOf(t);
  addUser({ name: 'both' }, IDLE);
  addUser({ name: 'alone' }, IDLE);
  addUser({ name: 'other' }, IDLE);
  const day = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
  const text = `${BASE}exemptions:
  - {match: {user: [both, alone]}, owner: Ann, reason: firmware cannot change, until: ${day(-1)}}
  - {match: {user: both}, owner: Bob, reason: vendor will change it, until: ${day(9)}}
`;
  const { code, report, stderr } = await rotate(text);
  assert.equal(code, 1);
  assert.deepEqual(outcomesOf(report), {
    both: 'exempt',
    alone: 'exemption-expired',
    other: 'rotated',
  });
  assert.match(stderr, /exemption.*ended.*both/);
});

test('a user in grace who becomes exempt stays as they are, until the exemption is over', async (t) => {
  const { addUser, rotate, statuses, use, pass, day } = await stageWithClock(t);
  addUser({ name: 'alice' }, IDLE);
  use('alice');
  await rotate(BASE);
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
  pass(80);
  const exempt = `${BASE}exemptions: [{match: {user: alice}, owner: Ann, reason: vendor is on leave, until: ${day(0)}}]\n`;
  const paused = await rotate(exempt);
  assert.equal(paused.code, 0, paused.stderr);
  assert.deepEqual(outcomesOf(paused.report), { alice: 'exempt' });
  assert.deepEqual(paused.report.changes, []);
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
  // The rule speaks again.
  await rotate(BASE);
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
});

test('a deadline that comes in a freeze waits for its end', async (t) => {
  const { addUser, rotate, statuses, use, pass, day } = await stageWithClock(t);
  addUser({ name: 'alice' }, IDLE);
  use('alice');
  const text = BASE.replace('hold_days', 'retire_deadline_days: 10, hold_days');
  await rotate(text);
  pass(4);
  use('alice');
  // Announced seven days ahead.
  await rotate(text);
  pass(9);
  use('alice');
  const frozen = `${text}freezes: [{from: ${day(-1)}, to: ${day(1)}, reason: year-end close}]\n`;
  const held = await rotate(frozen);
  assert.equal(held.code, 0, held.stderr);
  assert.deepEqual(outcomesOf(held.report), { alice: 'frozen' });
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
  pass(3);
  use('alice');
  await rotate(frozen);
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
});

test('a secret that is in custody when a freeze begins stays there, and no place is written', async (t) => {
  const { addUser, rotate, statuses, pass, day, sandbox, folder } = await stageWithClock(t);
  addUser({ name: 'alice' }, IDLE);
  const text = BASE.replace('[handoff]', '[{to: ssm=/app/{user}, create_missing: true}]').replace(
    'ssm=/app/{user}',
    '"ssm=/app/{user}"',
  );
  sandbox.faults.add({
    operation: 'PutParameter',
    calls: { nth: 2 },
    effect: { kind: 'error', code: 'AccessDeniedException', status: 400 },
  });
  const broken = await rotate(text);
  assert.equal(broken.code, 1, broken.stderr);
  sandbox.faults.clear();
  sandbox.requests.clear();
  const frozen = `${text}freezes: [{from: ${day(0)}, to: ${day(1)}, reason: year-end close}]\n`;
  const held = await rotate(frozen);
  assert.deepEqual(outcomesOf(held.report), { alice: 'frozen' });
  assert.equal(
    sandbox.requests.list().some(({ operation }) => operation === 'PutParameter'),
    false,
  );
  const custody = join(folder, 'state', DEFAULT_ACCOUNT_ID, 'handoff');
  assert.equal(existsSync(custody) && readdirSync(custody).length, 1);
  pass(3);
  const done = await rotate(frozen);
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
});

test('two users whose places are one are both refused, though only one is due', async (t) => {
  const { addUser, rotate, sandbox } = await stageOf(t);
  addUser({ name: 'svc.a' }, IDLE);
  addUser({ name: 'svc-a' }, { ageDays: 3 });
  addUser({ name: 'svc-b' }, IDLE);
  addUser({ name: 'a,b' }, IDLE);
  const text = `version: 1
rules:
  - {name: comma, match: {user: "a,b"}, deliver: ["secrets-manager=app/{user}"]}
  - {name: rest, match: all, deliver: [{to: "ssm=/app/{user|env}", create_missing: true}]}
`;
  const { report } = await rotate(text, ['--dry-run']);
  assert.deepEqual(outcomesOf(report), {
    'svc.a': 'place-shared',
    'svc-b': 'rotated',
    'a,b': 'not-deliverable',
  });
  assert.match(
    report.rotated_keys.find(({ username }) => username === 'svc.a')?.error ?? '',
    /ssm us-east-1:\/app\/SVC_A would be the place of svc\.a and of svc-a/,
  );
  // Without the details of all users their names are enough for a filter, and not for a tag.
  sandbox.faults.add({
    operation: 'GetAccountAuthorizationDetails',
    effect: { kind: 'error', code: 'AccessDenied', status: 403 },
  });
  assert.equal(outcomesOf((await rotate(text, ['--dry-run'])).report)['svc.a'], 'place-shared');
  const byTag =
    'version: 1\ntrusted_tags: [repo]\nrules: [{name: a, match: all, deliver: ["ssm=/{tag:repo}/key"]}]\n';
  const untold = await rotate(byTag, ['--dry-run']);
  assert.equal(outcomesOf(untold.report)['svc-b'], 'not-deliverable');
});

test('two users with one tag have one place', async (t) => {
  const { addUser, rotate } = await stageOf(t);
  addUser({ name: 'a', tags: { repo: 'web' } }, IDLE);
  addUser({ name: 'b', tags: { repo: 'web' } }, { ageDays: 2 });
  addUser({ name: 'c', tags: { repo: 'api' } }, IDLE);
  const text =
    'version: 1\ntrusted_tags: [repo]\nrules: [{name: a, match: all, deliver: [{to: "ssm=/{tag:repo}/key", create_missing: true}]}]\n';
  const { report } = await rotate(text, ['--dry-run']);
  assert.deepEqual(outcomesOf(report), { a: 'place-shared', c: 'rotated' });
});
