import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { onAbort } from './on-abort.ts';

describe('what waits for a signal', () => {
  it('is called once, in the order in which it came, and not once it was taken back', () => {
    const stop = new AbortController();
    const called: string[] = [];
    const act = (name: string) => () => void called.push(name);
    onAbort(stop.signal, act('first'));
    const takeBack = onAbort(stop.signal, act('second'));
    onAbort(stop.signal, act('third'));
    takeBack();
    stop.abort();
    stop.abort();
    assert.deepEqual(called, ['first', 'third']);
  });

  it('counts each time, also for one and the same function', () => {
    const stop = new AbortController();
    let calls = 0;
    const act = () => {
      calls += 1;
    };
    const takeBack = onAbort(stop.signal, act);
    onAbort(stop.signal, act);
    takeBack();
    takeBack();
    stop.abort();
    assert.equal(calls, 1);
  });

  it('shares one listener, which goes with the last of them', () => {
    const { signal } = new AbortController();
    const listeners = () => getEventListeners(signal, 'abort').length;
    for (let round = 0; round < 2; round += 1) {
      const takenBack = [1, 2, 3].map(() => onAbort(signal, assert.fail));
      assert.equal(listeners(), 1);
      for (const takeBack of takenBack) takeBack();
      assert.equal(listeners(), 0);
    }
  });

  it('never comes where there is no signal', () => {
    onAbort(undefined, assert.fail)();
  });
});
