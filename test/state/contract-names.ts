// What every store promises of names: of users, and of keys that are known by their dates.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { INTENDED, ROTATED, recorded, type Subject } from './subject.ts';
import { ACCOUNT, NEW_KEY, OLD_KEY } from './support.ts';

const DAY_1 = new Date('2026-01-01');
const DAY_2 = new Date('2026-01-02');
const DAY_3 = new Date('2026-01-03');
const KEY = { id: NEW_KEY, status: 'Inactive', createdAt: DAY_1 } as const;

export function namesUsersAndKeys({ medium }: Subject): void {
  it('names everybody with records, in the spelling last seen', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write');
    await recorded(state, { user: 'alice' }, ROTATED);
    await recorded(state, { user: 'bob' }, [INTENDED]);
    await state.exclusively('Alice', (log) => log.recordKey({ type: 'deleted', keyId: OLD_KEY }));
    const reader = await store('run-2').open(ACCOUNT, 'read');
    for (const each of [state, reader]) {
      assert.deepEqual((await each.users()).toSorted(), ['Alice', 'bob']);
    }
  });

  it('knows the Active keys of the latest report, and forgets those that it does not show', async (test) => {
    const { store } = await medium(test);
    const { sightings } = await store('run-1').open(ACCOUNT, 'write');
    assert.equal(sightings.lastReport(), undefined);
    await sightings.remember([{ at: DAY_3, keyIds: [NEW_KEY] }]);
    assert.equal(sightings.lastReport(), undefined, 'a list of one user is no report');
    const slots = ['Ada', 'bob'].map((user) => ({ user, createdAt: DAY_1 }));
    await sightings.remember([{ at: DAY_2, slots }]);
    await sightings.remember([{ at: DAY_3, slots: slots.slice(0, 1) }]);
    const later = (await store('run-2').open(ACCOUNT, 'read')).sightings;
    for (const each of [sightings, later]) {
      const seen = each.lastReport();
      assert.deepEqual(seen?.at, DAY_3);
      assert.deepEqual(
        seen?.slots.map(({ user, createdAt }) => [user, createdAt]),
        [['ada', DAY_1]],
      );
    }
  });

  it('knows the ID of a key that was seen Inactive by its user and date, unless two have it', async (test) => {
    const { store } = await medium(test);
    const { sightings } = await store('run-1').open(ACCOUNT, 'write');
    const other = { ...KEY, id: OLD_KEY };
    assert.equal(sightings.inactiveKeyOf('Ada', DAY_1), undefined);
    await sightings.remember([{ at: DAY_2, inactive: [{ user: 'Ada', key: KEY, keys: [KEY] }] }]);
    const later = (await store('run-2').open(ACCOUNT, 'read')).sightings;
    for (const each of [sightings, later]) {
      assert.equal(each.inactiveKeyOf('ada', DAY_1), NEW_KEY);
      assert.equal(each.inactiveKeyOf('ada', DAY_2), undefined);
      assert.equal(each.inactiveKeyOf('bob', DAY_1), undefined);
    }
    const both = [KEY, other];
    await sightings.remember([{ at: DAY_3, inactive: [{ user: 'Ada', key: other, keys: both }] }]);
    assert.equal(sightings.inactiveKeyOf('ada', DAY_1), undefined);
  });
}
