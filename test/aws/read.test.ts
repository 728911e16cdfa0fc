import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_TIMEOUTS } from '../../src/aws/http-handler.ts';
import { type Inventory, takeInventory } from '../../src/aws/inventory.ts';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { ACCOUNT, addUsers, type Bench, failureOf, openBench } from './support.ts';

function inventoryOf({ gateway, events }: Bench, user?: string): Promise<Inventory> {
  return takeInventory(gateway.reader, {
    user,
    parallel: 8,
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
  });
}

describe('the inventory of an account', () => {
  it('reads every user once, in the order of the listing', async (test) => {
    const bench = await openBench(test);
    addUsers(bench.sandbox, 60);
    const { users, unreadable } = await inventoryOf(bench);
    assert.deepEqual(unreadable, []);
    const names = users.map(({ userName }) => userName);
    assert.equal(new Set(names).size, 61);
    assert.deepEqual(names, [...names].sort());
    assert.ok(users.every(({ keys }) => keys.length === 1));
    assert.deepEqual(bench.events.at(-1), {
      code: 'inventory-progress',
      usersSeen: 61,
      usersRead: 61,
      complete: true,
    });
  });

  it('lets nothing fail when AWS allows 20 calls a second and 200 users are read', async (test) => {
    const bench = await openBench(test, {
      maxParallel: 20,
      sandbox: { rate: { perSecond: 20, burst: 40 } },
    });
    addUsers(bench.sandbox, 200);
    const { users, unreadable } = await inventoryOf(bench);
    assert.equal(users.length, 201);
    assert.deepEqual(unreadable, []);
    // A machine that cannot make twenty calls a second is never refused one.
    const refused = bench.sandbox.requests
      .list()
      .some(({ errorCode }) => errorCode === 'Throttling');
    const isTold = bench.events.some(({ code }) => code === 'call-throttled');
    assert.equal(isTold, refused);
  });

  it('outlasts a time in which AWS refuses every call, however often that is', async (test) => {
    const bench = await openBench(test);
    addUsers(bench.sandbox, 30);
    bench.sandbox.faults.add({
      operation: 'ListAccessKeys',
      calls: { first: 150 },
      effect: { kind: 'throttle' },
    });
    // Until the calls come through again, there is nothing to learn a rate from.
    setTimeout(() => bench.sandbox.faults.clear(), 3_000);
    const { users, unreadable } = await inventoryOf(bench);
    assert.deepEqual([users.length, unreadable], [31, []]);
  });

  it('gives up when AWS accepts no call at all for too long, and says why', async (test) => {
    const bench = await openBench(test, {
      timeouts: { ...DEFAULT_TIMEOUTS, throttledMs: 300 },
    });
    addUsers(bench.sandbox, 3);
    bench.sandbox.faults.add({ operation: 'ListAccessKeys', effect: { kind: 'throttle' } });
    const { code, message } = await failureOf(inventoryOf(bench));
    assert.equal(code, 'throttled');
    assert.match(message, /because of the rate of calls/);
  });

  it('reports users whose keys cannot be read, and never as users without keys (I11)', async (test) => {
    const bench = await openBench(test);
    addUsers(bench.sandbox, 3);
    bench.sandbox.faults.add({
      operation: 'ListAccessKeys',
      user: 'svc-0002',
      effect: { kind: 'access-denied' },
    });
    const { users, unreadable } = await inventoryOf(bench);
    assert.deepEqual(
      users.map(({ userName }) => userName),
      ['sandbox-admin', 'svc-0001', 'svc-0003'],
    );
    assert.deepEqual(
      unreadable.map(({ userName, error }) => [userName, error.code]),
      [['svc-0002', 'access-denied']],
    );
    const told = bench.events.find(({ code }) => code === 'user-unreadable');
    assert.ok(told?.code === 'user-unreadable' && told.errorCode === 'access-denied');
  });

  it('stops when users may not be listed, and names the permission', async (test) => {
    const bench = await openBench(test);
    bench.sandbox.faults.add({ operation: 'ListUsers', effect: { kind: 'access-denied' } });
    const error = await failureOf(inventoryOf(bench));
    assert.equal(error.code, 'access-denied');
    assert.match(error.message, /^not allowed to call iam:ListUsers: User: arn:aws:iam::/);
    assert.equal(error.hint, 'grant iam:ListUsers to the caller');
  });

  it('stops when no keys at all may be read, and names the permission', async (test) => {
    const bench = await openBench(test);
    addUsers(bench.sandbox, 3);
    bench.sandbox.faults.add({ operation: 'ListAccessKeys', effect: { kind: 'access-denied' } });
    const error = await failureOf(inventoryOf(bench));
    assert.equal(error.code, 'access-denied');
    assert.match(error.message, /iam:ListAccessKeys/);
  });

  it('skips a user who was deleted between the listing and the reading', async (test) => {
    const bench = await openBench(test);
    addUsers(bench.sandbox, 2);
    bench.sandbox.faults.add({
      operation: 'ListAccessKeys',
      user: 'svc-0001',
      effect: { kind: 'error', code: 'NoSuchEntity', status: 404 },
    });
    const { users, unreadable } = await inventoryOf(bench);
    assert.equal(users.length, 2);
    assert.deepEqual(unreadable, []);
  });

  it('reads one user alone when it is scoped, without listing the others', async (test) => {
    const bench = await openBench(test);
    addUsers(bench.sandbox, 3);
    const { users } = await inventoryOf(bench, 'svc-0002');
    assert.deepEqual(
      users.map(({ userName, keys }) => [userName, keys.length]),
      [['svc-0002', 1]],
    );
    assert.deepEqual(
      bench.sandbox.requests.list().map(({ operation }) => operation),
      // The last use names the user as AWS spells them.
      ['ListAccessKeys', 'GetAccessKeyLastUsed'],
    );
  });

  it('says so when the one user does not exist', async (test) => {
    const bench = await openBench(test);
    const error = await failureOf(inventoryOf(bench, 'svc-typo'));
    assert.equal(error.code, 'unknown-user');
    assert.match(error.message, /"svc-typo"/);
  });
});

describe('listing users', () => {
  async function namesOf({ gateway }: Bench): Promise<string[]> {
    const names: string[] = [];
    for await (const { name } of gateway.reader.listUsers()) names.push(name);
    return names;
  }

  it('reads all pages', async (test) => {
    const bench = await openBench(test);
    addUsers(bench.sandbox, 2_100);
    assert.equal(new Set(await namesOf(bench)).size, 2_101);
    assert.equal(bench.sandbox.requests.list('ListUsers').length, 3);
  });

  it('fails when a later page is lost, rather than leaving users out (I11)', async (test) => {
    const bench = await openBench(test);
    addUsers(bench.sandbox, 1_200);
    bench.sandbox.faults.add({
      operation: 'ListUsers',
      calls: { nth: 2 },
      effect: { kind: 'error', code: 'InvalidInput', status: 400 },
    });
    assert.equal((await failureOf(namesOf(bench))).code, 'aws-error');
  });
});

describe('reading keys', () => {
  it('reads every page of a user with more keys than AWS promises to allow', async (test) => {
    const bench = await openBench(test);
    bench.sandbox.world.addUser(ACCOUNT, { name: 'svc-many' });
    for (let count = 0; count < 130; count += 1) bench.sandbox.world.addKey(ACCOUNT, 'svc-many');
    const keys = await bench.gateway.reader.listAccessKeys('svc-many');
    assert.equal(new Set(keys.map(({ id }) => id)).size, 130);
    assert.ok(bench.sandbox.requests.list('ListAccessKeys').length > 1);
  });

  it('knows status, creation and last use of a key', async (test) => {
    const bench = await openBench(test);
    const at = new Date('2026-01-02T03:04:00Z');
    bench.sandbox.world.addUser(ACCOUNT, { name: 'svc-one' });
    const createDate = new Date('2025-01-02T03:04:05Z');
    const used = bench.sandbox.world.addKey(ACCOUNT, 'svc-one', {
      createDate,
      status: 'Inactive',
      lastUsed: { at },
    });
    const never = bench.sandbox.world.addKey(ACCOUNT, 'svc-one');
    const { reader } = bench.gateway;
    const keys = await reader.listAccessKeys('svc-one');
    const found = keys.find(({ id }) => id === used.id);
    assert.deepEqual(found, { id: used.id, status: 'Inactive', createdAt: createDate });
    assert.deepEqual(await reader.lastUse(accessKeyId(used.id)), {
      used: 'at',
      at,
      service: 'sts',
      region: 'us-east-1',
      owner: 'svc-one',
    });
    const inS3 = bench.sandbox.world.addKey(ACCOUNT, 'svc-one', {
      lastUsed: { at, service: 's3' },
    });
    assert.deepEqual(await reader.lastUse(accessKeyId(inS3.id)), {
      used: 'at',
      at,
      service: 's3',
      owner: 'svc-one',
    });
    assert.deepEqual(await reader.lastUse(accessKeyId(never.id)), {
      used: 'never',
      owner: 'svc-one',
    });
  });

  it('does not take a key that AWS will not tell about for one never used (I11)', async (test) => {
    const bench = await openBench(test);
    const error = await failureOf(
      bench.gateway.reader.lastUse(accessKeyId('AKIAIOSFODNN7EXAMPLE')),
    );
    assert.equal(error.code, 'access-denied');
    assert.match(error.message, /iam:GetAccessKeyLastUsed/);
  });
});

describe('stopping a run', () => {
  for (const [what, reason] of [
    ['a bare abort', undefined],
    ['an abort with a reason of its own', 'SIGTERM'],
  ] as const) {
    it(`ends the inventory promptly after ${what}, and Node finds nothing to warn of`, async (test) => {
      const warnings: Error[] = [];
      const note = (warning: Error): void => void warnings.push(warning);
      process.on('warning', note);
      test.after(() => process.off('warning', note));
      const stop = new AbortController();
      const bench = await openBench(test, { signal: stop.signal, maxParallel: 30 });
      addUsers(bench.sandbox, 30);
      bench.sandbox.faults.add({ operation: 'ListAccessKeys', effect: { kind: 'hang' } });
      const taking = takeInventory(bench.gateway.reader, {
        parallel: 30,
        emit: () => {},
        signal: stop.signal,
      });
      setTimeout(() => stop.abort(reason), 200);
      assert.equal((await failureOf(taking)).code, 'interrupted');
      const read = bench.gateway.reader.listAccessKeys('svc-0001');
      assert.equal((await failureOf(read)).code, 'interrupted');
      assert.deepEqual(warnings, []);
    });
  }
});
