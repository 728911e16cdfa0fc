// What every store promises of the audit trail: all that is recorded is told once, in the order in which it was
// recorded of a user, each line chained to the one before it, whoever wrote it and whoever died.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isSameUser } from '../../src/base/user-name.ts';
import type { RotationStep } from '../../src/lifecycle/record.ts';
import { isIntent, recordHash } from '../../src/lifecycle/trail/fact.ts';
import { parseLine, type TrailLine } from '../../src/lifecycle/trail/line.ts';
import { type TrailVerdict, TrailVerifier } from '../../src/lifecycle/trail/verify.ts';
import { Memory } from '../../src/state/memory/memory.ts';
import { MemoryStore } from '../../src/state/memory/memory-store.ts';
import { encodeRecord } from '../../src/state/record-codec.ts';
import type { AccountState, StateStore } from '../../src/state/state-store.ts';
import { transferAccount } from '../../src/state/transfer.ts';
import { CREATED, INTENDED, ROTATED, recorded, SECRET, type Subject } from './subject.ts';
import { ACCOUNT, NEW_KEY, OLD_KEY, settableClock } from './support.ts';

const WHO = 'arn:aws:iam::123456789012:user/operator';

/** The lines of the trail, which are all as they were written. */
export async function wholeTrail(state: AccountState): Promise<readonly TrailLine[]> {
  const { verdict, lines } = await readTrail(state);
  assert.deepEqual(verdict.faults, []);
  return lines;
}

export async function readTrail(
  state: AccountState,
): Promise<{ readonly verdict: TrailVerdict; readonly lines: readonly TrailLine[] }> {
  const verifier = new TrailVerifier(ACCOUNT);
  const lines: TrailLine[] = [];
  for await (const kept of state.trail.lines()) {
    verifier.take(kept);
    const line = parseLine(kept.text);
    if (line !== undefined) lines.push(line);
  }
  return { verdict: verifier.verdict(), lines };
}

/** Each record of each user is told once, in their order, but for those that are older than the trail. */
export async function assertAllTold(state: AccountState, olderThanTrail = 0): Promise<void> {
  const lines = await wholeTrail(state);
  let older = 0;
  let told = 0;
  for (const user of await state.users()) {
    const { records } = await state.history(user);
    const hashes = records.map((record) => recordHash(encodeRecord(record)));
    const ofUser = lines.filter(
      (line) => isSameUser(line.user ?? '', user) && line.record !== null,
    );
    const found = ofUser.map(({ record }) => record);
    older += hashes.length - found.length;
    told += found.length;
    assert.deepEqual(found, hashes.slice(hashes.length - found.length), user);
  }
  assert.equal(older, olderThanTrail);
  assert.equal(lines.filter(({ user, record }) => user !== null && record !== null).length, told);
}

const FIRST = { step: 'trail-began', reason: 'nothing was recorded before' };

export function keepsTrail(subject: Subject): void {
  tellsRecords(subject);
  staysOneChain(subject);
  tellsForTheDead(subject);
  survives(subject);
}

function tellsRecords({ medium }: Subject): void {
  it('every record is a line: who, run, user, keys, request, and the record itself', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write', WHO);
    assert.deepEqual(await wholeTrail(state), []);
    const request = '1a2b3c4d-1111-2222-3333-444455556666';
    await recorded(state, { user: 'Alice' }, [
      INTENDED,
      { type: 'created', newKeyId: NEW_KEY, request },
    ]);
    await state.exclusively('ALICE', (log) =>
      log.recordKey({ type: 'deleting', keyId: OLD_KEY, reason: 'its hold is over' }, 'plan-1'),
    );
    const [first, intended, created, deleting] = await wholeTrail(state);
    assert.deepEqual({ step: first?.step, reason: first?.reason }, FIRST);
    const about = { who: WHO, run: 'run-1', account: ACCOUNT, rotation: 'r1' };
    assertHas(intended, {
      ...about,
      user: 'Alice',
      step: 'intended',
      keys: [OLD_KEY],
      request: null,
    });
    assertHas(created, { ...about, step: 'created', keys: [OLD_KEY, NEW_KEY], request });
    assertHas(deleting, {
      ...{ who: WHO, user: 'ALICE', rotation: null, plan: 'plan-1', keys: [OLD_KEY] },
      reason: 'its hold is over',
    });
    assert.equal(intended?.detail.oldKeyFate, 'deactivate');
    await assertAllTold(await store('run-2').open(ACCOUNT, 'read'));
  });

  it('what a run decides is told among what it records, and nothing by one that only reads', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write', WHO);
    const at = new Date('2026-03-01T00:00:00.000Z');
    await state.trail.tell([{ step: 'run-began', at, detail: { users: 3 } }]);
    await recorded(state, { user: 'Alice' }, [INTENDED]);
    await state.trail.tell([
      { step: 'not-rotated', at, user: 'bob', keys: [OLD_KEY], reason: 'no room' },
      { step: 'run-ended', at },
    ]);
    const steps = (await wholeTrail(state)).map(({ step }) => step);
    assert.deepEqual(steps, ['trail-began', 'run-began', 'intended', 'not-rotated', 'run-ended']);
    for (const access of ['read', 'foretell'] as const) {
      const reader = await store('run-2').open(ACCOUNT, access);
      await assert.rejects(reader.trail.tell([{ step: 'run-ended', at }]), { code: 'state-dir' });
      assert.equal((await wholeTrail(reader)).length, 5);
    }
  });

  it('I8: a line holds no secret, and nothing that tells two of them apart', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write', WHO);
    const odd: RotationStep = Object.assign({ ...INTENDED }, { secret: SECRET });
    await recorded(state, {}, [odd, CREATED, { type: 'proved', checks: 3, pairMark: 'feedbeef' }]);
    const receipt = { kind: 'dotenv', reference: '/app/.env', mark: 'cafebabe' };
    await recorded(state, {}, [{ type: 'delivered', receipts: [receipt] }]);
    const texts: string[] = [];
    for await (const { text } of state.trail.lines()) texts.push(text);
    assert.match(texts.join(), /"reference":"\/app\/\.env"/);
    assert.doesNotMatch(texts.join(), /wJalr|feedbeef|cafebabe/);
  });
}

function staysOneChain({ medium }: Subject): void {
  it('I9: of several at work at once on several users, all lines are one chain', async (test) => {
    const { store } = await medium(test);
    const states = await Promise.all(
      [1, 2, 3, 4].map((run) => store(`run-${run}`).open(ACCOUNT, 'write')),
    );
    const users = [0, 1, 2, 3, 4, 5, 6, 7];
    await Promise.all(
      users.map((user) =>
        recorded(at(states, user % states.length), { user: `user-${user}` }, ROTATED),
      ),
    );
    const [one] = states;
    assert.ok(one);
    await assertAllTold(one);
    assert.equal((await wholeTrail(one)).length, 1 + users.length * ROTATED.length);
  });

  it('an announcement is in the trail before anybody may act on it', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write');
    const reader = await store('run-2').open(ACCOUNT, 'read');
    await state.exclusively('alice', async (log) => {
      for (const step of ROTATED) {
        await log.record('r1', step);
        if (!isIntent(step)) continue;
        assert.equal((await wholeTrail(reader)).at(-1)?.step, step.type);
      }
    });
    await assertAllTold(reader);
  });
}

function tellsForTheDead({ quickMedium, faults }: Subject): void {
  it('what a process recorded and did not live to tell, the next one tells', async (test) => {
    for (const fault of faults) {
      for (let operation = 1; operation < 200; operation += 1) {
        const { store, failing } = await quickMedium(test);
        await recorded(await store('run-0').open(ACCOUNT, 'write'), { user: 'bob' }, ROTATED);
        const broken = failing(fault, operation);
        const dying = await broken.store.open(ACCOUNT, 'write');
        broken.arm();
        await recorded(dying, {}, ROTATED).catch(() => undefined);
        if (!broken.wasReached()) break;
        const next = await store('run-2').open(ACCOUNT, 'write');
        const { records } = await next.history('alice');
        await recorded(next, { rotation: 'r2' }, [INTENDED]);
        const place = `${fault} at operation ${operation}, ${records.length} records`;
        await assertAllTold(next).catch((cause: unknown) => {
          throw new assert.AssertionError({ message: `${place}: ${String(cause)}` });
        });
      }
    }
  });
}

function survives({ medium }: Subject): void {
  it('the trail keeps what compacting drops, and goes on', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write');
    for (const rotation of ['r1', 'r2', 'r3']) {
      await recorded(state, { rotation }, [INTENDED, { type: 'create-refused', code: 'x' }]);
      await recorded(state, { user: 'bob', rotation }, [
        INTENDED,
        { type: 'create-refused', code: 'x' },
      ]);
    }
    const before = await wholeTrail(state);
    const { before: had, after } = await store('run-2').compact(ACCOUNT);
    assert.ok(after < had);
    await recorded(state, { rotation: 'r4' }, [INTENDED]);
    const other = await store('run-3').open(ACCOUNT, 'write');
    await recorded(other, { user: 'bob', rotation: 'r4' }, [INTENDED]);
    const lines = await wholeTrail(other);
    assert.deepEqual(lines.slice(0, before.length), before);
    const added = lines.slice(before.length).map(({ step }) => step);
    assert.deepEqual(added, ['journal-compacted', 'intended', 'intended']);
  });

  it('a copy has the same lines and one that says so, and goes on', async (test) => {
    const clock = settableClock();
    const from = (await medium(test)).store('run-1');
    await recorded(await from.open(ACCOUNT, 'write'), { user: 'bob' }, ROTATED);
    await recorded(await from.open(ACCOUNT, 'write'), { user: 'Alice' }, [INTENDED, CREATED]);
    const elsewhere = new MemoryStore({ clock, run: 'run-2', memory: new Memory() });
    await transferAccount(ACCOUNT, { from, to: elsewhere, clock });
    const back = (await medium(test)).store('run-3');
    await transferAccount(ACCOUNT, { from: elsewhere, to: back, clock });
    const before = await wholeTrail(await from.open(ACCOUNT, 'read'));
    const copy = await back.open(ACCOUNT, 'write');
    await recorded(copy, { user: 'alice' }, ROTATED.slice(2, 5));
    await recorded(copy, { user: 'carol' }, [INTENDED]);
    const lines = await wholeTrail(copy);
    assert.deepEqual(lines.slice(0, before.length), before);
    const added = lines.slice(before.length).map(({ step }) => step);
    const told = ['delivered', 'verified', 'deactivating', 'intended'];
    assert.deepEqual(added, ['state-copied', 'state-copied', ...told]);
  });
}

/** The lines that a store adds to the same trail, with the same records at the same time. */
export async function addedTo(store: StateStore, source: StateStore): Promise<readonly string[]> {
  await transferAccount(ACCOUNT, { from: source, to: store, clock: settableClock() });
  const state = await store.open(ACCOUNT, 'write', WHO);
  await recorded(state, { user: 'alice', rotation: 'r7' }, ROTATED);
  await state.trail.tell([{ step: 'run-ended', at: new Date(0), detail: { rotated: 1, ü: 'é' } }]);
  await recorded(state, { user: 'Zoë'.replace('ë', 'e'), rotation: 'r8' }, [INTENDED]);
  const texts: string[] = [];
  for await (const { text } of state.trail.lines()) texts.push(text);
  return texts;
}

function at<T>(all: readonly T[], index: number): T {
  const one = all[index];
  assert.ok(one !== undefined);
  return one;
}

function assertHas(line: TrailLine | undefined, expected: Partial<TrailLine>): void {
  assert.ok(line);
  for (const [name, value] of Object.entries(expected)) {
    assert.deepEqual(line[name as keyof TrailLine], value, name);
  }
}
