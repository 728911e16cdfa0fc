// What is as large as it may be, on a DynamoDB that nobody here wrote: a journal of thousands of records, which is
// read page by page, and a record that fills an item.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openingOf, openState } from '../../src/app/open-state.ts';
import { systemClock } from '../../src/base/clock.ts';
import { Memory } from '../../src/state/memory/memory.ts';
import { MemoryStore } from '../../src/state/memory/memory-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';
import { makeState } from '../../src/state/stores.ts';
import { transferAccount } from '../../src/state/transfer.ts';
import { manyRotations } from '../state/many-records.ts';
import { INTENDED, stepsOf } from '../state/subject.ts';
import { ACCOUNT, settableClock } from '../state/support.ts';
import { type Ministack, skipsSlowly, startMinistack } from './ministack.ts';

const ROTATIONS = 250;
const skip = skipsSlowly();

describe('the limits of an item and of a page', { skip }, () => {
  let server: Ministack;
  let store: StateStore;
  before(async () => {
    server = await startMinistack();
    const reach = { clock: systemClock, env: server.env };
    await makeState('dynamodb:keyturn', openingOf(reach));
    store = await openState('dynamodb:keyturn', reach);
  });
  after(() => server?.stop());

  it('a journal of thousands of records is read whole, goes on, and is shortened', async (test) => {
    const clock = settableClock();
    const full = new MemoryStore({ clock, run: 'r', memory: new Memory() });
    await (await full.open(ACCOUNT, 'write')).exclusively('alice', async (log) => {
      for (const { at, rotation, step } of manyRotations({ user: 'alice', rotations: ROTATIONS })) {
        clock.set(at);
        if (rotation === null) await log.recordKey(step);
        else await log.record(rotation, step);
      }
    });
    const { records: count } = await transferAccount(ACCOUNT, {
      from: full,
      to: store,
      clock: systemClock,
    });
    assert.ok(count > 2_000, `${count} records`);
    const state = await store.open(ACCOUNT, 'write');
    assert.equal((await state.history('alice')).records.length, count);
    await state.exclusively('alice', (log) => log.record('one more', INTENDED));
    assert.equal((await stepsOf(state)).length, count + 1);
    const { before, after } = await store.compact(ACCOUNT);
    test.diagnostic(`${before} records, ${after} after compaction`);
    assert.equal(before, count + 1);
    assert.ok(after < 100);
    await state.exclusively('alice', async ({ history }) => {
      assert.equal(history.records.length, after);
    });
  });

  it('a record that fills an item is kept, and one that fits into none is refused in words', async () => {
    const state = await store.open(ACCOUNT, 'write');
    const withPlace = (length: number) =>
      ({ ...INTENDED, target: { kind: 'handoff', place: 'x'.repeat(length) } }) as typeof INTENDED;
    await state.exclusively('bob', async (log) => {
      await log.record('r1', withPlace(389_000));
      await assert.rejects(log.record('r2', withPlace(400_000)), {
        code: 'journal-write',
        message: /a record of user bob has \d+ bytes, and an item of DynamoDB takes 390000/,
      });
    });
    assert.deepEqual(await stepsOf(state, 'bob'), ['intended']);
  });
});
