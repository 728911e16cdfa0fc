// I10 by exhaustion: the run dies before or after every change that it makes, on disk and in AWS, and
// the run that repairs it dies at every point too. The third run must always put things right.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ExecutorContext } from '../../src/executor/context.ts';
import { type Broken, type Workbench, workbench } from './workbench.ts';

/** Counts the points at which a run can die, and lets it die at one of them. */
class Mortal {
  #pointsLeft: number;
  #isDead = false;

  /** `Number.POSITIVE_INFINITY` for a run that lives. */
  constructor(dieAtPoint: number) {
    this.#pointsLeft = dieAtPoint;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  async change<T>(work: () => Promise<T>): Promise<T> {
    this.#point();
    const result = await work();
    this.#point();
    return result;
  }

  #point(): void {
    this.#pointsLeft -= 1;
    // The dead do nothing more, whatever the code would do after a failure.
    if (this.#pointsLeft <= 0) this.#isDead = true;
    if (this.#isDead) throw new RangeError('the process died');
  }
}

function dying(mortal: Mortal): Broken {
  return {
    state: (state) => ({
      ...state,
      journal: {
        append: (record) => mortal.change(() => state.journal.append(record)),
        recordsOf: (user) => state.journal.recordsOf(user),
        users: () => state.journal.users(),
      },
      handoff: {
        put: (entry) => mortal.change(() => state.handoff.put(entry)),
        get: (keyId) => state.handoff.get(keyId),
        remove: (keyId) => mortal.change(() => state.handoff.remove(keyId)),
        pathOf: (keyId) => state.handoff.pathOf(keyId),
        list: () => state.handoff.list(),
      },
    }),
    context: (context) => ({ ...context, gateway: mortalGateway(mortal, context.gateway) }),
  };
}

function mortalGateway(
  mortal: Mortal,
  gateway: ExecutorContext['gateway'],
): ExecutorContext['gateway'] {
  const { writer } = gateway;
  return {
    ...gateway,
    writer: {
      createAccessKey: (user) => mortal.change(() => writer.createAccessKey(user)),
      setStatus: (user, id, status) => mortal.change(() => writer.setStatus(user, id, status)),
      deleteAccessKey: (user, id) => mortal.change(() => writer.deleteAccessKey(user, id)),
    },
  };
}

const HOUR_MS = 3_600_000;

async function assertNotLockedOut(bench: Workbench, where: string): Promise<void> {
  if (bench.oldKey.status === 'Active' && !bench.oldKey.deleted) return;
  assert.equal(bench.oldKey.deleted, false, where);
  const present = bench.made().filter(({ deleted }) => !deleted);
  assert.equal(present.length, 1, where);
  assert.equal(present[0]?.status, 'Active', where);
  assert.equal(await bench.handedOff(present[0]?.id ?? ''), present[0]?.secret, where);
}

async function assertPutRight(bench: Workbench, where: string): Promise<void> {
  let outcome = await bench.run();
  if (outcome?.kind === 'failed' && outcome.error.code === 'use-not-shown-yet') {
    await assertNotLockedOut(bench, where);
    bench.clock.set(new Date(bench.clock.now().getTime() + 5 * HOUR_MS));
    outcome = await bench.run();
  }
  const why = outcome?.kind === 'failed' ? outcome.error.message : '';
  assert.notEqual(outcome?.kind, 'failed', `${where}: ${why}`);
  assert.equal(bench.oldKey.status, 'Inactive', where);
  await assertNotLockedOut(bench, where);
  const user = bench.sandbox.world.user('123456789012', 'alice');
  assert.equal(user.keys.length, 2, where);
}

it('I10: a run that dies at any point is put right by the next one', async (test) => {
  let point = 1;
  for (; ; point += 1) {
    const bench = await workbench(test);
    const mortal = new Mortal(point);
    await bench.run(dying(mortal));
    if (!mortal.isDead) break;
    await assertNotLockedOut(bench, `died at point ${point}`);
    await assertPutRight(bench, `died at point ${point}`);
    assert.ok(bench.made().length <= 2);
  }
  // 6 records, 1 hand-off file and 2 calls, each with a before and an after.
  assert.ok(point > 15, `only ${point} points were met`);
});

it('I10: a run that dies at any point, and the next one too, is put right by the third', async (test) => {
  let pairs = 0;
  for (let first = 1, isFirstDead = true; isFirstDead; first += 1) {
    for (let second = 1, isSecondDead = true; isSecondDead; second += 1) {
      const where = `died at point ${first}, then at point ${second}`;
      const bench = await workbench(test);
      const one = new Mortal(first);
      await bench.run(dying(one));
      isFirstDead = one.isDead;
      if (!isFirstDead) break;
      const two = new Mortal(second);
      await bench.run(dying(two));
      isSecondDead = two.isDead;
      await assertNotLockedOut(bench, where);
      await assertPutRight(bench, where);
      pairs += 1;
    }
  }
  assert.ok(pairs > 100, `only ${pairs} pairs were tried`);
});
