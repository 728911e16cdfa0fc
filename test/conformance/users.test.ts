import assert from 'node:assert/strict';
import {
  CreateUserCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
  paginateListUsers,
} from '@aws-sdk/client-iam';
import { behaviours } from './behaviours.ts';
import { assertRefused, iamOf } from './clients.ts';
import type { TargetAccount } from './target.ts';

const NAMES = ['svc-a', 'svc-b', 'svc-c', 'svc-d', 'svc-e'];

behaviours('users', (behave) => {
  behave('are listed with name, path, id, ARN and creation time', async (account) => {
    await account.seedUser({ name: 'svc+one=two,three.four@five_six-7' });
    const { Users } = await iamOf(account).send(new ListUsersCommand({}));
    const user = Users?.find(({ UserName }) => UserName?.startsWith('svc+'));
    assert.equal(user?.UserName, 'svc+one=two,three.four@five_six-7');
    assert.equal(user?.Path, '/');
    assert.equal(user?.Arn, `arn:aws:iam::${account.id}:user/${user?.UserName}`);
    assert.match(user?.UserId ?? '', /^\w{16,}$/);
    assert.ok(user?.CreateDate instanceof Date);
  });

  behave('keep the path they were made with, also in the ARN', async (account) => {
    const iam = iamOf(account);
    await iam.send(new CreateUserCommand({ UserName: 'svc-path', Path: '/team/blue/' }));
    const { Users } = await iam.send(new ListUsersCommand({ PathPrefix: '/team/' }));
    assert.deepEqual(
      Users?.map(({ Path, Arn }) => [Path, Arn]),
      [['/team/blue/', `arn:aws:iam::${account.id}:user/team/blue/svc-path`]],
    );
  });

  behave('are all found by following the pages', async (account) => {
    await seedAll(account);
    const seen: string[] = [];
    const pages = paginateListUsers({ client: iamOf(account), pageSize: 2 }, {});
    for await (const { Users } of pages) {
      seen.push(...(Users ?? []).map(({ UserName }) => UserName ?? ''));
    }
    assert.deepEqual(seen.sort(), [account.administrator.name, ...NAMES].sort());
  });

  behave(
    'come in pages of the size asked for',
    async (account) => {
      await seedAll(account);
      const page = await iamOf(account).send(new ListUsersCommand({ MaxItems: 2 }));
      assert.equal(page.Users?.length, 2);
      assert.equal(page.IsTruncated, true);
      assert.ok(page.Marker);
    },
    {
      quirk: 'users-in-one-page',
      check: async (account) => {
        await seedAll(account);
        const page = await iamOf(account).send(new ListUsersCommand({ MaxItems: 2 }));
        assert.equal(page.Users?.length, NAMES.length + 1);
        assert.equal(page.IsTruncated, false);
      },
    },
  );

  behave('can be asked for one by one; without a name it is the caller', async (account) => {
    await account.seedUser({ name: 'svc-get' });
    const iam = iamOf(account);
    const named = await iam.send(new GetUserCommand({ UserName: 'svc-get' }));
    assert.equal(named.User?.UserName, 'svc-get');
    const self = await iam.send(new GetUserCommand({}));
    assert.equal(self.User?.UserName, account.administrator.name);
    await assertRefused(iam.send(new GetUserCommand({ UserName: 'no' })), 'NoSuchEntity', 404);
  });

  behave('have names that are taken only once', async (account) => {
    await account.seedUser({ name: 'svc-once' });
    const again = iamOf(account).send(new CreateUserCommand({ UserName: 'svc-once' }));
    await assertRefused(again, 'EntityAlreadyExists', 409);
  });

  behave(
    'have names that are unique without regard to case',
    async (account) => {
      await account.seedUser({ name: 'Svc-Case' });
      const again = iamOf(account).send(new CreateUserCommand({ UserName: 'svc-case' }));
      await assertRefused(again, 'EntityAlreadyExists', 409);
    },
    {
      quirk: 'names-differ-by-case',
      check: async (account) => {
        await account.seedUser({ name: 'Svc-Case' });
        const iam = iamOf(account);
        const other = new ListAccessKeysCommand({ UserName: 'svc-case' });
        await assertRefused(iam.send(other), 'NoSuchEntity', 404);
        await iam.send(new CreateUserCommand({ UserName: 'svc-case' }));
      },
    },
  );
});

async function seedAll(account: TargetAccount): Promise<void> {
  for (const name of NAMES) await account.seedUser({ name });
}
