// The part of the contract that is about the store as a whole: its accounts, reading without a trace,
// and dropping what no decision needs.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { accessKeyId } from '../../src/base/access-key-id.ts';
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
import { ACCOUNT, NEW_KEY, OLD_KEY } from './support.ts';

const OTHER_ACCOUNT = '210987654321';

export function shortensAndNames(subject: Subject): void {
  namesAccounts(subject);
  sumsUpRuns(subject);
  compacts(subject);
}

function namesAccounts({ medium }: Subject): void {
  it('knows the accounts that were opened to be written, sorted', async (test) => {
    const { store } = await medium(test);
    const one = store('run-1');
    assert.equal(one.run, 'run-1');
    await one.prepare('write');
    assert.deepEqual(await one.accounts(), []);
    for (const account of [OTHER_ACCOUNT, ACCOUNT]) await one.open(account, 'write');
    assert.deepEqual(await one.accounts(), [ACCOUNT, OTHER_ACCOUNT]);
    assert.deepEqual(await store('run-2').accounts(), [ACCOUNT, OTHER_ACCOUNT]);
    assert.equal(store('run-2').where, one.where);
  });

  it('keeps accounts apart', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write');
    const other = await store('run-1').open(OTHER_ACCOUNT, 'write');
    await recorded(state, {}, [INTENDED]);
    assert.deepEqual(await stepsOf(other), []);
    await state.exclusively('alice', () => other.exclusively('alice', async () => undefined));
  });

  it('refuses a name that is no account ID, however it is opened', async (test) => {
    const { store, contents } = await medium(test);
    const before = await contents();
    for (const account of ['', '..', `../${ACCOUNT}`, '12345678901', '1234567890123']) {
      for (const access of ['read', 'write'] as const) {
        await assert.rejects(store('run-1').open(account, access), { code: 'bad-value' });
      }
      await assert.rejects(store('run-1').compact(account), { code: 'bad-value' });
    }
    assert.deepEqual(await contents(), before);
  });

  it('I12: opened to be read it leaves no trace, is empty, and sees what comes later', async (test) => {
    const { store, contents } = await medium(test);
    const before = await contents();
    const state = await store('run-1').open(ACCOUNT, 'read');
    const key = { id: OLD_KEY, status: 'Inactive', createdAt: new Date(0) } as const;
    await state.sightings.refresh();
    assert.deepEqual((await state.history('alice')).records, []);
    assert.deepEqual(await state.openUsers(), []);
    assert.deepEqual(await state.users(), []);
    assert.deepEqual(await state.custody.list(), []);
    assert.equal(await state.custody.get(NEW_KEY), undefined);
    assert.equal(await state.custody.sealed.get(NEW_KEY), undefined);
    assert.equal(state.sightings.lastActive('alice', key, [key]), undefined);
    assert.deepEqual(await store('run-1').accounts(), []);
    assert.deepEqual(await contents(), before);
    const writer = await store('run-2').open(ACCOUNT, 'write');
    await recorded(writer, {}, [INTENDED]);
    await writer.custody.put(issued());
    await writer.sightings.remember([{ at: new Date('2026-01-01'), keyIds: [OLD_KEY] }]);
    const after = await contents();
    await state.sightings.refresh();
    assert.deepEqual(state.sightings.lastActive('alice', key, [key]), new Date('2026-01-01'));
    assert.equal((await state.openUsers()).length, 1);
    assert.deepEqual(await state.users(), ['alice']);
    assert.equal((await state.custody.list()).length, 1);
    assert.deepEqual(await contents(), after);
  });
}

function sumsUpRuns({ medium }: Subject): void {
  it('knows of whom a run recorded last, also where several processes share it', async (test) => {
    const { store } = await medium(test);
    const one = await store('run-1').open(ACCOUNT, 'write');
    const same = await store('run-1').open(ACCOUNT, 'write');
    const other = await store('run-2').open(ACCOUNT, 'write');
    await recorded(one, { user: 'Alice' }, ROTATED);
    await recorded(same, { user: 'bob' }, [INTENDED]);
    await recorded(one, { user: 'carol' }, [INTENDED]);
    await recorded(other, { user: 'carol', rotation: 'r1' }, [CREATED]);
    assert.deepEqual((await other.usersOf('run-1')).toSorted(), ['Alice', 'bob']);
    assert.deepEqual(await one.usersOf('run-2'), ['carol']);
    assert.deepEqual(await one.usersOf('run-3'), []);
  });

  it('knows under whose name a rotation made a key, or replaced it', async (test) => {
    const { store } = await medium(test);
    const one = await store('run-1').open(ACCOUNT, 'write');
    await recorded(one, { user: 'Alice' }, ROTATED);
    const other = await store('run-2').open(ACCOUNT, 'read');
    assert.equal(await other.namedUnder(NEW_KEY), 'Alice');
    assert.equal(await other.namedUnder(OLD_KEY), 'Alice');
    assert.equal(await other.namedUnder(accessKeyId('AKIANOBODYS00EXAMPLE')), undefined);
  });

  it('keeps what the parts of a run said last, until another run says something', async (test) => {
    const { store, contents } = await medium(test);
    const one = await store('run-1').open(ACCOUNT, 'write');
    const same = await store('run-1').open(ACCOUNT, 'write');
    assert.deepEqual(await one.notes.of('run-1'), []);
    await one.notes.leave('2of2', '{"n":1}');
    await same.notes.leave('1of2', 'first');
    await one.notes.leave('2of2', '{"n":2}');
    const reader = await store('run-2').open(ACCOUNT, 'read');
    assert.deepEqual(await reader.notes.of('run-1'), [
      { part: '1of2', text: 'first' },
      { part: '2of2', text: '{"n":2}' },
    ]);
    const before = await contents();
    await assert.rejects(reader.notes.leave('all', 'x'), { code: 'state-dir' });
    assert.deepEqual(await contents(), before);
    const next = await store('run-2').open(ACCOUNT, 'write');
    await next.notes.leave('1of2', 'later');
    assert.deepEqual(await reader.notes.of('run-1'), [{ part: '2of2', text: '{"n":2}' }]);
    assert.deepEqual(await reader.notes.of('run-2'), [{ part: '1of2', text: 'later' }]);
    const elsewhere = await store('run-2').open(OTHER_ACCOUNT, 'write');
    assert.deepEqual(await elsewhere.notes.of('run-2'), []);
  });
}

function compacts({ medium }: Subject): void {
  it('keeps what a decision needs and drops the rest, for each user', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write');
    await recorded(state, { user: 'alice' }, ROTATED);
    await state.exclusively('alice', (log) => log.recordKey({ type: 'deleted', keyId: OLD_KEY }));
    await recorded(state, { user: 'alice', rotation: 'r2' }, [INTENDED]);
    await recorded(state, { user: 'bob' }, ROTATED);
    await recorded(state, { user: 'carol' }, [INTENDED, CREATED]);
    const deactivatedAt = (await state.history('bob')).deactivatedAt(OLD_KEY);
    assert.ok(deactivatedAt);
    assert.deepEqual(await store('run-2').compact(ACCOUNT), { before: 16, after: 10 });
    assert.deepEqual(await store('run-2').compact(ACCOUNT), { before: 10, after: 10 });
    for (const reader of [state, await store('run-3').open(ACCOUNT, 'read')]) {
      assert.deepEqual(await stepsOf(reader, 'alice'), ['deleted', 'intended']);
      assert.deepEqual((await reader.history('bob')).deactivatedAt(OLD_KEY), deactivatedAt);
      const open = (await reader.openUsers()).map(({ user }) => user);
      assert.deepEqual(open.toSorted(), ['alice', 'carol']);
    }
    await recorded(state, { user: 'carol' }, ROTATED.slice(2));
    assert.equal((await stepsOf(state, 'carol')).length, ROTATED.length);
  });

  it('I8: keeps the rotation of a secret that is still kept: it tells where that is to be', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write');
    await recorded(state, {}, ROTATED);
    await state.exclusively('alice', (log) => log.recordKey({ type: 'deleted', keyId: OLD_KEY }));
    await recorded(state, { rotation: 'r2' }, [INTENDED, { type: 'create-refused', code: 'x' }]);
    await state.custody.put(issued());
    assert.deepEqual(await store('run-2').compact(ACCOUNT), { before: 9, after: 9 });
    await state.custody.remove(NEW_KEY, 'Alice');
    assert.deepEqual(await store('run-2').compact(ACCOUNT), { before: 9, after: 3 });
  });

  it('I9: is refused while a run is under way, which goes on unharmed', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write');
    await recorded(state, { user: 'bob' }, ROTATED);
    await state.exclusively('alice', async (log) => {
      await log.record('r1', INTENDED);
      await assert.rejects(store('run-2').compact(ACCOUNT), BUSY);
      await log.record('r1', CREATED);
    });
    assert.deepEqual(await stepsOf(state), ['intended', 'created']);
    assert.deepEqual(await store('run-2').compact(ACCOUNT), { before: 8, after: 8 });
  });
}
