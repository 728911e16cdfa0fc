import assert from 'node:assert/strict';
import { CreateUserCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { behaviours } from './behaviours.ts';
import { assertRefused, iamOf, stsOf } from './clients.ts';
import { behaveDenied, jsonClient, type SessionCredentials } from './json-clients.ts';
import type { TargetAccount } from './target.ts';

const ROLE = 'OrganizationAccountAccessRole';

behaviours('an organization', (behave) => {
  behave('lists its accounts, itself among them, with their states', async (account) => {
    const members = await account.seedOrganization({ members: 3, suspended: 1 });
    const { Accounts } = await organizationsOf(account).done('ListAccounts');
    const states = Accounts.map((each: { Id: string; State: string; Status: string }) => [
      each.Id,
      each.State,
      each.Status,
    ]);
    const expected = [account.id, ...members].map((id) => {
      const state = id === members[2] ? 'SUSPENDED' : 'ACTIVE';
      return [id, state, state];
    });
    assert.deepEqual(states.sort(), expected.sort());
  });

  behave('lists them in pages of the size asked for', async (account) => {
    const members = await account.seedOrganization({ members: 4 });
    const seen: string[] = [];
    const sizes: number[] = [];
    let page: object | undefined = {};
    while (page !== undefined) {
      const { Accounts, NextToken } = await organizationsOf(account).done('ListAccounts', {
        MaxResults: 2,
        ...page,
      });
      sizes.push(Accounts.length);
      seen.push(...Accounts.map(({ Id }: { Id: string }) => Id));
      page = NextToken === undefined || NextToken === null ? undefined : { NextToken };
    }
    assert.deepEqual(sizes, [2, 2, 1]);
    assert.deepEqual(seen.sort(), [account.id, ...members].sort());
  });

  behave('tells where its accounts are, from the root down, and their tags', async (account) => {
    const seed = { members: 2, unit: 'Workloads/Prod', tags: { stage: 'prod' } };
    const [inside = '', outside = ''] = await account.seedOrganization(seed);
    const client = organizationsOf(account);
    const { Roots } = await client.done('ListRoots');
    assert.equal(Roots.length, 1);
    assert.equal(Roots[0].Name, 'Root');
    assert.match(Roots[0].Id, /^r-[0-9a-z]{4,32}$/);
    const below = async (parent: string) => {
      const { OrganizationalUnits } = await client.done('ListOrganizationalUnitsForParent', {
        ParentId: parent,
      });
      return OrganizationalUnits;
    };
    const accountsIn = async (parent: string) => {
      const { Accounts } = await client.done('ListAccountsForParent', { ParentId: parent });
      return Accounts.map(({ Id }: { Id: string }) => Id).sort();
    };
    const [workloads] = await below(Roots[0].Id);
    assert.equal(workloads.Name, 'Workloads');
    assert.match(workloads.Id, /^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$/);
    const [prod, ...others] = await below(workloads.Id);
    assert.deepEqual([prod.Name, others, await below(prod.Id)], ['Prod', [], []]);
    assert.deepEqual(await accountsIn(Roots[0].Id), [account.id, outside].sort());
    assert.deepEqual(await accountsIn(workloads.Id), []);
    assert.deepEqual(await accountsIn(prod.Id), [inside]);
    const tagsOf = async (id: string) =>
      (await client.done('ListTagsForResource', { ResourceId: id })).Tags;
    assert.deepEqual(await tagsOf(inside), [{ Key: 'stage', Value: 'prod' }]);
    assert.deepEqual(await tagsOf(outside), []);
  });

  behave('describes itself and its accounts', async (account) => {
    const [member = ''] = await account.seedOrganization({ members: 1 });
    const client = organizationsOf(account);
    const { Organization } = await client.done('DescribeOrganization');
    assert.match(Organization.Id, /^o-[a-z0-9]{10,32}$/);
    assert.equal(Organization.MasterAccountId, account.id);
    assert.equal(
      Organization.Arn,
      `arn:aws:organizations::${account.id}:organization/${Organization.Id}`,
    );
    const { Account } = await client.done('DescribeAccount', { AccountId: member });
    assert.equal(
      Account.Arn,
      `arn:aws:organizations::${account.id}:account/${Organization.Id}/${member}`,
    );
    assert.equal(Account.JoinedMethod, 'CREATED');
    assert.equal(typeof Account.JoinedTimestamp, 'number');
    const unknown = { AccountId: '999999999999' };
    await client.refused('DescribeAccount', unknown, 'AccountNotFoundException');
  });

  behave('is not in use for an account that is in none', async (account) => {
    const code = 'AWSOrganizationsNotInUseException';
    await organizationsOf(account).refused('DescribeOrganization', {}, code);
  });

  behave(
    'has no list of accounts where it is not in use',
    async (account) => {
      const code = 'AWSOrganizationsNotInUseException';
      await organizationsOf(account).refused('ListAccounts', {}, code);
    },
    {
      quirk: 'accounts-without-organization',
      check: async (account) => {
        assert.deepEqual((await organizationsOf(account).done('ListAccounts')).Accounts, []);
      },
    },
  );

  behave(
    'is listed to its management account alone',
    async (account) => {
      const [member = ''] = await account.seedOrganization({ members: 1 });
      const client = jsonClient(account, 'organizations', await enter(account, member));
      await client.refused('ListAccounts', {}, 'AccessDeniedException');
    },
    {
      quirk: 'accounts-shown-to-members',
      check: async (account) => {
        const [member = ''] = await account.seedOrganization({ members: 1 });
        const client = jsonClient(account, 'organizations', await enter(account, member));
        await client.done('ListAccounts');
      },
    },
  );

  behaveDenied(behave, 'organizations', 'ListAccounts', {});
});

behaviours('the role in a member account', (behave) => {
  behave('makes the caller one of that account', async (account) => {
    const [member = '', other = ''] = await account.seedOrganization({ members: 2 });
    const credentials = await enter(account, member);
    const identity = await stsOf(account, credentials).send(new GetCallerIdentityCommand({}));
    assert.equal(identity.Account, member);
    assert.equal(identity.Arn, `arn:aws:sts::${member}:assumed-role/${ROLE}/rotation`);
    await iamOf(account, credentials).send(new CreateUserCommand({ UserName: 'svc-member' }));
    const namesIn = async (id: string) => {
      const iam = iamOf(account, await enter(account, id));
      const { Users } = await iam.send(new ListUsersCommand({}));
      return Users?.map(({ UserName }) => UserName);
    };
    assert.deepEqual(await namesIn(member), ['svc-member']);
    assert.deepEqual(await namesIn(other), []);
  });

  behave(
    'is refused where there is no such role',
    async (account) => {
      const [member = ''] = await account.seedOrganization({ members: 1 });
      await assertRefused(enter(account, member, { role: 'None' }), 'AccessDenied', 403);
    },
    {
      quirk: 'any-role-opens',
      check: async (account) => {
        const [member = ''] = await account.seedOrganization({ members: 1 });
        await enter(account, member, { role: 'None' });
      },
    },
  );

  behave(
    'is refused in a suspended account',
    async (account) => {
      const [member = ''] = await account.seedOrganization({ members: 1, suspended: 1 });
      await assertRefused(enter(account, member), 'AccessDenied', 403);
    },
    {
      quirk: 'suspended-account-opens',
      check: async (account) => {
        const [member = ''] = await account.seedOrganization({ members: 1, suspended: 1 });
        await enter(account, member);
      },
    },
  );

  behave(
    'opens for no longer than it allows',
    async (account) => {
      const [member = ''] = await account.seedOrganization({ members: 1 });
      const long = enter(account, member, { seconds: 7200 });
      await assertRefused(long, 'ValidationError', 400);
    },
    {
      quirk: 'role-duration-unchecked',
      check: async (account) => {
        const [member = ''] = await account.seedOrganization({ members: 1 });
        await enter(account, member, { seconds: 7200 });
      },
    },
  );
});

function organizationsOf(account: TargetAccount) {
  return jsonClient(account, 'organizations');
}

async function enter(
  account: TargetAccount,
  member: string,
  { role = ROLE, seconds = 900 } = {},
): Promise<SessionCredentials> {
  const { Credentials: opened } = await stsOf(account).send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${member}:role/${role}`,
      RoleSessionName: 'rotation',
      DurationSeconds: seconds,
    }),
  );
  return {
    accessKeyId: opened?.AccessKeyId ?? '',
    secretAccessKey: opened?.SecretAccessKey ?? '',
    sessionToken: opened?.SessionToken ?? '',
  };
}
