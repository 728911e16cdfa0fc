// The other operations on users and accounts, through the SDK.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateUserCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  GetAccountSummaryCommand,
  GetUserCommand,
  ListAccountAliasesCommand,
  ListAttachedUserPoliciesCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  PutUserPolicyCommand,
  TagUserCommand,
  UntagUserCommand,
} from '@aws-sdk/client-iam';
import { DEFAULT_ACCOUNT_ID, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { credentialsOf, errorName, errorOf, iamOf } from './sdk.ts';

const ACCOUNT = DEFAULT_ACCOUNT_ID;

describe('users and accounts, through the SDK', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ seed: 'users', account: { alias: 'practice' } });
  });
  after(() => sandbox.close());

  it('creates, shows and deletes a user', async () => {
    const iam = iamOf(sandbox);
    const UserName = 'svc-Made';
    const created = await iam.send(new CreateUserCommand({ UserName, Path: '/service/' }));
    assert.equal(created.User?.Arn, `arn:aws:iam::${ACCOUNT}:user/service/svc-Made`);
    assert.match(created.User?.UserId ?? '', /^AIDA[A-Z2-7]{17}$/);
    const shown = await iam.send(new GetUserCommand({ UserName: 'SVC-MADE' }));
    assert.deepEqual(shown.User, created.User);
    assert.equal(created.User?.CreateDate?.getMilliseconds(), 0);
    sandbox.world.addKey(ACCOUNT, UserName);
    const busy = await errorOf(iam.send(new DeleteUserCommand({ UserName })));
    assert.equal(busy.name, 'DeleteConflictException');
    sandbox.world.user(ACCOUNT, UserName).keys.pop();
    await iam.send(new DeleteUserCommand({ UserName }));
    const gone = iam.send(new GetUserCommand({ UserName }));
    assert.equal(await errorName(gone), 'NoSuchEntityException');
  });

  it('refuses a path that does not end with a slash', async () => {
    const made = iamOf(sandbox).send(new CreateUserCommand({ UserName: 'x', Path: '/service' }));
    assert.equal(await errorName(made), 'ValidationError');
  });

  it('keeps tags, fifty at most, and finds their keys without regard to case', async () => {
    const iam = iamOf(sandbox);
    const UserName = 'svc-tagged';
    sandbox.world.addUser(ACCOUNT, { name: UserName, tags: { team: 'data' } });
    const tag = (Key: string, Value: string) =>
      iam.send(new TagUserCommand({ UserName, Tags: [{ Key, Value }] }));
    await tag('AKIAIOSFODNN7EXAMPLE', 'used by the nightly export');
    await tag('TEAM', 'platform');
    const listed = await iam.send(new ListUserTagsCommand({ UserName }));
    assert.deepEqual(listed.Tags, [
      { Key: 'AKIAIOSFODNN7EXAMPLE', Value: 'used by the nightly export' },
      { Key: 'TEAM', Value: 'platform' },
    ]);
    await iam.send(new UntagUserCommand({ UserName, TagKeys: ['akiaiosfodnn7example'] }));
    const shown = await iam.send(new GetUserCommand({ UserName }));
    assert.deepEqual(shown.User?.Tags, [{ Key: 'TEAM', Value: 'platform' }]);
    const many = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    const tooMany = await errorOf(iam.send(new TagUserCommand({ UserName, Tags: many })));
    assert.equal(tooMany.name, 'LimitExceededException');
    assert.equal(await errorName(tag('json', '{"a":1}')), 'ValidationError');
  });

  it('gives and takes permissions by inline policies', async () => {
    const iam = iamOf(sandbox);
    const UserName = 'svc-permitted';
    sandbox.world.addUser(ACCOUNT, { name: UserName });
    const caller = iamOf(sandbox, credentialsOf(sandbox.world.addKey(ACCOUNT, UserName)));
    const PolicyName = 'MayList';
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'iam:List*', Resource: '*' }],
    });
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument }));
    await caller.send(new ListUsersCommand({}));
    const names = await iam.send(new ListUserPoliciesCommand({ UserName }));
    assert.deepEqual(names.PolicyNames, [PolicyName]);
    await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName }));
    assert.equal(await errorName(caller.send(new ListUsersCommand({}))), 'AccessDenied');
    for (const text of ['{', '[]', '{"Statement":null}', '{"Statement":{"Effect":"Maybe"}}']) {
      const broken = new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument: text });
      assert.equal(await errorName(iam.send(broken)), 'MalformedPolicyDocumentException', text);
    }
  });

  it('names the managed policies of a user', async () => {
    const listed = await iamOf(sandbox).send(
      new ListAttachedUserPoliciesCommand({ UserName: 'sandbox-admin' }),
    );
    assert.deepEqual(
      listed.AttachedPolicies?.map((policy) => policy.PolicyArn),
      ['arn:aws:iam::aws:policy/AdministratorAccess'],
    );
  });

  it('sums the account up', async () => {
    const iam = iamOf(sandbox);
    const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}));
    assert.equal(SummaryMap?.Users, sandbox.world.account(ACCOUNT).users.size);
    assert.equal(SummaryMap?.UsersQuota, 5000);
    assert.equal(SummaryMap?.AccessKeysPerUserQuota, 2);
    assert.equal(SummaryMap?.AccountAccessKeysPresent, 0);
    const { AccountAliases } = await iam.send(new ListAccountAliasesCommand({}));
    assert.deepEqual(AccountAliases, ['practice']);
  });
});
