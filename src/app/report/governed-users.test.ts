// What a configuration says of users, as a report tells it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readConfig } from '../../config/read-config.ts';
import { nothingOfAccount } from '../config/account-directory.ts';
import { matchWords } from './exemptions.ts';
import { GovernedUsers, lowestThreshold } from './governed-users.ts';

const NOW = new Date('2026-11-28T12:00:00Z');
const FILE = `
version: 1
rules:
  - {name: apps, match: {path: /svc/*}, days_threshold: 30, deliver: [handoff]}
  - {name: people, match: {has_password: true}, days_threshold: 60, deliver: [handoff]}
unmatched: fail
exemptions:
  - {match: {user: svc-legacy}, owner: ada@example.com, reason: the vendor cannot change its key, until: 2026-12-15}
  - {match: {user: svc-lapsed}, owner: bob@example.com, reason: the vendor could not change its key, until: 2026-11-01}
`;

const PATHS: Readonly<Record<string, string>> = {
  'svc-a': '/svc/',
  'svc-legacy': '/svc/',
  'svc-lapsed': '/svc/',
  ada: '/people/',
  stray: '/',
};

async function governed(overrides = {}) {
  const reading = await readConfig(
    { file: 'keyturn.yaml', bytes: Buffer.from(FILE) },
    { now: NOW, load: async () => ({ reason: 'none' }) },
  );
  const { config } = reading;
  assert(config !== undefined, JSON.stringify(reading.faults));
  async function* describeUsers() {
    for (const [name, path] of Object.entries(PATHS)) yield { name, path, groups: [], tags: {} };
  }
  const gateway = { overview: { describeUsers } } as never;
  const users = new GovernedUsers({
    ...{ config, overrides, gateway, account: nothingOfAccount('123456789012') },
    clock: { now: () => NOW } as never,
    emit: () => {},
  });
  await users.learn(
    Object.keys(PATHS).map((user) => {
      return { user, keys: [], isRead: false, hasPassword: user === 'ada' };
    }),
  );
  return { users, config };
}

describe('of each user', () => {
  it('the rule that governs and its age; the lowest of all where none does', async () => {
    const { users, config } = await governed();
    const told = (user: string) => [users.of(user).rule, users.daysFor(user)];
    assert.deepEqual(told('svc-a'), ['apps', 30]);
    assert.deepEqual(told('ada'), ['people', 60], 'the credential report tells of the password');
    assert.deepEqual(told('stray'), [undefined, 30]);
    assert.equal(users.of('stray').refused?.code, 'no-rule');
    assert.equal(lowestThreshold(config, {}), 30);
  });

  it('the exemption that holds, beside the rule that would govern', async () => {
    const { users } = await governed();
    const legacy = users.of('SVC-Legacy');
    assert.deepEqual([legacy.rule, legacy.exemption?.owner], ['apps', 'ada@example.com']);
    assert.equal(legacy.refused, undefined);
    const lapsed = users.of('svc-lapsed');
    assert.deepEqual([lapsed.exemption, lapsed.refused?.code], [undefined, 'exemption-expired']);
  });

  it('what a flag says, in every rule', async () => {
    const { users } = await governed({ days_threshold: 365 });
    assert.deepEqual([users.daysFor('svc-a'), users.daysFor('stray')], [365, 365]);
  });
});

it('whom an exemption is about is told in words', () => {
  assert.equal(matchWords('all'), 'all');
  assert.equal(
    matchWords({ user: ['a', 'b'], has_password: false }),
    'user a or b, has_password false',
  );
  assert.equal(matchWords({ tag: { team: 'x', env: ['a', 'b'] } }), 'tag team=x env=a or b');
  assert.equal(matchWords({ not: { user: 'a' } }), 'not {"user":"a"}');
});
