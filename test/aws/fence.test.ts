// The look at the claim inside the loop of attempts: asked before each request leaves, by the time that AWS
// will judge.

import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { ACCOUNT, failureOf, openBench } from './support.ts';

const USER = 'svc-one';

async function bench(test: TestContext) {
  const opened = await openBench(test);
  opened.sandbox.world.addUser(ACCOUNT, { name: USER });
  const key = opened.sandbox.world.addKey(ACCOUNT, USER, { ageDays: 100 });
  return { ...opened, id: accessKeyId(key.id) };
}

const LOST = new KeyturnError('rotation-in-progress', 'the claim was lost');

it('I9: each attempt asks first, with the time of its own signature', async (test) => {
  const { sandbox, gateway, id } = await bench(test);
  sandbox.faults.add({
    ...{ operation: 'UpdateAccessKey', calls: { first: 2 }, effect: { kind: 'drop-reply' } },
  });
  const asked: number[] = [];
  const writer = gateway.writer.fenced(async (signedAt) => {
    asked.push(signedAt.getTime());
  });
  await writer.setStatus(USER, id, 'Inactive');
  assert.equal(sandbox.requests.list('UpdateAccessKey').length, 3);
  assert.equal(asked.length, 3);
  for (const at of asked) assert.ok(Math.abs(Date.now() - at) < 60_000);
  assert.deepEqual(asked.toSorted(), asked);
});

it('I9: a repeat does not leave once the claim is lost, though the first attempt had', async (test) => {
  const { sandbox, gateway, id } = await bench(test);
  sandbox.faults.add({
    ...{ operation: 'UpdateAccessKey', calls: { nth: 1 }, effect: { kind: 'throttle' } },
  });
  let asked = 0;
  const writer = gateway.writer.fenced(async () => {
    asked += 1;
    if (asked > 1) throw LOST;
  });
  assert.equal(await failureOf(writer.setStatus(USER, id, 'Inactive')), LOST);
  assert.equal(sandbox.requests.list('UpdateAccessKey').length, 1);
  assert.equal(sandbox.world.keys.get(id)?.status, 'Active');
});

it('I2: CreateAccessKey that is kept back is refused, and made no key', async (test) => {
  const { sandbox, gateway, id } = await bench(test);
  const writer = gateway.writer.fenced(() => Promise.reject(LOST));
  assert.deepEqual(await writer.createAccessKey(USER), {
    ...{ kind: 'refused', code: 'create-refused', reason: LOST.message },
  });
  assert.equal(await failureOf(writer.deleteAccessKey(USER, id)), LOST);
  assert.equal(sandbox.requests.list('CreateAccessKey').length, 0);
  assert.equal(sandbox.requests.list('DeleteAccessKey').length, 0);
});
