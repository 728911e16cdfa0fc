// What every store of state promises about what runs saw of keys: when each was Active, since when it is
// Inactive, and on which days it was used.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { NEVER_LOOKED } from '../../src/lifecycle/use-history.ts';
import type { Subject } from './subject.ts';
import { ACCOUNT, NEW_KEY, OLD_KEY } from './support.ts';

export function remembersSightings(subject: Subject): void {
  tellsWhenKeysWereActive(subject);
  sharesWhatItSaw(subject);
  remembersUses(subject);
}

function tellsWhenKeysWereActive({ medium }: Subject): void {
  const [day1, day2, day3] = ['2026-01-01', '2026-01-02', '2026-01-03'].map((day) => new Date(day));
  assert.ok(day1 && day2 && day3);
  const key = { id: NEW_KEY, status: 'Inactive', createdAt: day1 } as const;

  it('I5: a key was last seen Active by its ID, or by its user and date', async (test) => {
    const { store } = await medium(test);
    const { sightings } = await store('run-1').open(ACCOUNT, 'write');
    assert.equal(sightings.lastActive('Ada', key, [key]), undefined);
    await sightings.remember([{ at: day2, slots: [{ user: 'Ada', createdAt: day1 }] }]);
    assert.deepEqual(sightings.lastActive('ADA', key, [key]), day2);
    // The user may have been called so then: who is somebody else is held for longer, never for less time.
    assert.deepEqual(sightings.lastActive('ada.lovelace', key, [key]), day2);
    const younger = { ...key, createdAt: day3 };
    assert.equal(sightings.lastActive('Ada', younger, [younger]), undefined);
    await sightings.remember([{ at: day3, keyIds: [NEW_KEY] }]);
    assert.deepEqual(sightings.lastActive('Ada', key, [key]), day3);
    assert.deepEqual(sightings.lastActive('ada.lovelace', key, [key]), day3);
  });

  it('I5: a report that shows a held key Active under the latest name of its user ends that hold', async (test) => {
    const { store } = await medium(test);
    const seenAs = async (run: string, user: string, at: Date) => {
      const { sightings } = await store(run).open(ACCOUNT, 'write');
      await sightings.remember([{ at, inactive: [{ user, key, keys: [key] }] }]);
      return sightings;
    };
    const at = (day: number) => new Date(Date.UTC(2026, 1, day));
    await seenAs('run-1', 'ada', at(1));
    assert.deepEqual((await seenAs('run-2', 'grace', at(2))).inactiveSince(key.id), at(1));
    const reader = (await store('run-3').open(ACCOUNT, 'write')).sightings;
    await reader.remember([{ at: at(3), slots: [{ user: 'grace', createdAt: day1 }] }]);
    // Made Inactive again since, and called otherwise by then.
    assert.deepEqual((await seenAs('run-4', 'edsger', at(4))).inactiveSince(key.id), at(4));
  });

  it('I5, I12: a hold that a doubt began anew is not what it was once that is saved', async (test) => {
    const { store } = await medium(test);
    const user = 'ada';
    const other = { id: OLD_KEY, status: 'Active', createdAt: day2 } as const;
    const first = (await store('run-1').open(ACCOUNT, 'write')).sightings;
    await first.remember([{ at: day2, inactive: [{ user, key, keys: [key, other] }] }]);
    await first.remember([{ at: day3, slots: [{ user, createdAt: day2 }] }]);
    assert.deepEqual(first.inactiveSince(key.id), day2);
    // The other key is gone, so its date may have been that of this key's last change.
    const later = new Date('2026-02-01');
    const seen = [{ at: later, inactive: [{ user, key, keys: [key] }] }];
    for (const access of ['read', 'write', 'read'] as const) {
      const { sightings } = await store('run-2').open(ACCOUNT, access);
      await sightings.remember(seen);
      await sightings.refresh();
      assert.deepEqual(sightings.inactiveSince(key.id), later, access);
    }
  });
}

function sharesWhatItSaw({ medium }: Subject): void {
  const [day1, day2, day3] = ['2026-01-01', '2026-01-02', '2026-01-03'].map((day) => new Date(day));
  assert.ok(day1 && day2 && day3);
  const key = { id: NEW_KEY, status: 'Inactive', createdAt: day1 } as const;

  it('I5: a sighting only moves forward, whoever remembers last, and none is lost', async (test) => {
    const { store } = await medium(test);
    const one = (await store('run-1').open(ACCOUNT, 'write')).sightings;
    const two = (await store('run-2').open(ACCOUNT, 'write')).sightings;
    const old = { ...key, id: OLD_KEY };
    await Promise.all([
      one.remember([{ at: day3, keyIds: [OLD_KEY] }]),
      two.remember([{ at: day2, keyIds: [OLD_KEY, NEW_KEY] }]),
    ]);
    await one.remember([{ at: day1, keyIds: [OLD_KEY, NEW_KEY] }]);
    const later = (await store('run-3').open(ACCOUNT, 'read')).sightings;
    for (const sightings of [one, later]) {
      assert.deepEqual(sightings.lastActive('ada', old, [old]), day3);
      assert.deepEqual(sightings.lastActive('ada', key, [key]), day2);
    }
    await two.refresh();
    assert.deepEqual(two.lastActive('ada', old, [old]), day3);
  });

  it('I5: each refresh learns what another one has remembered since', async (test) => {
    const { store } = await medium(test);
    const one = (await store('run-1').open(ACCOUNT, 'write')).sightings;
    const two = (await store('run-2').open(ACCOUNT, 'read')).sightings;
    for (const at of [day1, day2, day3]) {
      await one.remember([{ at, keyIds: [NEW_KEY] }]);
      await two.refresh();
      assert.deepEqual(two.lastActive('ada', key, [key]), at);
    }
  });
}

function remembersUses({ medium }: Subject): void {
  const day = (number: number) => new Date(Date.UTC(2026, 0, number));
  const used = (number: number, at: number) => ({
    at: day(at),
    used: [{ user: 'Ada', createdAt: day(1), lastUse: { used: 'at', at: day(number) } as const }],
  });

  it('I15: on which days a key was used, whoever looked, under any spelling of the user', async (test) => {
    const { store } = await medium(test);
    const one = (await store('run-1').open(ACCOUNT, 'write')).sightings;
    const key = { createdAt: day(1) };
    assert.deepEqual(one.usesOf('Ada', key), NEVER_LOOKED);
    await one.remember([used(2, 2)]);
    const two = (await store('run-2').open(ACCOUNT, 'write')).sightings;
    await two.remember([used(9, 20)]);
    await two.remember([used(30, 30)]);
    await one.refresh();
    const later = (await store('run-3').open(ACCOUNT, 'read')).sightings;
    for (const sightings of [one, two, later]) {
      const { lookedFrom, lookedTo, stretches } = sightings.usesOf('ADA', key);
      assert.deepEqual([lookedFrom, lookedTo], [day(2), day(30)]);
      assert.deepEqual(stretches, [
        { from: day(2), to: day(9) },
        { from: day(30), to: day(30) },
      ]);
    }
    // Nobody has looked at his, and his may be Ada's name of today: how far apart her uses were counts for him too.
    const { stretches } = later.usesOf('ada', key);
    assert.deepEqual(later.usesOf('bob', key), { ...NEVER_LOOKED, stretches });
    assert.deepEqual(later.usesOf('ada', { createdAt: day(2) }), NEVER_LOOKED);
  });

  it('I12: what was seen by one who only reads is forgotten', async (test) => {
    const { store } = await medium(test);
    await store('run-1').open(ACCOUNT, 'write');
    const reader = (await store('run-2').open(ACCOUNT, 'read')).sightings;
    await reader.remember([used(2, 2)]);
    assert.equal(reader.usesOf('ada', { createdAt: day(1) }).stretches.length, 1);
    const later = (await store('run-3').open(ACCOUNT, 'read')).sightings;
    assert.deepEqual(later.usesOf('ada', { createdAt: day(1) }), NEVER_LOOKED);
  });
}
