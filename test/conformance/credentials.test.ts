import assert from 'node:assert/strict';
import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { GetAccessKeyInfoCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { behaviours } from './behaviours.ts';
import { assertRefused, type CallOptions, type Credentials, iamOf, stsOf } from './clients.ts';
import type { TargetAccount } from './target.ts';
import { daysAgo } from './times.ts';

const HOUR_MS = 60 * 60 * 1000;
const YOUNG = [{ createDate: daysAgo(1) }];

behaviours('who may sign', (behave) => {
  behave('GetCallerIdentity names account, user and ARN of the key that signs', async (account) => {
    const [key] = await account.seedUser({ name: 'svc-me', keys: YOUNG });
    const identity = await whoAmI(account, key);
    assert.equal(identity.Account, account.id);
    assert.equal(identity.Arn, `arn:aws:iam::${account.id}:user/svc-me`);
    assert.match(identity.UserId ?? '', /^[A-Z0-9]{16,}$/i);
  });

  behave('a new key signs as the user it was made for, at STS and at IAM', async (account) => {
    await account.seedUser({ name: 'svc-fresh', administrator: true });
    const { AccessKey: made } = await iamOf(account).send(
      new CreateAccessKeyCommand({ UserName: 'svc-fresh' }),
    );
    const fresh = {
      accessKeyId: made?.AccessKeyId ?? '',
      secretAccessKey: made?.SecretAccessKey ?? '',
    };
    assert.match((await whoAmI(account, fresh)).Arn ?? '', /:user\/svc-fresh$/);
    const own = await iamOf(account, fresh).send(new ListAccessKeysCommand({}));
    assert.equal(own.AccessKeyMetadata?.[0]?.AccessKeyId, fresh.accessKeyId);
  });

  behave('a wrong secret is SignatureDoesNotMatch', async (account) => {
    const [key] = await account.seedUser({ name: 'svc-wrong', keys: YOUNG });
    const wrong = { accessKeyId: key?.accessKeyId ?? '', secretAccessKey: 'not-the-secret' };
    await assertRefused(whoAmI(account, wrong), 'SignatureDoesNotMatch', 403);
    await assertRefused(listUsers(account, wrong), 'SignatureDoesNotMatch', 403);
  });

  behave('a key that never existed is InvalidClientTokenId', async (account) => {
    const { secretAccessKey } = account.administrator.credentials;
    const unknown = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey };
    await assertRefused(whoAmI(account, unknown), 'InvalidClientTokenId', 403);
    await assertRefused(listUsers(account, unknown), 'InvalidClientTokenId', 403);
  });

  behave('a deleted key is InvalidClientTokenId', async (account) => {
    const [key] = await account.seedUser({ name: 'svc-gone', keys: YOUNG });
    await whoAmI(account, key);
    await iamOf(account).send(
      new DeleteAccessKeyCommand({ UserName: 'svc-gone', AccessKeyId: key?.accessKeyId }),
    );
    await assertRefused(whoAmI(account, key), 'InvalidClientTokenId', 403);
  });

  behave(
    'an Inactive key is refused until it is Active again',
    async (account) => {
      const key = await deactivated(account);
      await assertRefused(whoAmI(account, key), 'InvalidClientTokenId', 403);
      await setStatus(account, key, 'Active');
      await whoAmI(account, key);
    },
    {
      quirk: 'inactive-key-signs',
      check: async (account) => {
        const key = await deactivated(account);
        assert.match((await whoAmI(account, key)).Arn ?? '', /:user\/svc-off$/);
      },
    },
  );

  behave('a key of the commercial partition is refused in another partition', async (account) => {
    const { credentials } = account.administrator;
    const elsewhere = whoAmI(account, credentials, { region: 'us-gov-west-1' });
    await assertRefused(elsewhere, 'InvalidClientTokenId', 403);
  });

  behave(
    'a signature an hour old is refused',
    async (account) => {
      const { credentials } = account.administrator;
      const late = whoAmI(account, credentials, { clockOffsetMs: -HOUR_MS });
      await assertRefused(late, 'SignatureDoesNotMatch', 403);
    },
    {
      quirk: 'clock-skew-unchecked',
      check: async (account) => {
        const { credentials } = account.administrator;
        await whoAmI(account, credentials, { clockOffsetMs: -HOUR_MS });
      },
    },
  );

  behave('a user without permissions may ask who it is, and nothing else', async (account) => {
    const [key] = await account.seedUser({ name: 'svc-nothing', keys: YOUNG });
    await whoAmI(account, key);
    await assertRefused(listUsers(account, key), 'AccessDenied', 403);
    const create = new CreateAccessKeyCommand({ UserName: 'svc-nothing' });
    await assertRefused(iamOf(account, key).send(create), 'AccessDenied', 403);
  });

  behave('GetAccessKeyInfo tells the account of a key', async (account, openAccount) => {
    const other = await openAccount();
    const AccessKeyId = other.administrator.credentials.accessKeyId;
    const ask = () => stsOf(account).send(new GetAccessKeyInfoCommand({ AccessKeyId }));
    const info = await askedAgain(ask);
    assert.equal(info.Account, other.id);
  });
});

/** moto looks through its accounts, and answers 500 where another test adds one meanwhile. */
async function askedAgain<Answer>(ask: () => Promise<Answer>, timesLeft = 3): Promise<Answer> {
  try {
    return await ask();
  } catch (thrown) {
    const status = (thrown as { $metadata?: { httpStatusCode?: number } }).$metadata;
    if (status?.httpStatusCode !== 500 || timesLeft === 0) throw thrown;
    return await askedAgain(ask, timesLeft - 1);
  }
}

behaviours('accounts', (behave) => {
  behave('neither see nor change the users of each other', async (account, openAccount) => {
    const other = await openAccount();
    const [key] = await other.seedUser({ name: 'svc-theirs', keys: YOUNG });
    const iam = iamOf(account);
    const { Users } = await iam.send(new ListUsersCommand({}));
    assert.deepEqual(
      Users?.map(({ UserName }) => UserName),
      [account.administrator.name],
    );
    const UserName = 'svc-theirs';
    await assertRefused(iam.send(new ListAccessKeysCommand({ UserName })), 'NoSuchEntity', 404);
    const remove = new DeleteAccessKeyCommand({ UserName, AccessKeyId: key?.accessKeyId });
    await assertRefused(iam.send(remove), 'NoSuchEntity', 404);
    assert.equal((await whoAmI(other, key)).Account, other.id);
  });

  behave('may have users of the same name, whose keys stay apart', async (account, openAccount) => {
    const other = await openAccount();
    const [mine] = await account.seedUser({ name: 'svc-same', keys: YOUNG });
    const [theirs] = await other.seedUser({ name: 'svc-same', keys: YOUNG });
    const command = new ListAccessKeysCommand({ UserName: 'svc-same' });
    const listed = await iamOf(account).send(command);
    assert.deepEqual(
      listed.AccessKeyMetadata?.map(({ AccessKeyId }) => AccessKeyId),
      [mine?.accessKeyId],
    );
    assert.equal((await whoAmI(other, theirs)).Account, other.id);
  });
});

function whoAmI(account: TargetAccount, key: Credentials | undefined, options: CallOptions = {}) {
  return stsOf(account, key, options).send(new GetCallerIdentityCommand({}));
}

function listUsers(account: TargetAccount, key: Credentials | undefined) {
  return iamOf(account, key).send(new ListUsersCommand({}));
}

async function deactivated(account: TargetAccount): Promise<Credentials | undefined> {
  const [key] = await account.seedUser({ name: 'svc-off', keys: YOUNG });
  await whoAmI(account, key);
  await setStatus(account, key, 'Inactive');
  return key;
}

async function setStatus(
  account: TargetAccount,
  key: Credentials | undefined,
  Status: 'Active' | 'Inactive',
): Promise<void> {
  const command = { UserName: 'svc-off', AccessKeyId: key?.accessKeyId, Status };
  await iamOf(account).send(new UpdateAccessKeyCommand(command));
}
