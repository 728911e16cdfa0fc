// What every store promises of secrets, whatever keeps them.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inspect } from 'node:util';
import { CREATED, INTENDED, issued, recorded, SECRET, type Subject } from './subject.ts';
import { ACCOUNT, NEW_KEY, OLD_KEY } from './support.ts';

export function keepsSecrets({ medium }: Subject): void {
  it('I3: a secret comes back as it was put, to everybody, until it is removed', async (test) => {
    const { store } = await medium(test);
    const one = (await store('run-1').open(ACCOUNT, 'write')).custody;
    assert.equal(await one.get(NEW_KEY), undefined);
    await one.put(issued());
    const two = (await store('run-2').open(ACCOUNT, 'write')).custody;
    for (const custody of [one, two]) {
      const found = await custody.get(NEW_KEY);
      assert.deepEqual(found, issued());
      assert.equal(found?.secret.reveal(), SECRET);
      assert.doesNotMatch(inspect(found, { depth: 9, showHidden: true }), /wJalr/);
    }
    await two.put(issued('another secret'));
    assert.equal((await one.get(NEW_KEY))?.secret.reveal(), 'another secret');
    await one.remove(NEW_KEY, 'Alice');
    await two.remove(NEW_KEY, 'Alice');
    for (const custody of [one, two]) assert.equal(await custody.get(NEW_KEY), undefined);
    assert.deepEqual(await one.list(), []);
  });

  it('lists the keys whose secrets are kept, with their users where the journal tells', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write');
    await recorded(state, { user: 'Alice' }, [INTENDED, CREATED]);
    for (const keyId of [OLD_KEY, NEW_KEY]) await state.custody.put(issued(SECRET, keyId));
    await state.custody.sealed.put(OLD_KEY, Buffer.from('sealed'));
    const expected = [
      { keyId: NEW_KEY, user: 'Alice' },
      { keyId: OLD_KEY, user: undefined },
    ].toSorted((a, b) => (a.keyId < b.keyId ? -1 : 1));
    assert.deepEqual(await state.custody.list(), expected);
    assert.deepEqual(await state.custody.sealed.list(), [{ keyId: OLD_KEY, user: undefined }]);
    await state.custody.remove(OLD_KEY, 'Alice');
    assert.deepEqual(await state.custody.list(), [{ keyId: NEW_KEY, user: 'Alice' }]);
  });
}

export function condemnsKeys({ medium }: Subject): void {
  it('I10: a condemned key takes no secret any more, and a key with a secret is not condemned', async (test) => {
    const { store } = await medium(test);
    const one = (await store('run-1').open(ACCOUNT, 'write')).custody;
    const two = (await store('run-2').open(ACCOUNT, 'write')).custody;
    await one.put(issued());
    assert.equal(await two.condemn(NEW_KEY, 'Alice'), false);
    await one.put(issued('another secret'));
    await one.remove(NEW_KEY, 'Alice');
    for (const custody of [one, two]) assert.equal(await custody.condemn(NEW_KEY, 'Alice'), true);
    for (const custody of [one, two]) {
      await assert.rejects(custody.put(issued()), { code: 'key-condemned' });
      assert.equal(await custody.get(NEW_KEY), undefined);
    }
    await one.put(issued(SECRET, OLD_KEY));
    assert.deepEqual(await two.list(), [{ keyId: OLD_KEY, user: undefined }]);
  });

  it('I10: a secret and the word that nobody has it are never both kept', async (test) => {
    for (let turn = 0; turn < 10; turn += 1) {
      const { store } = await medium(test);
      const one = (await store('run-1').open(ACCOUNT, 'write')).custody;
      const two = (await store('run-2').open(ACCOUNT, 'write')).custody;
      const [put, condemned] = await Promise.allSettled([
        one.put(issued()),
        two.condemn(NEW_KEY, 'Alice'),
      ]);
      const isDead = condemned.status === 'fulfilled' && condemned.value;
      assert.ok(!(isDead && put.status === 'fulfilled'), 'kept, and taken for dead');
    }
  });
}

export function keepsSealedSecrets({ medium }: Subject): void {
  it('an encrypted secret stays when the plain one goes', async (test) => {
    const { store } = await medium(test);
    const { custody } = await store('run-1').open(ACCOUNT, 'write');
    assert.equal(await custody.sealed.get(NEW_KEY), undefined);
    await custody.put(issued());
    await custody.sealed.put(NEW_KEY, Buffer.from([0, 255, 10, 13]));
    await custody.remove(NEW_KEY, 'Alice');
    const other = (await store('run-2').open(ACCOUNT, 'read')).custody;
    assert.deepEqual(await other.sealed.get(NEW_KEY), Buffer.from([0, 255, 10, 13]));
    assert.equal(await other.get(NEW_KEY), undefined);
    await custody.sealed.put(NEW_KEY, Buffer.from('once more'));
    assert.deepEqual(await other.sealed.get(NEW_KEY), Buffer.from('once more'));
  });
}

export function tellsOfSecrets({ medium }: Subject): void {
  it('says where a secret is or would be, without the secret', async (test) => {
    const { store } = await medium(test);
    const { custody } = await store('run-1').open(ACCOUNT, 'write');
    const before = custody.describe(NEW_KEY);
    await custody.put(issued());
    assert.equal(custody.describe(NEW_KEY), before);
    assert.match(before, new RegExp(NEW_KEY));
    assert.doesNotMatch(before, /wJalr/);
    assert.match(custody.sealed.describe(NEW_KEY), new RegExp(NEW_KEY));
    assert.notEqual(custody.sealed.describe(NEW_KEY), before);
  });

  it('refuses the secret of another account, and shows none to it', async (test) => {
    const { store } = await medium(test);
    const { custody } = await store('run-1').open(ACCOUNT, 'write');
    const stranger = await store('run-1').open('999999999999', 'write');
    await assert.rejects(stranger.custody.put(issued()), /another account/);
    assert.deepEqual(await stranger.custody.list(), []);
    await custody.put(issued());
    assert.equal(await stranger.custody.get(NEW_KEY), undefined);
  });
}
