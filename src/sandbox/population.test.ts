import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SandboxClock } from './clock.ts';
import { CATEGORIES, populate } from './population.ts';
import { SeededRandom } from './random.ts';
import { resolveSettings } from './settings.ts';
import { World } from './world.ts';

const ACCOUNT = '123456789012';
const DAY_MS = 24 * 60 * 60 * 1000;

function emptyWorld(): World {
  const clock = new SandboxClock({ now: new Date('2026-06-01T12:00:00Z') });
  const world = new World(clock, new SeededRandom('population'), resolveSettings({}));
  world.addAccount({ id: ACCOUNT, administrator: false });
  return world;
}

describe('populate', () => {
  it('gives the same account for the same seed', () => {
    const [first, second] = [emptyWorld(), emptyWorld()].map((world) =>
      populate(world, ACCOUNT, { users: 50, seed: 7 }),
    );
    assert.deepEqual(first, second);
    assert.notDeepEqual(first, populate(emptyWorld(), ACCOUNT, { users: 50, seed: 8 }));
  });

  it('has every category from eight users on, and the counts are true', () => {
    for (const users of [8, 60, 500]) {
      const world = emptyWorld();
      const population = populate(world, ACCOUNT, { users, seed: users });
      assert.equal(world.account(ACCOUNT).users.size, users);
      for (const category of CATEGORIES) {
        const named = population.users.filter((user) => user.category === category);
        assert.equal(named.length, population.counts[category]);
        assert.ok(named.length > 0, category);
      }
    }
  });

  it('makes keys of the ages that the category says', () => {
    const world = emptyWorld();
    const { users } = populate(world, ACCOUNT, { users: 200, seed: 1 });
    const dueMs = world.clock.nowMs() - 90 * DAY_MS;
    for (const { name, category } of users) {
      const { keys, createDate } = world.user(ACCOUNT, name);
      const active = keys.filter((key) => key.status === 'Active');
      const due = active.filter((key) => +key.createDate < dueMs);
      const isDue = !['young', 'inactiveOnly', 'noKeys'].includes(category);
      assert.equal(due.length, isDue ? 1 : 0, `${category} ${name}`);
      assert.equal(active.length === 2, category === 'twoActive');
      assert.equal(keys.length === 0, category === 'noKeys');
      for (const key of keys) {
        assert.ok(key.createDate >= createDate, `${name} is older than its keys`);
        assert.ok(
          key.uses.every((use) => use.at > key.createDate),
          `${category} ${name}`,
        );
      }
    }
  });

  it('takes exact counts', () => {
    const options = { users: 60, seed: 1, counts: { due: 9, noKeys: 3 } };
    const { counts } = populate(emptyWorld(), ACCOUNT, options);
    assert.equal(counts.due, 9);
    assert.equal(counts.noKeys, 3);
    assert.equal(counts.young, 48);
    assert.throws(
      () => populate(emptyWorld(), ACCOUNT, { users: 2, seed: 1, counts: { due: 3 } }),
      RangeError,
    );
  });
});
