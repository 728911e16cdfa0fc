// GetAccountAuthorizationDetails through the SDK: what it tells of users, and what it refuses.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  GetAccountAuthorizationDetailsCommand,
  GetUserCommand,
  paginateGetAccountAuthorizationDetails,
  type UserDetail,
} from '@aws-sdk/client-iam';
import { DEFAULT_ACCOUNT_ID, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { administrator, errorOf, iamOf } from './sdk.ts';

const ACCOUNT = DEFAULT_ACCOUNT_ID;
const READ_BUCKET = { Statement: { Effect: 'Allow', Action: 's3:Get*', Resource: '*' } } as const;

describe('the account details', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ seed: 'account details' });
    sandbox.world.addUser(ACCOUNT, {
      name: 'svc-Rich',
      path: '/service/',
      tags: { Team: 'data' },
      policies: { bucket: READ_BUCKET },
      administrator: true,
    });
    sandbox.world.addKey(ACCOUNT, 'svc-Rich');
    sandbox.world.addRole(ACCOUNT, { name: 'Rotator' });
  });
  after(() => sandbox.close());

  it('have of a user what GetUser tells, the groups and the policies, and no key', async () => {
    const iam = iamOf(sandbox);
    const { UserDetailList: users } = await iam.send(
      new GetAccountAuthorizationDetailsCommand({ Filter: ['User'] }),
    );
    const rich = users?.find(({ UserName }) => UserName === 'svc-Rich');
    assert(rich !== undefined);
    const { UserPolicyList, AttachedManagedPolicies, GroupList, ...user } = rich;
    const { User } = await iam.send(new GetUserCommand({ UserName: 'svc-Rich' }));
    assert.deepEqual(user, User);
    assert.deepEqual(user.Tags, [{ Key: 'Team', Value: 'data' }]);
    assert.deepEqual(GroupList, []);
    assert.equal(AttachedManagedPolicies?.[0]?.PolicyName, 'AdministratorAccess');
    const { PolicyName, PolicyDocument = '' } = UserPolicyList?.[0] ?? {};
    assert.equal(PolicyName, 'bucket');
    assert.deepEqual(JSON.parse(decodeURIComponent(PolicyDocument)), READ_BUCKET);
    assert.doesNotMatch(JSON.stringify(users), /AKIA/);
  });

  it('name users only, and none when the filter leaves them out', async () => {
    const ask = (Filter?: ('User' | 'Role')[]) =>
      iamOf(sandbox).send(new GetAccountAuthorizationDetailsCommand({ Filter }));
    const all = await ask();
    assert.deepEqual([all.UserDetailList?.length, all.RoleDetailList], [2, []]);
    const roles = await ask(['Role']);
    assert.deepEqual([roles.UserDetailList, roles.IsTruncated], [[], false]);
    assert.equal((await ask(['Role', 'User'])).UserDetailList?.length, 2);
  });

  it('are all given over pages, empty ones in between included', async () => {
    const { id } = sandbox.world.addAccount({ hasEmptyPages: true });
    for (let index = 0; index < 6; index += 1) sandbox.world.addUser(id, { name: `svc-${index}` });
    const client = iamOf(sandbox, administrator(sandbox, id));
    const pages: UserDetail[][] = [];
    const paginator = paginateGetAccountAuthorizationDetails(
      { client, pageSize: 3 },
      { Filter: ['User'] },
    );
    for await (const page of paginator) pages.push(page.UserDetailList ?? []);
    assert.deepEqual(
      pages.map(({ length }) => length),
      [0, 3, 0, 3, 0, 1],
    );
    assert.equal(new Set(pages.flat().map(({ UserName }) => UserName)).size, 7);
  });

  it('are refused for a page of no size or above 1,000, and for a type that is not there', async () => {
    const refusal = async (input: object) => {
      const command = new GetAccountAuthorizationDetailsCommand(input);
      const { name, message } = await errorOf(iamOf(sandbox).send(command));
      return `${name}: ${message}`;
    };
    const constraint = (value: string) =>
      new RegExp(`^ValidationError: 1 validation error detected: Value '${value}' at `);
    assert.match(await refusal({ MaxItems: 0 }), constraint('0'));
    assert.match(await refusal({ MaxItems: 1_001 }), constraint('1001'));
    assert.match(await refusal({ Filter: ['User', 'Key'] }), constraint('\\[User, Key\\]'));
    assert.match(await refusal({ Marker: 'of-somebody-else' }), /^ValidationError: Invalid Marker/);
  });
});
