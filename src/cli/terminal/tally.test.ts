import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../../base/access-key-id.ts';
import { duration, standingText, Tally } from './tally.ts';

function tallyAt() {
  const time = { ms: 0 };
  const tally = new Tally(() => time.ms);
  const read = (usersRead: number) =>
    tally.update({ code: 'inventory-progress', usersSeen: 400, usersRead, complete: false });
  return { time, tally, read };
}

describe('how far a run is', () => {
  it('is not known before the first phase, and other events say nothing', () => {
    const { tally } = tallyAt();
    assert.equal(tally.standing(), undefined);
    assert.equal(tally.update({ code: 'run-stopping', reason: 'a' }), false);
  });

  it('has a rate of the last seconds, and the time that is left at the average so far', () => {
    const { time, tally, read } = tallyAt();
    for (let second = 0; second <= 20; second += 1) {
      time.ms = second * 1_000;
      read(second <= 10 ? second : 10 + (second - 10) * 19);
    }
    const standing = tally.standing();
    assert.equal(Math.round(standing?.perSecond ?? 0), 19);
    assert.equal(standing?.done, 200);
    assert.equal(standing?.secondsLeft, 20);
    assert.equal(standing && standingText(standing), ', 19/s, about 20 s left');
    assert.equal(standing && standingText(standing, 10), ', 19/s');
  });

  it('says nothing about what is left while there is little to judge by', () => {
    const { time, tally, read } = tallyAt();
    read(0);
    time.ms = 500;
    read(20);
    assert.equal(tally.standing()?.secondsLeft, undefined);
  });

  it('knows of throttling for some seconds, and of keys that are waited for', () => {
    const { time, tally, read } = tallyAt();
    read(0);
    const newKeyId = accessKeyId('AKIAI44QH8DHBEXAMPLE');
    tally.update({ code: 'call-throttled', operation: 'ListAccessKeys', attempt: 1 });
    tally.update({ code: 'key-created', user: 'svc-a', newKeyId, by: 'rotation', why: 'due' });
    const text = () => {
      const standing = tally.standing();
      return standing && standingText(standing);
    };
    assert.equal(text(), ', throttled, waiting for 1 new');
    time.ms = 6_000;
    tally.update({ code: 'key-verified', user: 'svc-a', newKeyId, checks: 3 });
    assert.equal(text(), '');
  });

  it('starts anew with each phase', () => {
    const { time, tally, read } = tallyAt();
    tally.update({ code: 'report-progress', waitedMs: 0 });
    time.ms = 3_000;
    assert.equal(tally.standing()?.elapsedMs, 3_000);
    read(400);
    tally.update({ code: 'inventory-done', users: 400, keys: 400, due: 4, candidates: 4 });
    assert.deepEqual(
      [tally.standing()?.phase, tally.standing()?.perSecond, tally.standing()?.elapsedMs],
      ['rotating', 0, 0],
    );
  });

  it('tells durations in words that fit them', () => {
    assert.deepEqual([45, 720, 11_100].map(duration), ['45 s', '12 min', '3 h 5 min']);
  });
});
