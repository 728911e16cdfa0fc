import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SignerAnswer } from '../aws/gateway.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { Probes } from './probes.ts';

const YES: SignerAnswer = { kind: 'accepted', account: '123456789012', arn: 'arn' };

/** Time passes only while somebody sleeps. */
function jumpingClock(): Clock {
  let nowMs = 0;
  return {
    now: () => new Date(nowMs),
    sleep: async (ms) => {
      nowMs += ms;
    },
  };
}

describe('asking AWS about many new keys', () => {
  it('asks about eight at a time, and about the oldest first', async () => {
    const probes = new Probes(jumpingClock());
    const order: number[] = [];
    let underWay = 0;
    let most = 0;
    const release: (() => void)[] = [];
    const ask = (sinceMs: number) =>
      probes.ask(sinceMs, async () => {
        order.push(sinceMs);
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise<void>((resolve) => release.push(resolve));
        underWay -= 1;
        return YES;
      });
    const all = Array.from({ length: 20 }, (_, index) => ask(100 - index));
    let answered = 0;
    void Promise.all(all).then(() => {
      answered = 20;
    });
    while (answered < 20) {
      await systemClock.sleep(1);
      for (const go of release.splice(0)) go();
    }
    assert.equal(most, 8);
    // The first came when nobody else had asked; after that, who has waited longest.
    const queued = order.slice(8);
    assert.deepEqual(
      queued,
      queued.toSorted((a, b) => a - b),
    );
  });

  it('leaves a place free again when a question fails', async () => {
    const probes = new Probes(jumpingClock());
    for (let count = 0; count < 20; count += 1) {
      await assert.rejects(probes.ask(0, () => Promise.reject(new RangeError('broken'))));
    }
    assert.equal(await probes.ask(0, async () => YES), YES);
  });

  it('asks less often while answers are unclear, and as often as before when they are not', async () => {
    const clock = jumpingClock();
    const probes = new Probes(clock);
    const timeFor = async (answer: SignerAnswer) => {
      const startedMs = clock.now().getTime();
      for (let count = 0; count < 100; count += 1) await probes.ask(0, async () => answer);
      return clock.now().getTime() - startedMs;
    };
    await timeFor(YES);
    const before = await timeFor(YES);
    const unclear = await timeFor({ kind: 'unclear', reason: 'throttled' });
    assert.ok(unclear > 20 * before, `${unclear} ms after ${before} ms`);
    await timeFor(YES);
    assert.equal(await timeFor(YES), before);
  });

  it('three denials in a row, and no acceptance between: all keys are denied', async () => {
    const probes = new Probes(jumpingClock());
    const denied: SignerAnswer = { kind: 'denied', reason: 'AccessDenied', hint: '' };
    const hear = async (...answers: readonly SignerAnswer[]) => {
      for (const answer of answers) await probes.ask(0, async () => answer);
      return probes.areDenied;
    };
    assert.equal(await hear(denied, denied, YES, denied, denied), false);
    assert.equal(await hear({ kind: 'not-yet' }, denied), true);
  });

  it('learns from the keys of the run when to ask first, within bounds', () => {
    const probes = new Probes(jumpingClock());
    assert.equal(probes.firstPauseMs(1_000), 1_000);
    for (const tookMs of [2_000, 2_100, 90_000]) probes.learn(tookMs);
    assert.equal(probes.firstPauseMs(1_000), 2_100 * 0.9);
    for (let count = 0; count < 15; count += 1) probes.learn(90_000);
    assert.equal(probes.firstPauseMs(1_000), 15_000);
    for (let count = 0; count < 15; count += 1) probes.learn(0);
    assert.equal(probes.firstPauseMs(1_000), 300);
  });
});
