import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY } from '../base/clock.ts';
import {
  gapsOf,
  joinedHistories,
  lastSeenUse,
  NEVER_LOOKED,
  type UseHistory,
  withFormerNames,
  withLook,
} from './use-history.ts';

const START = Date.UTC(2026, 0, 1, 6);
const day = (number: number, hour = 0) => new Date(START + number * MS_PER_DAY + hour * 3_600_000);

/** A look on each of the days, which shows the use of the day named beside it. */
function looked(...looks: readonly (readonly [at: number, used: number | 'never'])[]): UseHistory {
  return looks.reduce(
    (known, [at, used]) =>
      withLook(known, {
        at: day(at),
        lastUse: used === 'never' ? { used } : { used: 'at', at: day(used) },
      }),
    NEVER_LOOKED,
  );
}

const stretches = ({ stretches: all }: UseHistory) =>
  all.map(({ from, to }) => [from, to].map((time) => time.toISOString().slice(5, 10)));

describe('when a key was used, as far as runs have looked', () => {
  it('steady use is one stretch, however seldom somebody looks', () => {
    assert.deepEqual(stretches(looked([0, 0], [1, 1], [2, 2])), [['01-01', '01-03']]);
    assert.deepEqual(stretches(looked([0, 0], [7, 7], [14, 12])), [['01-01', '01-13']]);
    assert.deepEqual(stretches(looked([0, -1], [30, 29])), [['12-31', '01-30']]);
  });

  it('a silence that a look showed parts two stretches', () => {
    assert.deepEqual(stretches(looked([0, 0], [5, 0], [8, 7])), [
      ['01-01', '01-01'],
      ['01-08', '01-08'],
    ]);
    // Of three days and less nothing follows.
    assert.deepEqual(stretches(looked([0, 0], [3, 0], [8, 7])), [['01-01', '01-08']]);
  });

  it('a key that was never used has no days, and was looked at all the same', () => {
    const known = looked([0, 'never'], [9, 'never']);
    assert.deepEqual(stretches(known), []);
    assert.deepEqual([known.lookedFrom, known.lookedTo], [day(0), day(9)]);
  });

  it('after a break of more than 100 days the looks begin anew, and the days stay', () => {
    assert.deepEqual(looked([0, 0], [100, 20]).lookedFrom, day(0));
    const broken = looked([0, 0], [101, 20]);
    assert.deepEqual(broken.lookedFrom, day(101));
    assert.deepEqual(stretches(broken), [['01-01', '01-21']]);
  });

  it('a pause of more than three days is not looking closely', () => {
    assert.deepEqual(looked([0, 0], [3, 3], [6, 6]).closelyFrom, day(0));
    assert.deepEqual(looked([0, 0], [3, 3], [7, 7], [8, 8]).closelyFrom, day(7));
  });

  it('a look that is older than the last one tells nothing new', () => {
    assert.deepEqual(looked([10, 9], [4, 3]), looked([10, 9]));
  });

  it('what two processes know is joined, whoever saves first', () => {
    const [one, other] = [looked([0, 0], [1, 1]), looked([2, 2], [3, 3])];
    const joined = joinedHistories(one, other);
    assert.deepEqual(joined, joinedHistories(other, one));
    assert.deepEqual(stretches(joined), [['01-01', '01-04']]);
    assert.deepEqual([joined.lookedFrom, joined.lookedTo], [day(2), day(3)]);
    assert.deepEqual(joinedHistories(one, NEVER_LOOKED), one);
  });

  it('a job of many years does not grow without bounds', () => {
    let known = NEVER_LOOKED;
    for (let at = 0; at < 3000; at += 1) {
      const used = at - (at % 7);
      known = withLook(known, { at: day(at), lastUse: { used: 'at', at: day(used) } });
    }
    assert.equal(known.stretches.length, 120);
  });

  it('a renamed user has the days of the former names, one after the other', () => {
    const first = looked([0, 0], [10, 0], [20, 11]);
    const second = looked([30, 28], [40, 28]);
    const now = looked([50, 'never'], [60, 'never']);
    const whole = withFormerNames(now, [second, first]);
    assert.deepEqual(stretches(whole), [
      ['01-01', '01-01'],
      ['01-12', '01-12'],
      ['01-29', '01-29'],
    ]);
    assert.deepEqual([whole.lookedFrom, whole.lookedTo], [day(50), day(60)]);
  });

  it('a name that was looked at as late as this one is another key', () => {
    const now = looked([50, 50], [60, 50]);
    assert.equal(withFormerNames(now, [looked([0, 0], [55, 55])]), now);
    assert.equal(withFormerNames(NEVER_LOOKED, []), NEVER_LOOKED);
  });

  it('of a name that nobody has looked at yet, the former one tells how far apart uses were, and no more', () => {
    const former = looked([0, 0], [60, 0], [90, 89]);
    const renamed = withFormerNames(NEVER_LOOKED, [former]);
    assert.deepEqual(gapsOf(renamed), [89]);
    assert.equal(lastSeenUse(renamed), undefined);
    assert.deepEqual(
      [renamed.lookedFrom, renamed.closelyFrom, renamed.lookedTo],
      [undefined, undefined, undefined],
    );
  });

  it('another key fills no silence of this one, which was looked at before a long break too', () => {
    const busy = looked([0, 0], [40, 40], [90, 90]);
    const monthly = looked([0, 3], [60, 3], [180, 170]);
    assert.deepEqual(stretches(monthly), [
      ['01-04', '01-04'],
      ['06-20', '06-20'],
    ]);
    assert.deepEqual(stretches(withFormerNames(monthly, [busy])), [
      ['01-01', '01-04'],
      ['06-20', '06-20'],
    ]);
  });

  it('a name whose key is known to be another is none of its own', () => {
    const [one, other] = ['AKIAIOSFODNN7EXAMPLE', 'AKIAI44QH8DHBEXAMPLE'].map(accessKeyId);
    const former = looked([0, 0], [10, 3]);
    const now = looked([50, 'never']);
    const joins = (of: UseHistory, with_: UseHistory) =>
      withFormerNames(of, [with_]).stretches.length > 0;
    assert.equal(joins({ ...now, keyId: one }, { ...former, keyId: other }), false);
    assert.equal(joins({ ...now, keyId: one }, { ...former, keyId: one }), true);
    assert.equal(joins({ ...now, keyId: one }, former), true);
    assert.equal(joins(now, { ...former, keyId: other }), true);
  });

  it('of two names that were looked at side by side the one with the longest silence counts', () => {
    const busy = looked([0, 0], [20, 20], [40, 40]);
    const monthly = looked([0, 0], [20, 0], [41, 30]);
    const now = looked([50, 'never']);
    for (const names of [
      [busy, monthly],
      [monthly, busy],
    ]) {
      assert.deepEqual(stretches(withFormerNames(now, names)), stretches(monthly));
    }
  });
});
