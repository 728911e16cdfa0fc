// Every way in which AWS says no to a caller, asked by three clients that nobody here wrote.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DEFAULT_ACCOUNT_ID, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import {
  probeByAwsCli,
  probeByBoto3,
  skipWithoutAwsCli,
  skipWithoutBoto3,
} from './other-clients.ts';
import { type Probe, type Prober, probeBySdk } from './probe.ts';
import { administrator, type Credentials, credentialsOf } from './sdk.ts';

const ACCOUNT = DEFAULT_ACCOUNT_ID;
const HOUR_MS = 60 * 60 * 1000;

interface Refused {
  readonly name: string;
  readonly probe: Probe;
  readonly code: string;
  readonly status: number;
  readonly message: RegExp;
}

const sandboxes: Sandbox[] = [];

async function start(...[options]: Parameters<typeof startSandbox>): Promise<Sandbox> {
  const sandbox = await startSandbox({ seed: 'refusals', ...options });
  sandboxes.push(sandbox);
  return sandbox;
}

after(() => Promise.all(sandboxes.map((sandbox) => sandbox.close())));

const TOKEN_INVALID = /^The security token included in the request is invalid\.$/;

function whoAmI(sandbox: Sandbox, credentials: Credentials | undefined, region?: string): Probe {
  return {
    sandbox,
    service: 'sts',
    operation: 'GetCallerIdentity',
    credentials,
    ...(region === undefined ? {} : { region }),
  };
}

async function credentialRefusals(): Promise<Refused[]> {
  const sandbox = await start({ keyLagSeconds: 3600 });
  const { world } = sandbox;
  const user = world.addUser(ACCOUNT, { name: 'svc-keys', administrator: true });
  const good = world.addKey(ACCOUNT, 'svc-keys');
  const inactive = world.addKey(ACCOUNT, 'svc-keys', { status: 'Inactive' });
  const deleted = world.addKey(ACCOUNT, 'svc-keys');
  deleted.deleted = true;
  const fresh = world.issueKey(ACCOUNT, user);
  const invalid = { code: 'InvalidClientTokenId', status: 403, message: TOKEN_INVALID };
  const mismatch = { code: 'SignatureDoesNotMatch', status: 403 };
  const unknown = { id: 'AKIAIOSFODNN7EXAMPLE', secret: good.secret };
  const wrongSecret = { id: good.id, secret: `${good.secret}x` };
  const ahead = await start({ signatureSkewMs: HOUR_MS });
  const behind = await start({ signatureSkewMs: -HOUR_MS });
  return [
    { name: 'unknown key', probe: whoAmI(sandbox, credentialsOf(unknown)), ...invalid },
    { name: 'Inactive key', probe: whoAmI(sandbox, credentialsOf(inactive)), ...invalid },
    { name: 'deleted key', probe: whoAmI(sandbox, credentialsOf(deleted)), ...invalid },
    { name: 'key too new', probe: whoAmI(sandbox, credentialsOf(fresh)), ...invalid },
    {
      name: 'region of another partition',
      probe: whoAmI(sandbox, credentialsOf(good), 'us-gov-west-1'),
      ...invalid,
    },
    {
      name: 'wrong secret',
      probe: whoAmI(sandbox, credentialsOf(wrongSecret)),
      ...mismatch,
      message: /^The request signature we calculated does not match/,
    },
    {
      name: 'region that AWS does not have',
      probe: whoAmI(sandbox, credentialsOf(good), 'us-est-1'),
      ...mismatch,
      message: /^Credential should be scoped to a valid region\./,
    },
    {
      name: 'clock of the client behind',
      probe: whoAmI(ahead, administrator(ahead)),
      ...mismatch,
      message: /^Signature expired: \d{8}T\d{6}Z is now earlier than .* - 15 min\.\)/,
    },
    {
      name: 'clock of the client ahead',
      probe: whoAmI(behind, administrator(behind)),
      ...mismatch,
      message: /^Signature not yet current: \d{8}T\d{6}Z is still later than .* \+ 15 min\.\)/,
    },
    {
      name: 'no signature',
      probe: whoAmI(sandbox, undefined),
      code: 'MissingAuthenticationToken',
      status: 403,
      message: /^Request is missing Authentication Token/,
    },
  ];
}

async function sessionRefusals(): Promise<Refused[]> {
  const sandbox = await start();
  const { world } = sandbox;
  const role = world.addRole(ACCOUNT, { name: 'Rotator', administrator: true });
  const open = (expired: boolean): Credentials => {
    const session = world.openSession(ACCOUNT, expired ? -1 : 3600, {
      principal: { role, name: 'test' },
      mfa: false,
    });
    return {
      ...credentialsOf({ ...session, id: session.accessKeyId }),
      sessionToken: session.token,
    };
  };
  const listOwnKeys = { sandbox, service: 'iam', operation: 'ListAccessKeys' } as const;
  return [
    {
      name: 'expired session',
      probe: whoAmI(sandbox, open(true)),
      code: 'ExpiredToken',
      status: 403,
      message: /^The security token included in the request is expired/,
    },
    {
      name: 'session with a token that is not its own',
      probe: whoAmI(sandbox, { ...open(false), sessionToken: 'another' }),
      code: 'InvalidClientTokenId',
      status: 403,
      message: TOKEN_INVALID,
    },
    {
      name: 'role that names no user',
      probe: { ...listOwnKeys, credentials: open(false) },
      code: 'ValidationError',
      status: 400,
      message: /^Must specify userName when calling with non-User credentials/,
    },
  ];
}

async function permissionRefusals(): Promise<Refused[]> {
  const sandbox = await start();
  const { world } = sandbox;
  const caller = (name: string, seed: object, accountId = ACCOUNT): Credentials => {
    world.addUser(accountId, { name, ...seed });
    return credentialsOf(world.addKey(accountId, name));
  };
  const denyListing = {
    Statement: { Effect: 'Deny', Action: 'iam:List*', Resource: '*' },
  } as const;
  const governed = world.addAccount({ serviceControlPolicies: [denyListing] });
  const listUsers = { sandbox, service: 'iam', operation: 'ListUsers' } as const;
  const denied = { code: 'AccessDenied', status: 403 };
  const quarantine = {
    name: 'AWSCompromisedKeyQuarantineV3',
    arn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3',
    document: denyListing,
  };
  const nobody = caller('svc-nobody', {});
  return [
    {
      name: 'no permission',
      probe: { ...listUsers, credentials: nobody },
      ...denied,
      message:
        /^User: arn:aws:iam::123456789012:user\/svc-nobody is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::123456789012:user\/ because no identity-based policy allows the iam:ListUsers action/,
    },
    {
      name: 'explicit deny',
      probe: {
        ...listUsers,
        credentials: caller('svc-denied', {
          administrator: true,
          policies: { NoListing: denyListing },
        }),
      },
      ...denied,
      message: /with an explicit deny in an identity-based policy\s*$/,
    },
    {
      name: 'explicit deny in a managed policy',
      probe: {
        ...listUsers,
        credentials: caller('svc-leaked', { administrator: true, attachedPolicies: [quarantine] }),
      },
      ...denied,
      message: /explicit deny in an identity-based policy: arn:aws:iam::aws:policy\/AWSCompromised/,
    },
    {
      name: 'explicit deny of the organization',
      probe: { ...listUsers, credentials: administrator(sandbox, governed.id) },
      ...denied,
      message: /with an explicit deny in a service control policy/,
    },
    {
      name: 'last use of an unknown key',
      probe: {
        ...listUsers,
        operation: 'GetAccessKeyLastUsed',
        params: { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
        credentials: administrator(sandbox),
      },
      ...denied,
      message: /iam:GetAccessKeyLastUsed on resource: access key AKIAIOSFODNN7EXAMPLE/,
    },
  ];
}

async function requestRefusals(): Promise<Refused[]> {
  const sandbox = await start();
  const { world } = sandbox;
  world.addUser(ACCOUNT, { name: 'svc-full' });
  world.addKey(ACCOUNT, 'svc-full');
  world.addKey(ACCOUNT, 'svc-full', { status: 'Inactive' });
  const busy = await start({ rate: { perSecond: 0, burst: 0 } });
  const ask = (operation: string, params: object = {}): { probe: Probe } => ({
    probe: {
      sandbox,
      service: 'iam',
      operation,
      params: { ...params },
      credentials: administrator(sandbox),
    },
  });
  return [
    {
      name: 'unknown user',
      ...ask('ListAccessKeys', { UserName: 'nobody' }),
      code: 'NoSuchEntity',
      status: 404,
      message: /^The user with name nobody cannot be found\./,
    },
    {
      name: 'unknown key of a user',
      ...ask('DeleteAccessKey', { UserName: 'svc-full', AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' }),
      code: 'NoSuchEntity',
      status: 404,
      message: /^The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found\./,
    },
    {
      name: 'third key',
      ...ask('CreateAccessKey', { UserName: 'svc-full' }),
      code: 'LimitExceeded',
      status: 409,
      message: /^Cannot exceed quota for AccessKeysPerUser: 2/,
    },
    {
      name: 'user that exists already',
      ...ask('CreateUser', { UserName: 'SVC-full' }),
      code: 'EntityAlreadyExists',
      status: 409,
      message: /^User with name SVC-full already exists\./,
    },
    {
      name: 'name that no user has',
      ...ask('GetUser', { UserName: 'svc full' }),
      code: 'ValidationError',
      status: 400,
      message: /^The specified value for userName is invalid\./,
    },
    {
      name: 'report that was never made',
      ...ask('GetCredentialReport'),
      code: 'ReportNotPresent',
      status: 410,
      message: /./,
    },
    {
      name: 'operation that is not there',
      ...ask('ListGroups'),
      code: 'InvalidAction',
      status: 400,
      message: /^Could not find operation ListGroups for version 2010-05-08/,
    },
    {
      name: 'too many requests',
      probe: whoAmI(busy, administrator(busy)),
      code: 'Throttling',
      status: 400,
      message: /^Rate exceeded/,
    },
  ];
}

/** For a client that is slow to start: each code once. */
function firstOfEachCode(table: readonly Refused[]): Refused[] {
  return [...new Map([...table].reverse().map((row) => [row.code, row])).values()];
}

function itRefuses(
  client: string,
  prober: Prober,
  skip: string | false,
  selection: (table: readonly Refused[]) => readonly Refused[] = (table) => table,
): void {
  describe(`refusals as seen by ${client}`, { skip }, () => {
    let table: readonly Refused[] = [];
    before(async () => {
      table = selection([
        ...(await credentialRefusals()),
        ...(await sessionRefusals()),
        ...(await permissionRefusals()),
        ...(await requestRefusals()),
      ]);
    });

    it('carry the code, the status and the text of AWS', async () => {
      const outcomes = await prober(table.map(({ probe }) => probe));
      assert.equal(outcomes.length, table.length);
      for (const [index, { name, code, status, message }] of table.entries()) {
        const outcome = outcomes[index];
        assert.equal(outcome?.code, code, `${name}: ${outcome?.message}`);
        assert.match(outcome?.message ?? '', message, name);
        if (outcome?.status !== undefined) assert.equal(outcome.status, status, name);
      }
    });

    it('change nothing', () => {
      const done = sandboxes.flatMap(({ requests }) => requests.list().filter((r) => r.done));
      assert.deepEqual(done, []);
    });
  });
}

itRefuses('the AWS SDK', probeBySdk, false);
itRefuses('the AWS CLI', probeByAwsCli, skipWithoutAwsCli(), firstOfEachCode);
itRefuses('boto3', probeByBoto3, skipWithoutBoto3());
