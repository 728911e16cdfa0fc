import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { DEFAULT_ACCOUNT_ID, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { credentialsOf, errorName, errorOf, iamOf, stsOf } from './sdk.ts';

const ACCOUNT = DEFAULT_ACCOUNT_ID;

describe('the life of an access key, through the SDK', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ seed: 'access-keys', lastUsedLagSeconds: 300 });
  });
  after(() => sandbox.close());

  it('creates, signs, deactivates, reactivates and deletes', async () => {
    const UserName = 'svc-life';
    sandbox.world.addUser(ACCOUNT, { name: UserName });
    const iam = iamOf(sandbox);
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const AccessKeyId = AccessKey?.AccessKeyId ?? '';
    assert.match(AccessKeyId, /^AKIA[A-Z2-7]{16}$/);
    assert.match(AccessKey?.SecretAccessKey ?? '', /^[A-Za-z0-9+/]{40}$/);
    const sts = stsOf(sandbox, {
      accessKeyId: AccessKeyId,
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    });
    const identity = await sts.send(new GetCallerIdentityCommand({}));
    assert.equal(identity.Arn, `arn:aws:iam::${ACCOUNT}:user/${UserName}`);
    assert.equal(identity.Account, ACCOUNT);

    await iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Inactive' }));
    const whoAmI = () => sts.send(new GetCallerIdentityCommand({}));
    assert.equal(await errorName(whoAmI()), 'InvalidClientTokenId');
    await iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Active' }));
    await whoAmI();
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
    assert.equal(await errorName(whoAmI()), 'InvalidClientTokenId');
    const lastUse = iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
    assert.equal(await errorName(lastUse), 'AccessDenied');
    const left = await iam.send(new ListAccessKeysCommand({ UserName }));
    assert.deepEqual(left.AccessKeyMetadata, []);
  });

  it('counts Inactive keys towards the quota of two', async () => {
    const UserName = 'svc-two';
    sandbox.world.addUser(ACCOUNT, { name: UserName });
    sandbox.world.addKey(ACCOUNT, UserName, { ageDays: 400, status: 'Inactive' });
    const iam = iamOf(sandbox);
    await iam.send(new CreateAccessKeyCommand({ UserName }));
    const refused = await errorOf(iam.send(new CreateAccessKeyCommand({ UserName })));
    assert.equal(refused.name, 'LimitExceededException');
    assert.equal(refused.message, 'Cannot exceed quota for AccessKeysPerUser: 2');
    assert.equal(sandbox.world.user(ACCOUNT, UserName).keys.length, 2);
  });

  it('finds names without regard to case and keeps their spelling', async () => {
    sandbox.world.addUser(ACCOUNT, { name: 'Ada.Lovelace' });
    sandbox.world.addKey(ACCOUNT, 'Ada.Lovelace');
    const keys = await iamOf(sandbox).send(new ListAccessKeysCommand({ UserName: 'ada.lovelace' }));
    assert.equal(keys.AccessKeyMetadata?.[0]?.UserName, 'Ada.Lovelace');
  });

  it('names what it cannot find', async () => {
    const iam = iamOf(sandbox);
    const noUser = await errorOf(iam.send(new ListAccessKeysCommand({ UserName: 'nobody' })));
    assert.equal(noUser.name, 'NoSuchEntityException');
    assert.equal(noUser.message, 'The user with name nobody cannot be found.');
    sandbox.world.addUser(ACCOUNT, { name: 'svc-bare' });
    const AccessKeyId = 'AKIAIOSFODNN7EXAMPLE';
    for (const command of [
      new UpdateAccessKeyCommand({ UserName: 'svc-bare', AccessKeyId, Status: 'Inactive' }),
      new DeleteAccessKeyCommand({ UserName: 'svc-bare', AccessKeyId }),
    ]) {
      const noKey = await errorOf(iam.send(command as DeleteAccessKeyCommand));
      assert.equal(noKey.name, 'NoSuchEntityException');
      assert.equal(noKey.message, `The Access Key with id ${AccessKeyId} cannot be found.`);
    }
  });

  it('takes the caller for the user when none is named', async () => {
    sandbox.world.addUser(ACCOUNT, { name: 'svc-self', administrator: true });
    const key = sandbox.world.addKey(ACCOUNT, 'svc-self');
    const iam = iamOf(sandbox, credentialsOf(key));
    const listed = await iam.send(new ListAccessKeysCommand({}));
    assert.deepEqual(
      listed.AccessKeyMetadata?.map((item) => item.AccessKeyId),
      [key.id],
    );
  });

  it('tells the owner of a key, and its last use only after the lag', async () => {
    sandbox.world.addUser(ACCOUNT, { name: 'svc-used' });
    const key = sandbox.world.addKey(ACCOUNT, 'svc-used', { ageDays: 200 });
    const ask = () => iamOf(sandbox).send(new GetAccessKeyLastUsedCommand({ AccessKeyId: key.id }));
    const never = await ask();
    assert.equal(never.UserName, 'svc-used');
    assert.deepEqual(never.AccessKeyLastUsed, { ServiceName: 'N/A', Region: 'N/A' });
    await stsOf(sandbox, credentialsOf(key)).send(new GetCallerIdentityCommand({}));
    assert.equal((await ask()).AccessKeyLastUsed?.LastUsedDate, undefined);
    sandbox.clock.advance(301_000);
    const used = (await ask()).AccessKeyLastUsed;
    assert.equal(used?.ServiceName, 'sts');
    assert.equal(used?.Region, 'us-east-1');
    assert.ok(used?.LastUsedDate instanceof Date);
  });

  it('answers AccessDenied for the last use of a key that does not exist', async () => {
    const refused = await errorOf(
      iamOf(sandbox).send(new GetAccessKeyLastUsedCommand({ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' })),
    );
    assert.equal(refused.name, 'AccessDenied');
    assert.match(refused.message, /iam:GetAccessKeyLastUsed on resource: access key AKIAIOSFO/);
  });
});
