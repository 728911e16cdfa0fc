import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ErrorCode } from '../base/error-codes.ts';
import { KeyturnError } from '../base/errors.ts';
import type { EngineEvent } from '../base/events.ts';
import { accountUsers } from './account-users.ts';
import type { AccountGateway, DescribedUser } from './gateway.ts';

interface Account {
  /** Whom the details name, and how they end when not well. */
  readonly described: readonly string[];
  readonly detailsFail?: ErrorCode;
  /** AWS's count, or how asking for it fails; that of the users who are listed when left out. */
  readonly counted?: number | ErrorCode;
  readonly listFails?: ErrorCode;
}

const LISTED = ['ada', 'bob', 'cleo'];

async function* named(
  names: readonly string[],
  failure?: ErrorCode,
): AsyncGenerator<DescribedUser> {
  const more = { path: '/', groups: [], tags: {} };
  for (const name of names) yield { name, arn: `arn:aws:iam::123456789012:user/${name}`, ...more };
  if (failure !== undefined) throw new KeyturnError(failure, `failed with ${failure}`);
}

function gatewayOf({ described, detailsFail, counted = LISTED.length, listFails }: Account) {
  const asked: string[] = [];
  const gateway: Pick<AccountGateway, 'reader' | 'overview'> = {
    overview: {
      describeUsers: () => named(described, detailsFail),
      countUsers: async () => {
        asked.push('count');
        if (typeof counted === 'number') return counted;
        throw new KeyturnError(counted, 'no count');
      },
    },
    reader: {
      listUsers: () => {
        asked.push('list');
        return named(LISTED, listFails);
      },
      listAccessKeys: async () => [],
      lastUse: async () => ({ used: 'never' }),
    },
  };
  return { gateway, asked };
}

async function usersOf(account: Account) {
  const { gateway, asked } = gatewayOf(account);
  const events: EngineEvent[] = [];
  const names: string[] = [];
  for await (const { name } of accountUsers(gateway, (event) => events.push(event))) {
    names.push(name);
  }
  const told = events.map((event) => [event.code, 'reason' in event ? event.reason : '']);
  return { names, asked, told };
}

describe('the users of an account without the credential report', () => {
  it('are those of the account details when they are as many as AWS counts', async () => {
    for (const counted of [3, 2]) {
      const { names, asked, told } = await usersOf({ described: LISTED, counted });
      assert.deepEqual([names, asked, told], [LISTED, ['count'], []]);
    }
  });

  for (const detailsFail of [
    'access-denied',
    'throttled',
    'aws-error',
    'endpoint-unreachable',
  ] as const) {
    it(`are listed after ${detailsFail}, whoever was described before, and it is told once`, async () => {
      const { names, asked, told } = await usersOf({ described: ['bob'], detailsFail });
      assert.deepEqual(names, ['bob', ...LISTED]);
      assert.deepEqual(asked, ['list']);
      assert.deepEqual(told, [['details-unusable', `failed with ${detailsFail}`]]);
    });
  }

  it('are listed when the details name fewer than AWS counts, each name counted once (I11)', async () => {
    const { names, asked, told } = await usersOf({ described: ['ada', 'bob', 'ada'] });
    assert.deepEqual(names.slice(3), LISTED);
    assert.deepEqual(asked, ['count', 'list']);
    const reason = 'iam:GetAccountAuthorizationDetails names 2 users, and there are 3';
    assert.deepEqual(told, [['details-unusable', reason]]);
  });

  it('are those of the details where nobody may count them, and that is told', async () => {
    const { names, asked, told } = await usersOf({ described: ['ada'], counted: 'access-denied' });
    assert.deepEqual([names, asked], [['ada'], ['count']]);
    assert.deepEqual(told, [['details-not-compared', 'no count']]);
  });

  it('are listed when the details name nobody and nobody may count them (I11)', async () => {
    const { names, told } = await usersOf({ described: [], counted: 'access-denied' });
    assert.deepEqual(names, LISTED);
    assert.match(told.at(-1)?.[1] ?? '', /names 0 users, and nobody tells how many there are/);
  });

  it('are listed when they cannot be counted for another reason (I11)', async () => {
    const { names, asked } = await usersOf({ described: LISTED, counted: 'throttled' });
    assert.deepEqual([names.slice(3), asked], [LISTED, ['count', 'list']]);
  });

  it('are nobody in an account that has none', async () => {
    assert.deepEqual((await usersOf({ described: [], counted: 0 })).names, []);
  });

  for (const detailsFail of ['expired-token', 'interrupted', 'clock-skew'] as const) {
    it(`are not asked for again after ${detailsFail}, which every call would meet`, async () => {
      const { gateway, asked } = gatewayOf({ described: [], detailsFail });
      const asking = accountUsers(gateway, () => {}).next();
      await assert.rejects(asking, { code: detailsFail });
      assert.deepEqual(asked, []);
    });
  }

  it('cannot be told where neither way does, and the failure is that of ListUsers', async () => {
    const nowhere = usersOf({
      described: [],
      detailsFail: 'access-denied',
      listFails: 'throttled',
    });
    await assert.rejects(nowhere, { code: 'throttled' });
  });
});
