// I14 for keyctl: what it would write over, and whom it would leave behind.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import { openProfileSession } from '../../src/app/keyctl/open-profile.ts';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { DeliveryTarget } from '../../src/lifecycle/record.ts';
import { ACCOUNT, appendProfile, openLaptop } from './laptop.ts';

const AGREED = { mayRemove: undefined, allProfiles: false };

async function withAdministrator(test: TestContext) {
  const laptop = await openLaptop(test);
  const { world } = laptop.sandbox;
  await appendProfile(laptop.credentials, 'admin', world.administratorKey());
  return laptop;
}

function isCode(code: string, ...parts: readonly string[]): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof KeyturnError);
    assert.equal(thrown.code, code, thrown.message);
    for (const part of parts) assert.ok(`${thrown.message} ${thrown.hint}`.includes(part), part);
    return true;
  };
}

describe('keyctl looks before it writes (I14)', () => {
  it('a previous profile with the pair of another user is not written over', async (t) => {
    const laptop = await withAdministrator(t);
    const { id } = await laptop.addProfile('production', 'ada');
    const bob = await laptop.addProfile('production-previous', 'bob', 'region = eu-west-1\n');
    const before = await readFile(laptop.credentials, 'utf8');
    const target = laptop.target('production', { authProfile: 'admin' });
    const session = await openProfileSession(target, laptop.context);
    assert.equal(session.exam.obstacle?.code, 'not-deliverable');
    await assert.rejects(session.rotate(AGREED), isCode('not-deliverable', bob.id, 'bob'));
    session.close();
    assert.equal(await readFile(laptop.credentials, 'utf8'), before);
    const keys = laptop.sandbox.world.user(ACCOUNT, 'ada').keys.map((key) => key.id);
    assert.deepEqual(keys, [id]);
  });

  it('a previous profile whose owner the caller may not ask for is not written over', async (t) => {
    const laptop = await openLaptop(t);
    const { id } = await laptop.addProfile('production', 'ada');
    const bob = await laptop.addProfile('production-previous', 'bob', 'region = eu-west-1\n');
    const before = await readFile(laptop.credentials, 'utf8');
    const session = await openProfileSession(laptop.target('production'), laptop.context);
    assert.equal(session.exam.obstacle?.code, 'not-deliverable');
    await assert.rejects(
      session.rotate(AGREED),
      isCode('not-deliverable', bob.id, 'take the profile production-previous out of', '-a'),
    );
    session.close();
    assert.equal(await readFile(laptop.credentials, 'utf8'), before);
    const keys = laptop.sandbox.world.user(ACCOUNT, 'ada').keys.map((key) => key.id);
    assert.deepEqual(keys, [id]);
  });

  it('a deleted key in the previous profile is known from the journal, and makes way', async (t) => {
    const laptop = await openLaptop(t);
    const { world } = laptop.sandbox;
    const { id } = await laptop.addProfile('production', 'ada');
    const first = await openProfileSession(laptop.target('production'), laptop.context);
    const { newKeyId } = await first.rotate(AGREED);
    first.close();
    for (const gone of world.user(ACCOUNT, 'ada').keys.splice(0, 1)) gone.deleted = true;
    const second = await openProfileSession(laptop.target('production'), laptop.context);
    assert.equal(second.exam.obstacle, undefined);
    assert.equal((await second.rotate(AGREED)).oldKeyId, newKeyId);
    second.close();
    const text = await laptop.read();
    assert.ok(text.includes(newKeyId) && !text.includes(id), 'the dead pair made way');
  });

  it('a key of the user in the previous profile makes way also where no last use may be asked', async (t) => {
    const laptop = await openLaptop(t);
    const { world } = laptop.sandbox;
    await laptop.addProfile('production', 'ada');
    const other = world.addKey(ACCOUNT, 'ada', { ageDays: 300, status: 'Inactive' });
    await appendProfile(laptop.credentials, 'production-previous', other);
    laptop.sandbox.faults.add({
      operation: 'GetAccessKeyLastUsed',
      effect: { kind: 'access-denied' },
    });
    const target = laptop.target('production');
    const session = await openProfileSession(target, laptop.context);
    assert.equal(session.exam.obstacle, undefined);
    await session.rotate({ ...AGREED, mayRemove: accessKeyId(other.id) });
    session.close();
    assert.ok(!(await laptop.read()).includes(other.id));
  });

  it('a key that was delivered elsewhere is refused, and goes on with --moved-from', async (t) => {
    const laptop = await withAdministrator(t);
    const { id } = await laptop.addProfile('production', 'ada');
    const target: DeliveryTarget = { kind: 'secrets-manager', place: 'us-east-1:app/ada' };
    await recordRotation(laptop.context.state, id, target);
    const options = laptop.target('production');
    const session = await openProfileSession(options, laptop.context);
    assert.equal(session.exam.obstacle?.code, 'places-left');
    await assert.rejects(
      session.rotate(AGREED),
      isCode(
        'places-left',
        'secrets-manager us-east-1:app/ada',
        "\n  rotate-iam-keys --user ada --deliver 'secrets-manager=app/{user}'\n",
        '\n  --moved-from secrets-manager=us-east-1:app/ada',
      ),
    );
    session.close();
    assert.equal(laptop.sandbox.world.user(ACCOUNT, 'ada').keys.length, 1);
    const movedFrom = [{ kind: 'secrets-manager', name: 'us-east-1:app/ada' }];
    const again = await openProfileSession({ ...options, movedFrom }, laptop.context);
    assert.equal(again.exam.obstacle, undefined);
    const { newKeyId } = await again.rotate(AGREED);
    again.close();
    assert.notEqual(newKeyId, id);
  });
});

/** The key of ada that is there was made by a rotation to the place. */
async function recordRotation(
  store: Awaited<ReturnType<typeof openLaptop>>['context']['state'],
  id: string,
  target: DeliveryTarget,
): Promise<void> {
  const state = await store.open(ACCOUNT, 'write');
  const oldKeyId = accessKeyId('AKIAGONEGONEGONEGONE');
  const newKeyId = accessKeyId(id);
  const { kind, place: reference } = target;
  await state.exclusively('ada', async (log) => {
    const knownKeyIds = [oldKeyId];
    const intent = { oldKeyId, knownKeyIds, oldKeyFate: 'deactivate', target } as const;
    await log.record('earlier', { type: 'intended', ...intent });
    await log.record('earlier', { type: 'created', newKeyId });
    await log.record('earlier', { type: 'proved', checks: 3 });
    await log.record('earlier', { type: 'delivered', receipts: [{ kind, reference }] });
    await log.record('earlier', { type: 'deactivating' });
    await log.record('earlier', { type: 'deactivated' });
  });
}
