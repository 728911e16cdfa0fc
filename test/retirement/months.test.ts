// I15 over months: workloads that read their places every twenty minutes are never refused, and every old
// key comes to its end.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { OldKeyFate } from '../../src/lifecycle/record.ts';
import { type Fleet, type Months, playMonths } from './months.ts';
import { faultsOf, inTables, lostEachTime } from './new-disk.ts';

const DAYS = 120;
const HOLD_DAYS = 30;

/** Services, hourly, daily, weekly and monthly jobs; all read every twenty minutes. */
const HABITS: Fleet['habits'] = ['5m', '20m', '1h', '1d', '7d', '30d'].map((calls) => ({
  reads: '20m',
  calls,
}));

const fleet = (oldKeyFate: OldKeyFate, days: number, habits = HABITS): Fleet => ({
  ...{ users: 300, due: 75, working: 54 },
  ...{ days, oldKeyFate, habits },
});

describe('120 days of daily runs over 300 users, 75 of them due, workloads on 54', () => {
  let months: Months;
  before(async () => {
    months = await playMonths(fleet('when-quiet', DAYS));
  });

  it('no call of any workload is refused, weekly and monthly jobs included', () => {
    assert.ok(months.calls > 100_000, `${months.calls} calls`);
    assert.equal(months.refused, 0);
    assert.deepEqual(months.failures, []);
  });

  it('every old key is Inactive within a day of its quiet time, and never before', () => {
    assert.equal(months.ends.length, 75);
    for (const { keyId, lastUsed, inactive, quietDays } of months.ends) {
      assert.ok(inactive !== undefined, `${keyId} is still Active`);
      // One that was idle before went at once; else it counts from the cut-over on the first day.
      const from = quietDays === undefined ? 0 : Math.max(lastUsed ?? 0, 0) + quietDays;
      assert.ok(inactive >= from, `${keyId} went on day ${inactive}, not before ${from}`);
      assert.ok(inactive <= from + 1.5, `${keyId} went on day ${inactive}, ${from} was due`);
    }
  });

  it('and is deleted once its hold is over', () => {
    for (const { keyId, inactive = 0, deleted } of months.ends) {
      assert.ok(deleted !== undefined, `${keyId} was not deleted`);
      assert.ok(deleted >= inactive + HOLD_DAYS && deleted <= inactive + HOLD_DAYS + 1.5, keyId);
    }
  });
});

/** Seldom, so that it is quick; `npm run test:ministack` has it daily, for 120 days. */
describe('a runner whose disk is new each time', () => {
  const small: Fleet = {
    ...fleet('when-quiet', 76),
    ...{ users: 8, due: 4, working: 3, everyDays: 4 },
  };

  it('with state in tables no call is refused, and every old key ends in time', async () => {
    const months = await playMonths({ ...small, stateIn: (sandbox) => inTables(sandbox) });
    assert.deepEqual(faultsOf(months, small), []);
  });

  it('control: with state that is lost each time old keys stay for ever', async () => {
    const months = await playMonths({ ...small, stateIn: lostEachTime });
    assert.ok(faultsOf(months, small).length > 0, 'so the other test shows something');
  });
});

describe('the same, cut off at once', () => {
  it('with --retire now the workloads are refused until they read again', async () => {
    const { refused, failures } = await playMonths(fleet('deactivate', 2));
    assert.deepEqual(failures, []);
    assert.ok(refused > 0, 'nobody was refused, so the other test shows nothing');
  });
});

describe('a workload that never reads its place again', () => {
  it('is never cut off: its key stays Active for as long as it is used', async () => {
    const habits = [{ reads: 'never', calls: '1d' }];
    const months = await playMonths({
      ...fleet('when-quiet', 60, habits),
      users: 4,
      due: 2,
      working: 1,
    });
    assert.equal(months.refused, 0);
    assert.deepEqual(months.failures, []);
    const [used] = months.ends.filter(({ user }) => user === 'user-0');
    assert.deepEqual([used?.inactive, used?.deleted], [undefined, undefined]);
  });
});
