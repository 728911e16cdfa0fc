// What every store promises of the whole of an account: it comes back as it was given, and only into nothing.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Memory } from '../../src/state/memory/memory.ts';
import { MemoryStore } from '../../src/state/memory/memory-store.ts';
import { differingPart, transferAccount } from '../../src/state/transfer.ts';
import {
  BUSY,
  CREATED,
  INTENDED,
  issued,
  ROTATED,
  recorded,
  type Subject,
  stepsOf,
} from './subject.ts';
import { ACCOUNT, NEW_KEY, OLD_KEY, settableClock } from './support.ts';

const clock = settableClock();

export function comesBackWhole({ medium }: Subject): void {
  it('all of an account comes back as it was: open rotations, secrets, sightings; and goes on', async (test) => {
    const { store } = await medium(test);
    const from = store('run-1');
    const state = await from.open(ACCOUNT, 'write');
    await recorded(state, { user: 'bob' }, ROTATED);
    await recorded(state, { user: 'Alice' }, [INTENDED, CREATED]);
    await state.custody.put(issued());
    await state.custody.sealed.put(NEW_KEY, Buffer.from([0, 255, 10]));
    await state.custody.condemn(OLD_KEY, 'bob');
    await state.sightings.remember([
      { at: new Date('2026-01-02T03:04:05.678Z'), keyIds: [OLD_KEY, NEW_KEY] },
    ]);
    const memory = new Memory();
    const elsewhere = new MemoryStore({ clock: settableClock(), run: 'run-2', memory });
    assert.deepEqual(await transferAccount(ACCOUNT, { from, to: elsewhere, clock }), {
      records: 8,
      secrets: 2,
    });
    const back = (await medium(test)).store('run-3');
    await transferAccount(ACCOUNT, { from: elsewhere, to: back, clock });
    // Each copy is told in its trail.
    const [one, other] = [await from.dump(ACCOUNT), await back.dump(ACCOUNT)];
    assert.equal(differingPart(one, { ...other, trail: other.trail.slice(0, -2) }), undefined);
    const copy = await back.open(ACCOUNT, 'write');
    assert.deepEqual(
      (await copy.openUsers()).map(({ user }) => user),
      ['Alice'],
    );
    await recorded(copy, { user: 'alice' }, ROTATED.slice(2));
    assert.equal((await stepsOf(copy, 'alice')).length, ROTATED.length);
    assert.deepEqual(await copy.openUsers(), []);
    await assert.rejects(copy.custody.put(issued('another secret', OLD_KEY)), {
      code: 'key-condemned',
    });
  });

  it('nothing is copied over anything, and not while a run is under way', async (test) => {
    const from = (await medium(test)).store('run-1');
    const to = (await medium(test)).store('run-2');
    const state = await from.open(ACCOUNT, 'write');
    await recorded(state, {}, [INTENDED]);
    await recorded(await to.open(ACCOUNT, 'write'), {}, [INTENDED]);
    await assert.rejects(transferAccount(ACCOUNT, { from, to, clock }), {
      code: 'state-not-empty',
    });
    assert.deepEqual(await stepsOf(await to.open(ACCOUNT, 'read')), ['intended']);
    await state.exclusively('bob', async () => {
      await assert.rejects(from.dump(ACCOUNT), BUSY);
    });
  });
}
