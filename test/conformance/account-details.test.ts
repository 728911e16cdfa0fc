import assert from 'node:assert/strict';
import {
  CreateUserCommand,
  GetAccountAuthorizationDetailsCommand,
  GetUserCommand,
  PutUserPolicyCommand,
  paginateGetAccountAuthorizationDetails,
  TagUserCommand,
} from '@aws-sdk/client-iam';
import { behaviours } from './behaviours.ts';
import { assertRefused, iamOf } from './clients.ts';
import type { TargetAccount } from './target.ts';

const NAMES = ['svc-a', 'svc-b', 'svc-c', 'svc-d', 'svc-e'];
const STATEMENT = { Effect: 'Deny', Action: 's3:*', Resource: '*' };
const POLICY = { Version: '2012-10-17', Statement: [STATEMENT] };

behaviours('the account details', (behave) => {
  behave('tell of a user what GetUser tells, tags included', async (account) => {
    const iam = iamOf(account);
    const UserName = 'svc-tagged';
    await iam.send(new CreateUserCommand({ UserName, Path: '/team/blue/' }));
    await iam.send(new TagUserCommand({ UserName, Tags: [{ Key: 'team', Value: 'blue' }] }));
    const { User } = await iam.send(new GetUserCommand({ UserName }));
    const told = await detailOf(account, UserName);
    const { UserPolicyList, GroupList, AttachedManagedPolicies, ...user } = told ?? {};
    assert.equal(user.Path, '/team/blue/');
    assert.deepEqual(user.Tags, [{ Key: 'team', Value: 'blue' }]);
    assert.deepEqual(user, User);
  });

  behave('tell the inline policies of a user, URL-encoded, and no key', async (account) => {
    const UserName = 'svc-policy';
    const [key] = await account.seedUser({ name: UserName, keys: [{ createDate: new Date() }] });
    const PolicyDocument = JSON.stringify(POLICY);
    await iamOf(account).send(
      new PutUserPolicyCommand({ UserName, PolicyName: 'none', PolicyDocument }),
    );
    const told = await detailOf(account, UserName);
    const [policy, ...more] = told?.UserPolicyList ?? [];
    assert.deepEqual([policy?.PolicyName, more.length], ['none', 0]);
    assert.deepEqual(JSON.parse(decodeURIComponent(policy?.PolicyDocument ?? '')), POLICY);
    assert.ok(key !== undefined && !JSON.stringify(told).includes(key.accessKeyId));
  });

  behave('name every user, whatever the pages are', async (account) => {
    await seedAll(account);
    const seen: string[] = [];
    const pages = paginateGetAccountAuthorizationDetails(
      { client: iamOf(account), pageSize: 2 },
      { Filter: ['User'] },
    );
    for await (const { UserDetailList } of pages) {
      seen.push(...(UserDetailList ?? []).map(({ UserName }) => UserName ?? ''));
    }
    assert.deepEqual(seen.sort(), [account.administrator.name, ...NAMES].sort());
  });

  behave(
    'come in pages of the size asked for',
    async (account) => {
      await seedAll(account);
      const page = await ask(account, { MaxItems: 2 });
      assert.equal(page.UserDetailList?.length, 2);
      assert.equal(page.IsTruncated, true);
      assert.ok(page.Marker);
    },
    {
      quirk: 'details-in-one-page',
      check: async (account) => {
        await seedAll(account);
        const page = await ask(account, { MaxItems: 2 });
        assert.equal(page.UserDetailList?.length, NAMES.length + 1);
        assert.equal(page.IsTruncated, false);
      },
    },
  );

  behave('name no user when the filter is about something else', async (account) => {
    const { UserDetailList } = await ask(account, { Filter: ['Role'] });
    assert.deepEqual(UserDetailList ?? [], []);
  });

  behave(
    'are refused for a size or a type that is not there',
    async (account) => {
      for (const input of UNKNOWN) await assertRefused(ask(account, input), 'ValidationError', 400);
    },
    {
      quirk: 'details-input-unchecked',
      check: async (account) => {
        for (const input of UNKNOWN) assert.equal((await ask(account, input)).IsTruncated, false);
      },
    },
  );
});

const UNKNOWN = [{ MaxItems: 0 }, { MaxItems: 1_001 }, { Filter: ['Users'] }];

function ask(account: TargetAccount, input: object) {
  return iamOf(account).send(
    new GetAccountAuthorizationDetailsCommand({ Filter: ['User'], ...input }),
  );
}

async function detailOf(account: TargetAccount, name: string) {
  const { UserDetailList } = await ask(account, {});
  return UserDetailList?.find(({ UserName }) => UserName === name);
}

async function seedAll(account: TargetAccount): Promise<void> {
  for (const name of NAMES) await account.seedUser({ name });
}
