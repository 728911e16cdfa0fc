import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TokenBuckets } from './throttle.ts';

describe('token buckets', () => {
  it('hold the burst, refill at the rate and never overflow', () => {
    let nowMs = 0;
    const buckets = new TokenBuckets(() => nowMs);
    const rate = { perSecond: 10, burst: 3 };
    const takeUntilEmpty = (): number => {
      let taken = 0;
      while (buckets.take('a', 'iam', rate)) taken += 1;
      return taken;
    };
    assert.equal(takeUntilEmpty(), 3);
    nowMs += 200;
    assert.equal(takeUntilEmpty(), 2);
    nowMs += 50;
    assert.equal(takeUntilEmpty(), 0);
    nowMs += 50;
    assert.equal(takeUntilEmpty(), 1);
    nowMs += 60_000;
    assert.equal(takeUntilEmpty(), 3);
  });

  it('are one per account and service, and none without a rate', () => {
    const buckets = new TokenBuckets(() => 0);
    const rate = { perSecond: 1, burst: 1 };
    assert.equal(buckets.take('a', 'iam', rate), true);
    assert.equal(buckets.take('a', 'iam', rate), false);
    assert.equal(buckets.take('b', 'iam', rate), true);
    assert.equal(buckets.take('a', 'sts', rate), true);
    assert.equal(buckets.take('a', 'iam', undefined), true);
  });
});
