// Accounts, roles and sessions: who may see and do what, and where.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandOutput,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts';
import { DEFAULT_ACCOUNT_ID, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import {
  administrator,
  type Credentials,
  credentialsOf,
  errorName,
  errorOf,
  iamOf,
  stsOf,
} from './sdk.ts';

const ACCOUNT = DEFAULT_ACCOUNT_ID;
const MEMBER = '210987654321';

function sessionCredentials(answer: {
  readonly Credentials?: AssumeRoleCommandOutput['Credentials'];
}): Credentials {
  return {
    accessKeyId: answer.Credentials?.AccessKeyId ?? '',
    secretAccessKey: answer.Credentials?.SecretAccessKey ?? '',
    sessionToken: answer.Credentials?.SessionToken ?? '',
  };
}

describe('accounts', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ seed: 'accounts' });
    sandbox.world.addAccount({ id: MEMBER });
    for (const account of [ACCOUNT, MEMBER]) {
      sandbox.world.addUser(account, { name: 'svc-shared' });
    }
  });
  after(() => sandbox.close());

  it('are told apart by the key that signs', async () => {
    const key = sandbox.world.addKey(MEMBER, 'svc-shared');
    const member = iamOf(sandbox, administrator(sandbox, MEMBER));
    const own = iamOf(sandbox);
    const list = new ListAccessKeysCommand({ UserName: 'svc-shared' });
    assert.equal((await member.send(list)).AccessKeyMetadata?.length, 1);
    assert.equal((await own.send(list)).AccessKeyMetadata?.length, 0);
    const lastUsed = new GetAccessKeyLastUsedCommand({ AccessKeyId: key.id });
    assert.equal((await member.send(lastUsed)).UserName, 'svc-shared');
    assert.equal(await errorName(own.send(lastUsed)), 'AccessDenied');
    const info = await stsOf(sandbox).send(new GetAccessKeyInfoCommand({ AccessKeyId: key.id }));
    assert.equal(info.Account, MEMBER);
  });

  it('may be of another partition', async () => {
    const govcloud = sandbox.world.addAccount({ partition: 'aws-us-gov' });
    const credentials = administrator(sandbox, govcloud.id);
    const home = stsOf(sandbox, credentials, { region: 'us-gov-west-1' });
    const identity = await home.send(new GetCallerIdentityCommand({}));
    assert.equal(identity.Arn, `arn:aws-us-gov:iam::${govcloud.id}:user/sandbox-admin`);
    const abroad = stsOf(sandbox, credentials, { region: 'us-east-1' });
    const refused = abroad.send(new GetCallerIdentityCommand({}));
    assert.equal(await errorName(refused), 'InvalidClientTokenId');
  });

  it('let a role of theirs be assumed by those it trusts', async () => {
    const role = sandbox.world.addRole(MEMBER, {
      name: 'KeyRotation',
      trustedArns: [`arn:aws:iam::${ACCOUNT}:root`],
      externalId: 'agreed',
      administrator: true,
    });
    const input = { RoleArn: role.arn, RoleSessionName: 'rotation' };
    const sts = stsOf(sandbox);
    assert.equal(await errorName(sts.send(new AssumeRoleCommand(input))), 'AccessDenied');
    const assumed = await sts.send(new AssumeRoleCommand({ ...input, ExternalId: 'agreed' }));
    const credentials = sessionCredentials(assumed);
    assert.match(credentials.accessKeyId, /^ASIA[A-Z2-7]{16}$/);
    const identity = await stsOf(sandbox, credentials).send(new GetCallerIdentityCommand({}));
    assert.equal(identity.Arn, `arn:aws:sts::${MEMBER}:assumed-role/KeyRotation/rotation`);
    const iam = iamOf(sandbox, credentials);
    const listed = await iam.send(new ListUsersCommand({}));
    assert.ok(listed.Users?.every((user) => user.Arn?.includes(MEMBER)));
    const unnamed = await errorOf(iam.send(new CreateAccessKeyCommand({})));
    assert.equal(unnamed.name, 'ValidationError');
    assert.equal(unnamed.message, 'Must specify userName when calling with non-User credentials');
  });

  it('refuse those whom a role does not trust, whatever they are permitted', async () => {
    const role = sandbox.world.addRole(MEMBER, {
      name: 'Closed',
      trustedArns: [`arn:aws:iam::${MEMBER}:root`],
    });
    const input = { RoleArn: role.arn, RoleSessionName: 'rotation' };
    const outsider = stsOf(sandbox).send(new AssumeRoleCommand(input));
    assert.equal(await errorName(outsider), 'AccessDenied');
    const member = stsOf(sandbox, administrator(sandbox, MEMBER));
    await member.send(new AssumeRoleCommand(input));
  });

  it('refuse a role that is not there like one that does not trust', async () => {
    const input = { RoleArn: `arn:aws:iam::${MEMBER}:role/None`, RoleSessionName: 'rotation' };
    const refused = await errorOf(stsOf(sandbox).send(new AssumeRoleCommand(input)));
    assert.equal(refused.name, 'AccessDenied');
    assert.match(
      refused.message,
      /sts:AssumeRole on resource: arn:aws:iam::210987654321:role\/None/,
    );
  });
});

describe('sessions of a user', () => {
  const SerialNumber = `arn:aws:iam::${ACCOUNT}:mfa/ada`;
  let sandbox: Sandbox;
  let user: Credentials;
  before(async () => {
    sandbox = await startSandbox({ seed: 'sessions' });
    sandbox.world.addUser(ACCOUNT, {
      name: 'ada',
      mfaSerial: SerialNumber,
      policies: {
        OwnKeysWithCode: {
          Statement: [
            // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable of AWS.
            { Effect: 'Allow', Action: 'iam:*', Resource: 'arn:aws:iam::*:user/${aws:username}' },
            {
              Effect: 'Deny',
              NotAction: ['sts:GetSessionToken'],
              Resource: '*',
              Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
            },
          ],
        },
      },
    });
    user = credentialsOf(sandbox.world.addKey(ACCOUNT, 'ada'));
  });
  after(() => sandbox.close());

  it('opened with a one-time code may do what the key alone may not', async () => {
    const read = new GetUserCommand({ UserName: 'ada' });
    assert.equal(await errorName(iamOf(sandbox, user).send(read)), 'AccessDenied');
    const code = { SerialNumber, TokenCode: '123456' };
    const sts = stsOf(sandbox, user);
    const session = await sts.send(new GetSessionTokenCommand(code));
    const answer = await iamOf(sandbox, sessionCredentials(session)).send(read);
    assert.equal(answer.User?.UserName, 'ada');
    assert.equal(await errorName(sts.send(new GetSessionTokenCommand(code))), 'AccessDenied');
    const unnamed = iamOf(sandbox, sessionCredentials(session)).send(new ListAccessKeysCommand({}));
    assert.equal(await errorName(unnamed), 'ValidationError');
  });

  it('opened without a code are not taken by IAM', async () => {
    const session = await stsOf(sandbox, user).send(new GetSessionTokenCommand({}));
    const credentials = sessionCredentials(session);
    await stsOf(sandbox, credentials).send(new GetCallerIdentityCommand({}));
    const refused = iamOf(sandbox, credentials).send(new GetUserCommand({ UserName: 'ada' }));
    assert.equal(await errorName(refused), 'InvalidClientTokenId');
  });

  it('end when their time is over', async () => {
    const input = { SerialNumber, TokenCode: '654321', DurationSeconds: 900 };
    const session = await stsOf(sandbox, user).send(new GetSessionTokenCommand(input));
    const sts = stsOf(sandbox, sessionCredentials(session));
    await sts.send(new GetCallerIdentityCommand({}));
    sandbox.clock.advance(901_000);
    assert.equal(await errorName(sts.send(new GetCallerIdentityCommand({}))), 'ExpiredToken');
  });
});
