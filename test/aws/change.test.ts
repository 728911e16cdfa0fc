import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { NewAccessKey } from '../../src/aws/gateway.ts';
import { type AccessKeyId, accessKeyId } from '../../src/base/access-key-id.ts';
import { Secret } from '../../src/base/secret.ts';
import {
  ACCOUNT,
  type Bench,
  type BenchOptions,
  failureOf,
  impatientTimeouts,
  openBench,
} from './support.ts';

const USER = 'svc-one';

async function benchWithKey(
  test: TestContext,
  options: BenchOptions = {},
): Promise<Bench & { readonly id: AccessKeyId }> {
  const bench = await openBench(test, options);
  bench.sandbox.world.addUser(ACCOUNT, { name: USER });
  const key = bench.sandbox.world.addKey(ACCOUNT, USER, { ageDays: 100 });
  return { ...bench, id: accessKeyId(key.id) };
}

describe('changing the status of a key', () => {
  it('survives lost answers, server errors and throttles', async (test) => {
    const timeouts = await impatientTimeouts(test);
    const { sandbox, gateway, id } = await benchWithKey(test, { timeouts });
    const kinds = ['drop-reply', 'error-after-commit', 'throttle', 'hang'] as const;
    for (const [index, kind] of kinds.entries()) {
      sandbox.faults.add({
        operation: 'UpdateAccessKey',
        calls: { nth: index + 1 },
        effect: { kind },
      });
    }
    await gateway.writer.setStatus(USER, id, 'Inactive');
    assert.equal(sandbox.world.keys.get(id)?.status, 'Inactive');
    assert.equal(sandbox.requests.list('UpdateAccessKey').length, 5);
  });

  for (const code of ['EntityTemporarilyUnmodifiable', 'ConcurrentModification']) {
    it(`tries again while IAM answers ${code}`, async (test) => {
      const { sandbox, gateway, id } = await benchWithKey(test);
      sandbox.faults.add({
        operation: 'UpdateAccessKey',
        calls: { first: 2 },
        effect: { kind: 'error', code, status: 409, message: 'busy' },
      });
      await gateway.writer.setStatus(USER, id, 'Inactive');
      assert.equal(sandbox.world.keys.get(id)?.status, 'Inactive');
    });
  }

  it('says that the key changed when it does not exist any more', async (test) => {
    const { sandbox, gateway, id } = await benchWithKey(test);
    await gateway.writer.deleteAccessKey(USER, id);
    const error = await failureOf(gateway.writer.setStatus(USER, id, 'Inactive'));
    assert.equal(error.code, 'key-changed');
    assert.match(error.message, new RegExp(id));
    assert.equal(sandbox.requests.list('UpdateAccessKey').length, 1);
  });

  it('names the permission that is missing', async (test) => {
    const { sandbox, gateway, id } = await benchWithKey(test);
    sandbox.faults.add({ effect: { kind: 'access-denied' } });
    const update = await failureOf(gateway.writer.setStatus(USER, id, 'Inactive'));
    assert.equal(update.code, 'access-denied');
    assert.equal(update.hint, `grant iam:UpdateAccessKey on user ${USER} to the caller`);
    const deletion = await failureOf(gateway.writer.deleteAccessKey(USER, id));
    assert.match(deletion.message, /^not allowed to call iam:DeleteAccessKey: /);
  });
});

describe('deleting a key', () => {
  it('counts a key that is gone already as deleted, also when our own answer was lost', async (test) => {
    const { sandbox, gateway, id } = await benchWithKey(test);
    sandbox.faults.add({
      operation: 'DeleteAccessKey',
      calls: { nth: 1 },
      effect: { kind: 'drop-reply' },
    });
    await gateway.writer.deleteAccessKey(USER, id);
    await gateway.writer.deleteAccessKey(USER, id);
    assert.deepEqual(sandbox.world.user(ACCOUNT, USER).keys, []);
  });
});

describe('asking who signs with a new key', () => {
  async function newKey({ sandbox, gateway }: Bench): Promise<NewAccessKey> {
    const outcome = await gateway.writer.createAccessKey(USER);
    assert.ok(outcome.kind === 'created');
    sandbox.requests.clear();
    return outcome.key;
  }

  it('says not-yet while AWS does not know the key, and asks afresh each time (I4)', async (test) => {
    const bench = await openBench(test, { sandbox: { keyLagSeconds: 3600 } });
    bench.sandbox.world.addUser(ACCOUNT, { name: USER });
    const key = await newKey(bench);
    assert.deepEqual(await bench.gateway.verifier.whoSigns(key), { kind: 'not-yet' });
    bench.sandbox.clock.advance(3_600_000);
    assert.equal((await bench.gateway.verifier.whoSigns(key)).kind, 'accepted');
    assert.equal(bench.sandbox.requests.list('GetCallerIdentity').length, 2);
  });

  it('does not call a key bad because of a throttle, a server error or a lost packet', async (test) => {
    const bench = await benchWithKey(test, { timeouts: await impatientTimeouts(test) });
    const key = await newKey(bench);
    const kinds = ['throttle', 'error', 'reset', 'hang', 'drop-reply', 'truncate-body'] as const;
    for (const kind of kinds) {
      bench.sandbox.faults.clear();
      bench.sandbox.faults.add({ effect: { kind } });
      assert.equal((await bench.gateway.verifier.whoSigns(key)).kind, 'unclear', kind);
    }
    assert.equal(bench.sandbox.requests.list().length, kinds.length);
  });

  it('gives the reason when AWS knows the key but not this secret', async (test) => {
    const bench = await benchWithKey(test);
    const key = await newKey(bench);
    const answer = await bench.gateway.verifier.whoSigns({ ...key, secret: new Secret('wrong') });
    assert.ok(answer.kind === 'unclear');
    assert.match(answer.reason, /SignatureDoesNotMatch/);
  });
});
