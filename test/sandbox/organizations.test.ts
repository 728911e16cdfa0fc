// An organization: its accounts as listed, the role in each, and who may ask.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import {
  addOrganization,
  DEFAULT_ACCOUNT_ID,
  type OrganizationSeed,
  type Sandbox,
  startSandbox,
} from '../../src/sandbox/index.ts';
import { callJson, type JsonAnswer } from './json-call.ts';
import { runAwsCli, runPython, skipWithoutAwsCli, skipWithoutBoto3 } from './other-clients.ts';
import {
  administrator,
  type Credentials,
  credentialsOf,
  errorName,
  errorOf,
  iamOf,
  stsOf,
} from './sdk.ts';

const MANAGEMENT = DEFAULT_ACCOUNT_ID;
const MEMBER = '210987654321';
const OTHER_MEMBER = '321098765432';
const ROLE = 'OrganizationAccountAccessRole';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ seed: 'organizations' });
});
afterEach(() => sandbox.close());

function ask(operation: string, input: object = {}, signer?: Credentials): Promise<JsonAnswer> {
  const credentials = signer ?? administrator(sandbox);
  return callJson({
    endpoint: sandbox.url,
    credentials,
    service: 'organizations',
    operation,
    input,
  });
}

interface ListedAccount {
  readonly Id: string;
  readonly Status?: string;
  readonly State: string;
}

/** All pages of ListAccounts, and how many accounts each had. */
async function listAll(
  input: object = {},
): Promise<{ accounts: ListedAccount[]; pages: number[] }> {
  const accounts: ListedAccount[] = [];
  const pages: number[] = [];
  let next: object | undefined = {};
  while (next !== undefined) {
    const { json } = await ask('ListAccounts', { ...input, ...next });
    accounts.push(...json.Accounts);
    pages.push(json.Accounts.length);
    next = json.NextToken === undefined ? undefined : { NextToken: json.NextToken };
  }
  return { accounts, pages };
}

/** Opens the role of a member as the management account's administrator. */
async function enter(accountId: string, more: object = {}): Promise<Credentials> {
  const RoleArn = `arn:aws:iam::${accountId}:role/${ROLE}`;
  const command = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'rotation', ...more });
  const { Credentials: opened } = await stsOf(sandbox).send(command);
  return {
    accessKeyId: opened?.AccessKeyId ?? '',
    secretAccessKey: opened?.SecretAccessKey ?? '',
    sessionToken: opened?.SessionToken ?? '',
  };
}

describe('an organization', () => {
  it('lists its accounts in pages of twenty at most, the management account among them', async () => {
    addOrganization(sandbox.world, { members: 44, suspended: 2, pendingClosure: 1 });
    const { accounts, pages } = await listAll();
    assert.deepEqual(pages, [20, 20, 5]);
    assert.equal(new Set(accounts.map(({ Id }) => Id)).size, 45);
    assert.ok(accounts.some(({ Id }) => Id === MANAGEMENT));
    const inState = (state: string) => accounts.filter(({ State }) => State === state).length;
    assert.deepEqual(['ACTIVE', 'SUSPENDED', 'PENDING_CLOSURE'].map(inState), [42, 2, 1]);
    assert.ok(accounts.every(({ State, Status }) => State === Status));
    const small = await listAll({ MaxResults: 7 });
    assert.deepEqual(small.pages, [7, 7, 7, 7, 7, 7, 3]);
    assert.deepEqual(small.accounts, accounts);
  });

  it('may answer with empty pages in between', async () => {
    addOrganization(sandbox.world, { members: 30, hasEmptyPages: true });
    const { accounts, pages } = await listAll();
    assert.deepEqual(pages, [20, 0, 11]);
    assert.equal(accounts.length, 31);
  });

  it('tells about an account and about itself in the fields and forms of AWS', async () => {
    const { id } = addOrganization(sandbox.world, {
      accounts: [{ id: MEMBER, name: 'Payments', email: 'payments@example.com' }],
    });
    assert.match(id, /^o-[a-z0-9]{10,32}$/);
    const { json, contentType } = await ask('DescribeAccount', { AccountId: MEMBER });
    assert.equal(contentType, 'application/x-amz-json-1.1');
    const { JoinedTimestamp, ...rest } = json.Account;
    assert.deepEqual(rest, {
      Id: MEMBER,
      Arn: `arn:aws:organizations::${MANAGEMENT}:account/${id}/${MEMBER}`,
      Email: 'payments@example.com',
      Name: 'Payments',
      Status: 'ACTIVE',
      State: 'ACTIVE',
      JoinedMethod: 'CREATED',
    });
    assert.equal(typeof JoinedTimestamp, 'number');
    const described = await ask('DescribeOrganization');
    const { Organization } = described.json;
    assert.equal(Organization.Id, id);
    assert.equal(Organization.MasterAccountId, MANAGEMENT);
    assert.equal(Organization.FeatureSet, 'ALL');
  });

  it('tells the state alone where the older status is retired', async () => {
    const accounts = [{ id: MEMBER, state: 'CLOSED' }, { id: OTHER_MEMBER }] as const;
    addOrganization(sandbox.world, { accounts, isStatusRetired: true });
    const { json } = await ask('DescribeAccount', { AccountId: MEMBER });
    assert.equal(json.Account.State, 'CLOSED');
    assert.equal(json.Account.Status, undefined);
  });

  it('answers its management account and delegated administrators, not other members', async () => {
    for (const id of [MEMBER, OTHER_MEMBER]) sandbox.world.addAccount({ id });
    addOrganization(sandbox.world, {
      accounts: [{ id: MEMBER }, { id: OTHER_MEMBER }],
      delegatedAdministrators: [OTHER_MEMBER],
    });
    const member = administrator(sandbox, MEMBER);
    const refused = await ask('ListAccounts', {}, member);
    assert.equal(refused.errorType, 'AccessDeniedException');
    assert.equal(refused.json.Message, "You don't have permissions to access this resource.");
    assert.equal((await ask('DescribeOrganization', {}, member)).status, 200);
    const delegated = await ask('ListAccounts', {}, administrator(sandbox, OTHER_MEMBER));
    assert.equal(delegated.json.Accounts.length, 3);
  });

  it('is not in use for an account that is in none', async () => {
    for (const operation of ['ListAccounts', 'DescribeOrganization']) {
      const refused = await ask(operation);
      assert.equal(refused.status, 400);
      assert.equal(refused.errorType, 'AWSOrganizationsNotInUseException');
      assert.equal(refused.json.__type, 'AWSOrganizationsNotInUseException');
      assert.equal(refused.json.Message, 'Your account is not a member of an organization.');
    }
  });

  it('is not made twice over the same account, nor with more odd members than members', () => {
    const { world } = sandbox;
    assert.throws(() => addOrganization(world, { members: 2, suspended: 3 }), RangeError);
    addOrganization(world, { accounts: [{ id: MEMBER }] });
    assert.throws(() => addOrganization(world, { managementAccountId: MEMBER }), RangeError);
  });
});

describe('the role in a member account', () => {
  it('opens to the management account, and shows the users of that member', async () => {
    addOrganization(sandbox.world, { accounts: [{ id: MEMBER, users: 8 }] });
    const credentials = await enter(MEMBER);
    const identity = await stsOf(sandbox, credentials).send(new GetCallerIdentityCommand({}));
    assert.equal(identity.Arn, `arn:aws:sts::${MEMBER}:assumed-role/${ROLE}/rotation`);
    const listed = await iamOf(sandbox, credentials).send(new ListUsersCommand({}));
    assert.equal(listed.Users?.length, 8);
    assert.ok(listed.Users?.every(({ Arn }) => Arn?.includes(MEMBER)));
  });

  it('is refused where it is missing, where the account is not ACTIVE, and without the external ID', async () => {
    addOrganization(sandbox.world, {
      accounts: [
        { id: MEMBER },
        { id: OTHER_MEMBER, hasRole: false },
        { id: '432109876543', state: 'SUSPENDED' },
        { id: '543210987654', state: 'PENDING_CLOSURE' },
      ],
      externalId: 'agreed',
    });
    for (const id of [MEMBER, OTHER_MEMBER, '432109876543', '543210987654']) {
      const refused = await errorOf(enter(id, id === MEMBER ? {} : { ExternalId: 'agreed' }));
      assert.equal(refused.name, 'AccessDenied', id);
      assert.match(refused.message, /is not authorized to perform: sts:AssumeRole on resource: /);
    }
    await enter(MEMBER, { ExternalId: 'agreed' });
  });

  it('may have another name', async () => {
    addOrganization(sandbox.world, { accounts: [{ id: MEMBER }], roleName: 'KeyRotation' });
    assert.equal(await errorName(enter(MEMBER)), 'AccessDenied');
    const RoleArn = `arn:aws:iam::${MEMBER}:role/KeyRotation`;
    await stsOf(sandbox).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'rotation' }));
  });

  it('opens for an hour at most, unless it allows more, and ends on time', async () => {
    addOrganization(sandbox.world, { accounts: [{ id: MEMBER }] });
    const tooLong = await errorOf(enter(MEMBER, { DurationSeconds: 3601 }));
    assert.equal(tooLong.name, 'ValidationError');
    assert.match(tooLong.message, /exceeds the MaxSessionDuration set for this role/);
    const outOfRange = await errorOf(enter(MEMBER, { DurationSeconds: 899 }));
    assert.match(outOfRange.message, /greater than or equal to 900/);
    const sts = stsOf(sandbox, await enter(MEMBER, { DurationSeconds: 900 }));
    await sts.send(new GetCallerIdentityCommand({}));
    sandbox.clock.advance(901_000);
    assert.equal(await errorName(sts.send(new GetCallerIdentityCommand({}))), 'ExpiredToken');
  });

  it('opened from another role lasts an hour at most, whatever it allows', async () => {
    addOrganization(sandbox.world, { accounts: [{ id: MEMBER }] });
    const arn = sandbox.world.addRole(MANAGEMENT, {
      name: 'Long',
      trustedArns: [`arn:aws:iam::${MEMBER}:root`],
      maxSessionSeconds: 43_200,
    }).arn;
    const chained = stsOf(sandbox, await enter(MEMBER));
    const input = { RoleArn: arn, RoleSessionName: 'chained' };
    const long = new AssumeRoleCommand({ ...input, DurationSeconds: 7200 });
    const refused = await errorOf(chained.send(long));
    assert.equal(refused.name, 'ValidationError');
    assert.match(refused.message, /1 hour session limit for roles assumed by role chaining/);
    await chained.send(new AssumeRoleCommand(input));
  });
});

describe('a made-up organization', () => {
  async function keysOf(
    seed: OrganizationSeed,
    visit: 'forwards' | 'backwards',
  ): Promise<string[]> {
    const other = await startSandbox({ seed: 'made up', now: new Date('2026-06-01T12:00:00Z') });
    try {
      addOrganization(other.world, seed);
      const ids = [...other.world.accounts.keys()];
      for (const id of visit === 'forwards' ? ids : ids.reverse()) other.world.account(id);
      const keys = [...other.world.keys.values()].filter((key) => key.accountId !== MANAGEMENT);
      return keys.map(({ id, secret }) => `${id} ${secret}`).sort();
    } finally {
      await other.close();
    }
  }

  it('is the same for the same seed, in whatever order its accounts are visited', async () => {
    const seed = { seed: 1, members: 6, users: 10 };
    assert.deepEqual(await keysOf(seed, 'forwards'), await keysOf(seed, 'backwards'));
    assert.notDeepEqual(
      await keysOf(seed, 'forwards'),
      await keysOf({ ...seed, seed: 2 }, 'forwards'),
    );
  });

  it('is filled with users only when somebody looks into an account', async () => {
    addOrganization(sandbox.world, { members: 1500, users: 100 });
    assert.equal(sandbox.world.keys.size, 1);
    const { accounts } = await listAll();
    assert.equal(accounts.length, 1501);
    const id = accounts.find(({ Id }) => Id !== MANAGEMENT)?.Id ?? '';
    const listed = await iamOf(sandbox, await enter(id)).send(new ListUsersCommand({}));
    assert.equal(listed.Users?.length, 100);
    assert.equal(sandbox.world.accounts.size, 1501);
    const owners = new Set([...sandbox.world.keys.values()].map(({ accountId }) => accountId));
    assert.deepEqual(owners, new Set([MANAGEMENT, id]));
  });

  it('knows the keys of an account that nobody has looked into yet', async () => {
    const seed = { seed: 3, members: 1, users: 10 };
    const [known = ''] = await keysOf(seed, 'forwards');
    addOrganization(sandbox.world, seed);
    const [id = ''] = known.split(' ');
    assert.equal(sandbox.world.key(id)?.id, id);
  });
});

describe('Organizations, as other clients see it', () => {
  beforeEach(() => {
    addOrganization(sandbox.world, { members: 44, suspended: 2, users: 3 });
  });

  it('lists every account to the AWS CLI, and gives it the role', {
    skip: skipWithoutAwsCli(),
  }, async () => {
    const credentials = administrator(sandbox);
    const aws = async (service: 'organizations' | 'sts', ...args: string[]) => {
      const probe = { sandbox, service, operation: '', credentials };
      const finished = await runAwsCli(probe, [service, ...args]);
      assert.equal(finished.exitCode, 0, finished.stderr);
      return JSON.parse(finished.stdout);
    };
    const { Accounts } = await aws('organizations', 'list-accounts');
    assert.equal(Accounts.length, 45);
    const active = Accounts.find(
      (each: ListedAccount) => each.Status === 'ACTIVE' && each.Id !== MANAGEMENT,
    );
    const role = ['--role-arn', `arn:aws:iam::${active.Id}:role/${ROLE}`];
    const opened = await aws('sts', 'assume-role', ...role, '--role-session-name', 'cli');
    assert.match(
      opened.AssumedRoleUser.Arn,
      new RegExp(`::${active.Id}:assumed-role/${ROLE}/cli$`),
    );
  });

  it('pages through boto3, and refuses it in its own words', {
    skip: skipWithoutBoto3(),
  }, async () => {
    const nobody = sandbox.world.addUser(MANAGEMENT, { name: 'nobody' });
    const keys = [
      administrator(sandbox),
      credentialsOf(sandbox.world.addKey(MANAGEMENT, nobody.name)),
    ];
    const seen = await runPython(BOTO3_SCRIPT, { url: sandbox.url, keys });
    assert.deepEqual(seen, [
      { accounts: 45, suspended: 2 },
      { code: 'AccessDeniedException', status: 400 },
    ]);
  });
});

const BOTO3_SCRIPT = `
import boto3, json, sys
from botocore.exceptions import ClientError
given = json.load(sys.stdin)
seen = []
for key in given['keys']:
    client = boto3.client(
        'organizations', endpoint_url=given['url'], region_name='us-east-1',
        aws_access_key_id=key['accessKeyId'], aws_secret_access_key=key['secretAccessKey'])
    try:
        pages = client.get_paginator('list_accounts').paginate()
        accounts = [account for page in pages for account in page['Accounts']]
        seen.append({'accounts': len(accounts),
                     'suspended': len([a for a in accounts if a['Status'] == 'SUSPENDED'])})
    except ClientError as error:
        seen.append({'code': error.response['Error']['Code'],
                     'status': error.response['ResponseMetadata']['HTTPStatusCode']})
json.dump(seen, sys.stdout)
`;
