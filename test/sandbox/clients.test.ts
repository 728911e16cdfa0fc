// The whole life of a key through clients other than the SDK, and requests that no SDK makes.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CreateUserCommand, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { DEFAULT_ACCOUNT_ID, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { hold } from './hold.ts';
import { runAwsCli, runPython, skipWithoutAwsCli, skipWithoutBoto3 } from './other-clients.ts';
import type { Probe } from './probe.ts';
import { administrator, type Credentials, errorOf, iamOf } from './sdk.ts';
import { eventually } from './wait.ts';

const ACCOUNT = DEFAULT_ACCOUNT_ID;

let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox({ seed: 'clients' });
  sandbox.world.addUser(ACCOUNT, { name: 'svc-cli' });
  sandbox.world.addUser(ACCOUNT, { name: 'svc-boto3' });
});
after(() => sandbox.close());

describe('the AWS CLI', { skip: skipWithoutAwsCli() }, () => {
  it('creates a key, signs with it, deactivates and deletes it', async () => {
    const aws = async (credentials: Credentials, ...args: string[]) => {
      const service = args[0] === 'sts' ? 'sts' : 'iam';
      const probe: Probe = { sandbox, service, operation: '', credentials };
      const finished = await runAwsCli(probe, args);
      assert.equal(finished.exitCode, 0, finished.stderr);
      return finished.stdout === '' ? {} : JSON.parse(finished.stdout);
    };
    const admin = administrator(sandbox);
    const user = ['--user-name', 'svc-cli'];
    const { AccessKey } = await aws(admin, 'iam', 'create-access-key', ...user);
    const key = {
      accessKeyId: AccessKey.AccessKeyId,
      secretAccessKey: AccessKey.SecretAccessKey,
    };
    const identity = await aws(key, 'sts', 'get-caller-identity');
    assert.equal(identity.Arn, `arn:aws:iam::${ACCOUNT}:user/svc-cli`);
    const which = ['--access-key-id', key.accessKeyId];
    await aws(admin, 'iam', 'update-access-key', ...user, ...which, '--status', 'Inactive');
    const { AccessKeyMetadata } = await aws(admin, 'iam', 'list-access-keys', ...user);
    assert.equal(AccessKeyMetadata[0].Status, 'Inactive');
    await aws(admin, 'iam', 'delete-access-key', ...user, ...which);
    assert.deepEqual(sandbox.world.user(ACCOUNT, 'svc-cli').keys, []);
  });
});

const KEY_LIFE_SCRIPT = `
import boto3, json, sys, time
given = json.load(sys.stdin)
def client(service, key):
    return boto3.client(
        service, endpoint_url=given['url'], region_name='eu-central-1',
        aws_access_key_id=key['AccessKeyId'], aws_secret_access_key=key['SecretAccessKey'])
iam = client('iam', given['admin'])
user = given['user']
key = iam.create_access_key(UserName=user)['AccessKey']
seen = {'status': key['Status'], 'arn': client('sts', key).get_caller_identity()['Arn']}
which = {'UserName': user, 'AccessKeyId': key['AccessKeyId']}
iam.update_access_key(Status='Inactive', **which)
seen['listed'] = [item['Status'] for item in iam.list_access_keys(UserName=user)['AccessKeyMetadata']]
seen['owner'] = iam.get_access_key_last_used(AccessKeyId=key['AccessKeyId'])['UserName']
while iam.generate_credential_report()['State'] != 'COMPLETE':
    time.sleep(0.05)
seen['report'] = iam.get_credential_report()['Content'].decode()
seen['summary'] = iam.get_account_summary()['SummaryMap']['AccessKeysPerUserQuota']
iam.tag_user(UserName=user, Tags=[{'Key': key['AccessKeyId'], 'Value': 'nightly'}])
seen['tags'] = [tag['Value'] for tag in iam.list_user_tags(UserName=user)['Tags']]
iam.delete_access_key(**which)
json.dump(seen, sys.stdout)
`;

describe('boto3', { skip: skipWithoutBoto3() }, () => {
  it('lives through a key, and reads the report', async () => {
    sandbox.settings.reportSeconds = 0.1;
    const { accessKeyId, secretAccessKey } = administrator(sandbox);
    const seen = (await runPython(KEY_LIFE_SCRIPT, {
      url: sandbox.url,
      user: 'svc-boto3',
      admin: { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey },
    })) as Record<string, unknown>;
    const { report, ...rest } = seen;
    assert.deepEqual(rest, {
      status: 'Active',
      arn: `arn:aws:iam::${ACCOUNT}:user/svc-boto3`,
      listed: ['Inactive'],
      owner: 'svc-boto3',
      summary: 2,
      tags: ['nightly'],
    });
    assert.match(String(report), /\n<root_account>,.*\nsandbox-admin,.*\nsvc-boto3,/s);
    assert.deepEqual(sandbox.world.user(ACCOUNT, 'svc-boto3').keys, []);
  });
});

describe('unusual requests', () => {
  it('a query without a signature is refused in XML', async () => {
    const response = await fetch(`${sandbox.url}/?Action=ListUsers&Version=2010-05-08`);
    assert.equal(response.status, 403);
    assert.match(response.headers.get('content-type') ?? '', /^text\/xml/);
    const text = await response.text();
    assert.match(text, /^<ErrorResponse xmlns="https:\/\/iam\.[^"]+\/doc\/2010-05-08\/"><Error>/);
    assert.match(text, /<Code>MissingAuthenticationToken<\/Code>/);
  });

  it('a broken Authorization header is refused', async () => {
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=x' };
    const response = await fetch(`${sandbox.url}/?Action=ListUsers`, { headers });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /<Code>IncompleteSignature<\/Code>/);
  });

  it('a client that goes away does not stop the work', async () => {
    sandbox.world.addUser(ACCOUNT, { name: 'svc-away' });
    const held = hold();
    sandbox.faults.add({
      operation: 'CreateUser',
      effect: { kind: 'delay', durationMs: held.ms },
    });
    const abort = new AbortController();
    const command = new CreateUserCommand({ UserName: 'svc-late' });
    const left = errorOf(iamOf(sandbox).send(command, { abortSignal: abort.signal }));
    const arrived = () => sandbox.requests.list('CreateUser').length === 1;
    await eventually(arrived);
    abort.abort();
    assert.equal((await left).name, 'AbortError');
    assert.equal(sandbox.world.account(ACCOUNT).users.has('svc-late'), false);
    await held.letGo();
    assert.equal(sandbox.world.account(ACCOUNT).users.has('svc-late'), true);
    sandbox.faults.clear();
  });

  it('an account holds five thousand users at most', async () => {
    const full = sandbox.world.addAccount({});
    for (let index = full.users.size; index < 5000; index += 1) {
      sandbox.world.addUser(full.id, { name: `svc-${index}` });
    }
    const iam = iamOf(sandbox, administrator(sandbox, full.id));
    const refused = await errorOf(iam.send(new CreateUserCommand({ UserName: 'one-more' })));
    assert.equal(refused.name, 'LimitExceededException');
    assert.equal(refused.message, 'Cannot exceed quota for UsersPerAccount: 5000');
  });

  it('no list tells a secret', async () => {
    const admin = 'sandbox-admin';
    const iam = iamOf(sandbox);
    const listed = await iam.send(new ListAccessKeysCommand({ UserName: admin }));
    assert.ok(!JSON.stringify(listed).includes(administrator(sandbox).secretAccessKey));
    assert.equal(listed.AccessKeyMetadata?.length, 1);
  });
});
