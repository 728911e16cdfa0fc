import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock } from '../base/clock.ts';
import { Pacer } from './pacer.ts';

/** Time that jumps to the next sleeper once nothing else is left to do. */
class JumpingClock implements Clock {
  #nowMs = 0;
  #sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  sleep(durationMs: number): Promise<void> {
    return new Promise((wake) => {
      this.#sleepers.push({ atMs: this.#nowMs + durationMs, wake });
    });
  }

  async runUntilDone(work: Promise<unknown>): Promise<void> {
    let isDone = false;
    void work.then(() => {
      isDone = true;
    });
    while (!isDone) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.#sleepers.toSorted((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) continue;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
    }
  }
}

interface Account {
  perSecond: number;
  readonly burst: number;
  readonly latencyMs: number;
}

/** What a client of the account goes through, and how AWS's bucket took it. */
class Caller {
  readonly clock = new JumpingClock();
  readonly pacer = new Pacer(this.clock);
  refusals = 0;
  mostRefusalsOfOneCall = 0;
  readonly #account: Account;
  #tokens: number;
  #filledAtMs = 0;

  constructor(account: Account) {
    this.#account = account;
    this.#tokens = account.burst;
  }

  async call(): Promise<void> {
    let refused = 0;
    for (let isRepeat = false; ; isRepeat = true) {
      await this.pacer.turn(isRepeat);
      await this.clock.sleep(this.#account.latencyMs);
      if (this.#takeToken()) break;
      this.pacer.refused();
      refused += 1;
    }
    this.pacer.accepted();
    this.refusals += refused;
    this.mostRefusalsOfOneCall = Math.max(this.mostRefusalsOfOneCall, refused);
  }

  /** Makes calls, so many at a time; resolves with the seconds that they took. */
  async calls(count: number, parallel: number): Promise<number> {
    const startedMs = this.clock.nowMs;
    let left = count;
    const worker = async () => {
      while (left > 0) {
        left -= 1;
        await this.call();
      }
    };
    await this.clock.runUntilDone(Promise.all(Array.from({ length: parallel }, worker)));
    return (this.clock.nowMs - startedMs) / 1_000;
  }

  #takeToken(): boolean {
    const { perSecond, burst } = this.#account;
    const gained = ((this.clock.nowMs - this.#filledAtMs) / 1_000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + gained);
    this.#filledAtMs = this.clock.nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

describe('the pace of calls', () => {
  it('is not held back while AWS refuses nothing', async () => {
    const caller = new Caller({ perSecond: 1_000, burst: 10_000, latencyMs: 100 });
    assert.equal(await caller.calls(1_600, 16), 10);
    assert.equal(caller.refusals, 0);
  });

  for (const [perSecond, burst, count] of [
    [20, 40, 400],
    [5, 10, 150],
    [50, 100, 1_500],
    [2, 1, 60],
  ] as const) {
    it(`comes close to a bucket of ${perSecond} a second, ${burst} at once`, async () => {
      const caller = new Caller({ perSecond, burst, latencyMs: 30 });
      const ideal = (count - burst) / perSecond;
      const seconds = await caller.calls(count, 16);
      assert.ok(seconds < ideal * 1.2 + 2, `${seconds} s instead of ${ideal} s`);
      assert.ok(caller.refusals < count * 0.25 + 20, `${caller.refusals} refusals`);
    });
  }

  it('serves in turn: no call is refused again and again while others pass', async () => {
    const caller = new Caller({ perSecond: 5, burst: 5, latencyMs: 30 });
    await caller.calls(200, 32);
    assert.ok(caller.mostRefusalsOfOneCall <= 8, `${caller.mostRefusalsOfOneCall}`);
  });

  it('follows a rate that others take from, and that comes back', async () => {
    const account = { perSecond: 20, burst: 20, latencyMs: 30 };
    const caller = new Caller(account);
    await caller.calls(200, 16);
    account.perSecond = 4;
    assert.ok((await caller.calls(100, 16)) < 25 * 1.2 + 2);
    account.perSecond = 20;
    assert.ok((await caller.calls(400, 16)) < 60);
  });

  it('is not slowed down by a pause in which there was nothing to do', async () => {
    const caller = new Caller({ perSecond: 20, burst: 20, latencyMs: 30 });
    await caller.calls(200, 16);
    await caller.clock.runUntilDone(caller.clock.sleep(60_000));
    assert.ok((await caller.calls(100, 16)) < 4 * 1.1 + 2);
  });

  it('tells for how long AWS has refused everything', async () => {
    const { clock, pacer } = new Caller({ perSecond: 1, burst: 1, latencyMs: 1 });
    assert.equal(pacer.refusedForMs(), 0);
    pacer.refused();
    await clock.runUntilDone(clock.sleep(5_000));
    pacer.refused();
    assert.equal(pacer.refusedForMs(), 5_000);
    pacer.accepted();
    assert.equal(pacer.refusedForMs(), 0);
  });
});
