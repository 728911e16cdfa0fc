import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLimiter } from './limiter.ts';

describe('the limiter', () => {
  it('hands places out in the order of asking, and never more than there are', async () => {
    const limiter = createLimiter(2);
    const order: number[] = [];
    const places = [await limiter.acquire(), await limiter.acquire()];
    const waiting = [3, 4, 5].map(async (number) => {
      const giveBack = await limiter.acquire();
      order.push(number);
      return giveBack;
    });
    await Promise.resolve();
    assert.deepEqual(order, []);
    for (const giveBack of places) giveBack();
    const [third] = await Promise.all(waiting.slice(0, 2));
    assert.deepEqual(order, [3, 4]);
    third?.();
    await waiting[2];
    assert.deepEqual(order, [3, 4, 5]);
  });

  it('counts a place that is given back twice once', async () => {
    const limiter = createLimiter(1);
    const giveBack = await limiter.acquire();
    giveBack();
    giveBack();
    await limiter.acquire();
    const stop = new AbortController();
    const second = limiter.acquire(stop.signal);
    stop.abort();
    await assert.rejects(second, { name: 'AbortError' });
  });

  it('lets a waiting call go when it is aborted, and loses no place by it', async () => {
    const limiter = createLimiter(1);
    const giveBack = await limiter.acquire();
    const stop = new AbortController();
    const aborted = limiter.acquire(stop.signal);
    const next = limiter.acquire();
    stop.abort('SIGINT');
    await assert.rejects(aborted, { name: 'AbortError' });
    await assert.rejects(limiter.acquire(stop.signal), { name: 'AbortError' });
    giveBack();
    (await next)();
    (await limiter.acquire())();
  });

  it('refuses a limit that would let nothing through', () => {
    for (const limit of [0, -1, 1.5, Number.NaN]) {
      assert.throws(() => createLimiter(limit), /limit of at least 1/);
    }
  });
});
