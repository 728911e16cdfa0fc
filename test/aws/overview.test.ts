import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accountUsers } from '../../src/aws/account-users.ts';
import { takeInventory } from '../../src/aws/inventory.ts';
import { ACCOUNT, addUsers, type Bench, failureOf, openBench } from './support.ts';

async function namesOf(users: AsyncIterable<{ readonly name: string }>): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of users) names.push(name);
  return names;
}

function callsOf({ sandbox }: Bench): string[] {
  return sandbox.requests.list().map(({ operation }) => operation);
}

describe('describing users', () => {
  it('reads all pages of 1,000, empty ones in between included, and asks about users only', async (test) => {
    const bench = await openBench(test);
    addUsers(bench.sandbox, 2_100);
    const listed = await namesOf(bench.gateway.reader.listUsers());
    bench.sandbox.requests.clear();
    bench.sandbox.world.account(ACCOUNT).hasEmptyPages = true;
    assert.deepEqual(await namesOf(bench.gateway.overview.describeUsers()), listed);
    const calls = bench.sandbox.requests.list();
    assert.equal(calls.length, 6);
    for (const { operation, params } of calls) {
      assert.equal(operation, 'GetAccountAuthorizationDetails');
      assert.equal(params['Filter.member.1'], 'User');
      assert.equal(params['Filter.member.2'], undefined);
      assert.equal(params.MaxItems, '1000');
    }
    assert.equal(new Set(calls.map(({ params }) => params.Marker)).size, 6);
  });

  it('tells of a user what listing does', async (test) => {
    const bench = await openBench(test);
    bench.sandbox.world.addUser(ACCOUNT, {
      name: 'Svc-One',
      path: '/team/',
      tags: { team: 'a' },
      groups: ['dev'],
    });
    const { reader, overview } = bench.gateway;
    const users = async (source: AsyncIterable<unknown>) => {
      const found: unknown[] = [];
      for await (const user of source) found.push(user);
      return found;
    };
    const described = await users(overview.describeUsers());
    const both = (user: unknown) => ({ name: Object(user).name, arn: Object(user).arn });
    assert.deepEqual(described.map(both), await users(reader.listUsers()));
    const [, one] = described;
    const { path, groups, tags } = Object(one);
    assert.deepEqual([path, groups, tags], ['/team/', ['dev'], { team: 'a' }]);
  });

  it('names the permission when it is denied', async (test) => {
    const bench = await openBench(test);
    const operation = 'GetAccountAuthorizationDetails';
    bench.sandbox.faults.add({ operation, effect: { kind: 'access-denied' } });
    const error = await failureOf(namesOf(bench.gateway.overview.describeUsers()));
    assert.equal(error.code, 'access-denied');
    assert.equal(error.hint, `grant iam:${operation} to the caller`);
  });
});

describe('the users of an account without the credential report', () => {
  const operation = 'GetAccountAuthorizationDetails';

  it('are described by as many calls as listing takes, and counted by one', async (test) => {
    const bench = await openBench(test);
    addUsers(bench.sandbox, 2_100);
    const names = await namesOf(accountUsers(bench.gateway, () => {}));
    assert.equal(names.length, 2_101);
    assert.deepEqual(callsOf(bench), [operation, operation, operation, 'GetAccountSummary']);
  });

  it('are each read once when a later page of the details is lost (I11)', async (test) => {
    const bench = await openBench(test);
    addUsers(bench.sandbox, 1_200);
    bench.sandbox.faults.add({
      operation,
      calls: { nth: 2 },
      effect: { kind: 'error', code: 'InvalidInput', status: 400 },
    });
    const emit = bench.events.push.bind(bench.events);
    const { users } = await takeInventory(bench.gateway.reader, {
      users: accountUsers(bench.gateway, emit),
      ...{ parallel: 8, emit, signal: new AbortController().signal },
    });
    assert.equal(users.length, 1_201);
    const read = bench.sandbox.requests.list('ListAccessKeys').map(({ params }) => params.UserName);
    assert.equal(read.length, 1_201);
    assert.equal(new Set(read).size, 1_201);
    assert.equal(bench.sandbox.requests.list('ListUsers').length, 2);
    const told = bench.events.filter(({ code }) => code === 'details-unusable');
    assert.equal(told.length, 1);
  });

  it('are listed at once where AWS keeps refusing the details because of the rate', async (test) => {
    const bench = await openBench(test);
    bench.sandbox.faults.add({ operation, effect: { kind: 'throttle' } });
    assert.deepEqual(await namesOf(accountUsers(bench.gateway, () => {})), ['sandbox-admin']);
    assert.deepEqual(callsOf(bench), [operation, operation, operation, 'ListUsers']);
  });
});
