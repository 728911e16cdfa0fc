import assert from 'node:assert/strict';
import {
  GetAccessKeyLastUsedCommand,
  type GetAccessKeyLastUsedCommandOutput,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { behaviours } from './behaviours.ts';
import { assertRefused, iamOf, stsOf } from './clients.ts';
import type { TargetAccount } from './target.ts';
import { daysAgo, wholeMinute } from './times.ts';

behaviours('the last use of a key', (behave) => {
  behave('of a key never used has no date, and names the owner all the same', async (account) => {
    const [key] = await account.seedUser({ name: 'svc-never', keys: [{ createDate: daysAgo(9) }] });
    const { UserName, AccessKeyLastUsed } = await lastUse(account, key?.accessKeyId);
    assert.equal(UserName, 'svc-never');
    assert.deepEqual(AccessKeyLastUsed, { ServiceName: 'N/A', Region: 'N/A' });
  });

  behave('is told with its time, service and region', async (account) => {
    const lastUsed = wholeMinute(daysAgo(40));
    const keys = [{ createDate: daysAgo(100), lastUsed }];
    const [key] = await account.seedUser({ name: 'svc-used', keys });
    const { UserName, AccessKeyLastUsed } = await lastUse(account, key?.accessKeyId);
    assert.equal(UserName, 'svc-used');
    assert.deepEqual(AccessKeyLastUsed, {
      LastUsedDate: lastUsed,
      ServiceName: 'sts',
      Region: 'us-east-1',
    });
  });

  behave('is told for Inactive keys too', async (account) => {
    const lastUsed = wholeMinute(daysAgo(70));
    const keys = [{ createDate: daysAgo(300), status: 'Inactive', lastUsed }] as const;
    const [key] = await account.seedUser({ name: 'svc-off', keys });
    const { AccessKeyLastUsed } = await lastUse(account, key?.accessKeyId);
    assert.deepEqual(AccessKeyLastUsed?.LastUsedDate, lastUsed);
  });

  behave('is moved by a call, asking who signs included', async (account) => {
    const [key] = await account.seedUser({ name: 'svc-call', keys: [{ createDate: daysAgo(9) }] });
    const before = wholeMinute(daysAgo(0));
    await stsOf(account, key).send(new GetCallerIdentityCommand({}));
    const { AccessKeyLastUsed } = await lastUse(account, key?.accessKeyId);
    assert.ok((AccessKeyLastUsed?.LastUsedDate ?? daysAgo(1)) >= before);
    assert.equal(AccessKeyLastUsed?.ServiceName, 'sts');
  });

  behave('is not moved by calls that are about the key', async (account) => {
    const [key] = await account.seedUser({ name: 'svc-read', keys: [{ createDate: daysAgo(9) }] });
    await lastUse(account, key?.accessKeyId);
    const { AccessKeyLastUsed } = await lastUse(account, key?.accessKeyId);
    assert.equal(AccessKeyLastUsed?.LastUsedDate, undefined);
  });

  behave(
    'of a key that does not exist is AccessDenied, not NoSuchEntity',
    async (account) => {
      await assertRefused(lastUse(account, 'AKIAIOSFODNN7EXAMPLE'), 'AccessDenied', 403);
    },
    {
      quirk: 'last-use-of-unknown-key',
      check: async (account) => {
        await assertRefused(lastUse(account, 'AKIAIOSFODNN7EXAMPLE'), 'NoSuchEntity', 404);
      },
    },
  );

  behave(
    'of a key of another account is not told',
    async (account, openAccount) => {
      const other = await openAccount();
      const { accessKeyId } = other.administrator.credentials;
      await assertRefused(lastUse(account, accessKeyId), 'AccessDenied', 403);
    },
    {
      quirk: 'last-use-of-foreign-key',
      check: async (account, openAccount) => {
        const other = await openAccount();
        const { accessKeyId } = other.administrator.credentials;
        assert.equal((await lastUse(account, accessKeyId)).UserName, other.administrator.name);
      },
    },
  );
});

function lastUse(
  account: TargetAccount,
  AccessKeyId: string | undefined,
): Promise<GetAccessKeyLastUsedCommandOutput> {
  return iamOf(account).send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
}
