import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MS_PER_DAY } from '../base/clock.ts';
import { joinedHistories, NEVER_LOOKED, type UseHistory, withLook } from './use-history.ts';

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

describe('on which days a key was used', () => {
  it('days in a row are one stretch, and a day that is seen again adds nothing', () => {
    const known = looked([0, 0], [1, 1], [2, 1], [3, 3], [4, 4]);
    assert.deepEqual(stretches(known), [
      ['01-01', '01-02'],
      ['01-04', '01-05'],
    ]);
  });

  it('a key that was never used has no days, and was looked at all the same', () => {
    const known = looked([0, 'never'], [9, 'never']);
    assert.deepEqual(stretches(known), []);
    assert.deepEqual([known.lookedFrom, known.lookedTo], [day(0), day(9)]);
  });

  it('after a break of more than 35 days the looks begin anew, and the days stay', () => {
    assert.deepEqual(looked([0, 0], [35, 20]).lookedFrom, day(0));
    const broken = looked([0, 0], [36, 20]);
    assert.deepEqual(broken.lookedFrom, day(36));
    assert.deepEqual(stretches(broken), [
      ['01-01', '01-01'],
      ['01-21', '01-21'],
    ]);
  });

  it('a look that is older than the last one adds its day, and turns no time back', () => {
    const known = looked([10, 9], [4, 3]);
    assert.deepEqual([known.lookedFrom, known.lookedTo], [day(10), day(10)]);
    assert.deepEqual(stretches(known).length, 2);
  });

  it('what two processes know is joined, whoever saves first', () => {
    const [one, other] = [looked([0, 0], [1, 1]), looked([2, 2], [3, 3])];
    const joined = joinedHistories(one, other);
    assert.deepEqual(joined, joinedHistories(other, one));
    assert.deepEqual(stretches(joined), [['01-01', '01-04']]);
    assert.deepEqual([joined.lookedFrom, joined.lookedTo], [day(2), day(3)]);
    assert.deepEqual(joinedHistories(one, NEVER_LOOKED), one);
  });

  it('a key that is used every other day for years does not grow without bounds', () => {
    let known = NEVER_LOOKED;
    for (let at = 0; at < 1000; at += 2) {
      known = withLook(known, { at: day(at), lastUse: { used: 'at', at: day(at) } });
    }
    assert.equal(known.stretches.length, 90);
    assert.deepEqual(known.stretches.at(-1)?.to.toISOString().slice(0, 10), '2028-09-25');
  });
});
