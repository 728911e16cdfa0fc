// Paging through a population with the paginators of three clients.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  ListAccessKeysCommand,
  ListUsersCommand,
  paginateListAccessKeys,
  paginateListUsers,
} from '@aws-sdk/client-iam';
import { DEFAULT_ACCOUNT_ID, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { runAwsCli, runPython, skipWithoutAwsCli, skipWithoutBoto3 } from './other-clients.ts';
import { administrator, errorName, iamOf } from './sdk.ts';

const ACCOUNT = DEFAULT_ACCOUNT_ID;
const PAGE_SIZE = 7;

const PAGINATE_SCRIPT = `
import boto3, json, sys
given = json.load(sys.stdin)
client = boto3.client(
    'iam', endpoint_url=given['url'], region_name='us-east-1',
    aws_access_key_id=given['accessKeyId'], aws_secret_access_key=given['secretAccessKey'])
pages = client.get_paginator('list_users').paginate(PaginationConfig={'PageSize': given['pageSize']})
json.dump([[user['UserName'] for user in page['Users']] for page in pages], sys.stdout)
`;

describe('paging', () => {
  let sandbox: Sandbox;
  let names: string[] = [];

  before(async () => {
    sandbox = await startSandbox({ seed: 'paging' });
    for (let index = 0; index < 29; index += 1) {
      // Upper and lower case in turn: the order must not depend on it.
      const name = index % 2 === 0 ? `svc-${index}` : `SVC-${index}`;
      sandbox.world.addUser(ACCOUNT, { name, path: index % 3 === 0 ? '/service/' : '/' });
    }
    names = [...sandbox.world.account(ACCOUNT).users.values()]
      .map((user) => user.name)
      .sort((left, right) => (left.toLowerCase() < right.toLowerCase() ? -1 : 1));
  });
  after(() => sandbox.close());

  it('gives every user once, in order, through the SDK', async () => {
    const seen: string[] = [];
    let pages = 0;
    const paginator = paginateListUsers({ client: iamOf(sandbox), pageSize: PAGE_SIZE }, {});
    for await (const page of paginator) {
      pages += 1;
      assert.equal(page.IsTruncated, pages < 5);
      seen.push(...(page.Users ?? []).map((user) => user.UserName ?? ''));
    }
    assert.deepEqual(seen, names);
    assert.equal(pages, 5);
  });

  it('gives every user once through the AWS CLI', { skip: skipWithoutAwsCli() }, async () => {
    const probe = {
      sandbox,
      service: 'iam',
      operation: 'ListUsers',
      credentials: administrator(sandbox),
    } as const;
    const { stdout, stderr } = await runAwsCli(probe, ['iam', 'list-users', '--page-size', '7']);
    const listed = JSON.parse(stdout || `"${stderr}"`) as { Users: { UserName: string }[] };
    assert.deepEqual(
      listed.Users.map((user) => user.UserName),
      names,
    );
  });

  it('gives every user once through boto3', { skip: skipWithoutBoto3() }, async () => {
    const input = { ...administrator(sandbox), url: sandbox.url, pageSize: PAGE_SIZE };
    const pages = (await runPython(PAGINATE_SCRIPT, input)) as string[][];
    assert.deepEqual(
      pages.map((page) => page.length),
      [7, 7, 7, 7, 2],
    );
    assert.deepEqual(pages.flat(), names);
  });

  it('neither repeats nor skips when users come and go between pages', async () => {
    const iam = iamOf(sandbox);
    const first = await iam.send(new ListUsersCommand({ MaxItems: PAGE_SIZE }));
    const users = sandbox.world.account(ACCOUNT).users;
    const gone = names[2] ?? '';
    const user = users.get(gone.toLowerCase());
    users.delete(gone.toLowerCase());
    sandbox.world.addUser(ACCOUNT, { name: 'aaa-new' });
    const rest = await iam.send(new ListUsersCommand({ Marker: first.Marker }));
    assert.deepEqual(
      rest.Users?.map((each) => each.UserName),
      names.slice(PAGE_SIZE),
    );
    users.delete('aaa-new');
    if (user !== undefined) users.set(gone.toLowerCase(), user);
  });

  it('filters by path', async () => {
    const listed = await iamOf(sandbox).send(new ListUsersCommand({ PathPrefix: '/service/' }));
    assert.equal(listed.Users?.length, 10);
    assert.ok(listed.Users?.every((user) => user.Arn?.includes(':user/service/')));
  });

  it('pages keys too, also more than the quota allows', async () => {
    sandbox.world.addUser(ACCOUNT, { name: 'svc-many' });
    const made = [1, 2, 3, 4, 5].map(() => sandbox.world.addKey(ACCOUNT, 'svc-many').id);
    const seen: string[] = [];
    const paginator = paginateListAccessKeys(
      { client: iamOf(sandbox), pageSize: 2 },
      { UserName: 'svc-many' },
    );
    for await (const page of paginator) {
      seen.push(...(page.AccessKeyMetadata ?? []).map((key) => key.AccessKeyId ?? ''));
    }
    assert.deepEqual(seen, made.sort());
  });

  it('ends with a full page when that is the last', async () => {
    const iam = iamOf(sandbox);
    const count = sandbox.world.account(ACCOUNT).users.size;
    const exact = await iam.send(new ListUsersCommand({ MaxItems: count }));
    assert.equal(exact.IsTruncated, false);
    assert.equal(exact.Marker, undefined);
    const shorter = await iam.send(new ListUsersCommand({ MaxItems: count - 1 }));
    assert.equal(shorter.IsTruncated, true);
  });

  it('does not take the marker of one list for another', async () => {
    const iam = iamOf(sandbox);
    const { Marker } = await iam.send(new ListUsersCommand({ MaxItems: 1 }));
    const other = iam.send(new ListAccessKeysCommand({ UserName: 'sandbox-admin', Marker }));
    assert.equal(await errorName(other), 'ValidationError');
  });

  it('refuses sizes out of range and markers of its own making', async () => {
    const iam = iamOf(sandbox);
    for (const input of [{ MaxItems: 0 }, { MaxItems: 1001 }, { Marker: 'made-up' }]) {
      assert.equal(await errorName(iam.send(new ListUsersCommand(input))), 'ValidationError');
    }
  });
});
