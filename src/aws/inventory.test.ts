import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ErrorCode } from '../base/error-codes.ts';
import { KeyturnError } from '../base/errors.ts';
import type { IamUser, KeyReader } from './gateway.ts';
import { type Inventory, takeInventory } from './inventory.ts';

/** A reader of users who have no keys; `failing` says who cannot be read, and why. */
function readerOf(names: string[], failing: Record<string, ErrorCode>): KeyReader {
  return {
    async *listUsers(): AsyncGenerator<IamUser> {
      for (const name of names) yield { name, arn: `arn:aws:iam::123456789012:user/${name}` };
    },
    async listAccessKeys(userName) {
      const code = failing[userName];
      if (code !== undefined) throw new KeyturnError(code, `no keys of ${userName}`);
      return [];
    },
    async lastUse() {
      return { used: 'never' };
    },
  };
}

function inventoryOf(reader: KeyReader): Promise<Inventory> {
  const { signal } = new AbortController();
  return takeInventory(reader, { parallel: 2, emit: () => {}, signal });
}

describe('an inventory of users who cannot all be read', () => {
  for (const code of ['throttled', 'endpoint-unreachable', 'access-denied', 'aws-error'] as const) {
    it(`goes on with the others after ${code} (I11)`, async () => {
      const { users, unreadable } = await inventoryOf(readerOf(['a', 'b', 'c'], { b: code }));
      assert.deepEqual(
        users.map(({ userName }) => userName),
        ['a', 'c'],
      );
      assert.deepEqual(
        unreadable.map(({ userName, error }) => [userName, error.code]),
        [['b', code]],
      );
    });
  }

  for (const code of [
    'no-credentials',
    'expired-token',
    'invalid-credentials',
    'clock-skew',
    'interrupted',
  ] as const) {
    it(`stops after ${code}, which every further call would meet too`, async () => {
      await assert.rejects(inventoryOf(readerOf(['a', 'b', 'c'], { b: code })), { code });
    });
  }

  it('fails when nobody could be read', async () => {
    const reader = readerOf(['a', 'b'], { a: 'throttled', b: 'access-denied' });
    await assert.rejects(inventoryOf(reader), { code: 'throttled' });
  });

  it('fails when the list of users breaks off while others wait for its next page (I11)', async () => {
    for (const parallel of [1, 2, 3, 8]) {
      const listed = readerOf(['a', 'b', 'c'], {});
      const reader = {
        ...listed,
        async *listUsers(): AsyncGenerator<IamUser> {
          yield* listed.listUsers();
          // All who were listed are read by then.
          await new Promise((resolve) => setImmediate(resolve));
          throw new KeyturnError('endpoint-unreachable', 'the second page did not come');
        },
      };
      const { signal } = new AbortController();
      const taking = takeInventory(reader, { parallel, emit: () => {}, signal });
      await assert.rejects(taking, { code: 'endpoint-unreachable' }, `${parallel} at a time`);
    }
  });

  it('reads a user once whom a shifting page lists twice', async () => {
    const { users } = await inventoryOf(readerOf(['a', 'b', 'a'], {}));
    assert.deepEqual(
      users.map(({ userName }) => userName),
      ['a', 'b'],
    );
  });

  it('is empty, and no failure, for an account without users or whose users just went', async () => {
    for (const reader of [readerOf([], {}), readerOf(['a'], { a: 'unknown-user' })]) {
      const { users, unreadable, usersExamined } = await inventoryOf(reader);
      assert.deepEqual([users, unreadable, usersExamined], [[], [], 0]);
    }
  });
});
