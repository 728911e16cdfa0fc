// Secrets Manager: versions, the labels on them, who may move one, and what outlives a delete.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  DEFAULT_ACCOUNT_ID,
  type FaultEffect,
  type Sandbox,
  startSandbox,
} from '../../src/sandbox/index.ts';
import { hold } from './hold.ts';
import { callJson, type JsonAnswer } from './json-call.ts';
import { runAwsCli, runPython, skipWithoutAwsCli, skipWithoutBoto3 } from './other-clients.ts';
import { administrator, type Credentials, credentialsOf } from './sdk.ts';

const ACCOUNT = DEFAULT_ACCOUNT_ID;
const [ONE, TWO, THREE] = ['1', '2', '3'].map(
  (digit) => `${digit.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`,
) as [string, string, string];
const SecretId = 'prod/db';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ seed: 'secrets' });
});
afterEach(() => sandbox.close());

function ask(operation: string, input: object = {}, signer?: Credentials): Promise<JsonAnswer> {
  const credentials = signer ?? administrator(sandbox);
  return callJson({
    endpoint: sandbox.url,
    credentials,
    service: 'secretsmanager',
    operation,
    input,
  });
}

/** The result of a call that must succeed. */
// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape, looked into by each test.
async function done(operation: string, input: object = {}): Promise<any> {
  const { status, json } = await ask(operation, input);
  assert.equal(status, 200, JSON.stringify(json));
  return json;
}

async function refused(
  operation: string,
  input: object,
  code: string,
  message: RegExp,
): Promise<void> {
  const { status, errorType, json } = await ask(operation, input);
  assert.deepEqual([status, errorType], [400, code]);
  assert.match(json.Message ?? json.message, message);
}

function create(SecretString = 'first', ClientRequestToken = ONE): Promise<{ ARN: string }> {
  return done('CreateSecret', { Name: SecretId, SecretString, ClientRequestToken });
}

function put(SecretString: string, ClientRequestToken: string, stages?: string[]) {
  const more = stages === undefined ? {} : { VersionStages: stages };
  return done('PutSecretValue', { SecretId, SecretString, ClientRequestToken, ...more });
}

async function stages(): Promise<Record<string, string[]>> {
  return (await done('DescribeSecret', { SecretId })).VersionIdsToStages;
}

describe('a secret', () => {
  it('is made with a first version, and found by name, ARN, and ARN without its suffix', async () => {
    const { ARN } = await create();
    assert.match(
      ARN,
      /^arn:aws:secretsmanager:us-east-1:123456789012:secret:prod\/db-[A-Za-z0-9]{6}$/,
    );
    for (const id of [SecretId, ARN, ARN.slice(0, -7)]) {
      const { CreatedDate, ...rest } = await done('GetSecretValue', { SecretId: id });
      assert.equal(typeof CreatedDate, 'number');
      assert.deepEqual(rest, {
        ARN,
        Name: SecretId,
        VersionId: ONE,
        SecretString: 'first',
        VersionStages: ['AWSCURRENT'],
      });
    }
  });

  it('is made once: the same call again succeeds, another is refused', async () => {
    await create();
    await create();
    const input = { Name: SecretId, SecretString: 'other', ClientRequestToken: ONE };
    await refused('CreateSecret', input, 'ResourceExistsException', /already exists\.$/);
    const later = { ...input, SecretString: 'first', ClientRequestToken: TWO };
    await refused('CreateSecret', later, 'ResourceExistsException', /already exists\.$/);
  });

  it('belongs to one region and one account', async () => {
    await create();
    sandbox.world.addAccount({ id: '210987654321' });
    const other = administrator(sandbox, '210987654321');
    const elsewhere = await ask('GetSecretValue', { SecretId }, other);
    assert.equal(elsewhere.errorType, 'ResourceNotFoundException');
    const region = 'eu-central-1';
    const abroad = await callJson({
      endpoint: sandbox.url,
      credentials: administrator(sandbox),
      service: 'secretsmanager',
      operation: 'GetSecretValue',
      input: { SecretId },
      region,
    });
    assert.equal(abroad.errorType, 'ResourceNotFoundException');
  });

  it('without a value has no current version until one is put', async () => {
    await done('CreateSecret', { Name: SecretId, ClientRequestToken: ONE });
    const missing = /can't find the specified secret value for staging label: AWSCURRENT$/;
    await refused('GetSecretValue', { SecretId }, 'ResourceNotFoundException', missing);
    await put('first', TWO, ['AWSPENDING']);
    assert.deepEqual(await stages(), { [TWO]: ['AWSCURRENT', 'AWSPENDING'] });
  });

  it('may be binary', async () => {
    const SecretBinary = Buffer.from([0, 255, 1]).toString('base64');
    await done('CreateSecret', { Name: SecretId, SecretBinary, ClientRequestToken: ONE });
    assert.equal((await done('GetSecretValue', { SecretId })).SecretBinary, SecretBinary);
  });

  it('keeps tags and a description', async () => {
    const Tags = [{ Key: 'team', Value: 'payments' }];
    await done('CreateSecret', {
      Name: SecretId,
      Tags,
      Description: 'a database',
      ClientRequestToken: ONE,
    });
    await done('TagResource', { SecretId, Tags: [{ Key: 'tier', Value: '1' }] });
    const described = await done('DescribeSecret', { SecretId });
    assert.deepEqual(described.Tags, [...Tags, { Key: 'tier', Value: '1' }]);
    assert.equal(described.Description, 'a database');
    assert.equal(described.VersionIdsToStages, undefined);
  });

  it('is refused with the reasons of AWS, which never repeat the value', async () => {
    const long = 'x'.repeat(65_537);
    const rows: [string, object, string, RegExp][] = [
      [
        'GetSecretValue',
        { SecretId: 'none' },
        'ResourceNotFoundException',
        /^Secrets Manager can't find the specified secret\.$/,
      ],
      ['GetSecretValue', {}, 'ValidationException', /Value null at 'secretId'/],
      [
        'CreateSecret',
        { Name: 'a b', ClientRequestToken: ONE },
        'ValidationException',
        /^Invalid name/,
      ],
      ['CreateSecret', { ClientRequestToken: ONE }, 'ValidationException', /Value null at 'name'/],
      [
        'CreateSecret',
        { Name: 'a', SecretString: 'x' },
        'InvalidRequestException',
        /must provide a ClientRequestToken/,
      ],
      [
        'CreateSecret',
        { Name: 'a', ClientRequestToken: 'short' },
        'InvalidParameterException',
        /32-64 characters/,
      ],
      [
        'CreateSecret',
        { Name: 'a', SecretString: long, ClientRequestToken: ONE },
        'ValidationException',
        /'secretString' failed/,
      ],
      [
        'CreateSecret',
        { Name: 'a', SecretString: 'x', SecretBinary: 'eA==', ClientRequestToken: ONE },
        'InvalidParameterException',
        /both a binary/,
      ],
      [
        'CreateSecret',
        { Name: 'a', Tags: 'x', ClientRequestToken: ONE },
        'SerializationException',
        /^Tags is not/,
      ],
      [
        'PutSecretValue',
        { SecretId: 'none', SecretString: 'x', ClientRequestToken: ONE },
        'ResourceNotFoundException',
        /./,
      ],
    ];
    for (const [operation, input, code, message] of rows) {
      const answer = await ask(operation, input);
      assert.equal(answer.errorType, code, operation);
      assert.match(answer.json.Message ?? answer.json.message, message);
      assert.ok(!JSON.stringify(answer.json).includes('xxxx'));
    }
    await create();
    const empty = { SecretId, ClientRequestToken: TWO };
    await refused(
      'PutSecretValue',
      empty,
      'InvalidRequestException',
      /either SecretString or SecretBinary/,
    );
  });

  it('needs permission, by its ARN or, where there is none, by its name', async () => {
    const { world } = sandbox;
    const Resource = `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:prod/*`;
    world.addUser(ACCOUNT, {
      name: 'reader',
      policies: {
        read: { Statement: { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource } },
      },
    });
    const reader = credentialsOf(world.addKey(ACCOUNT, 'reader'));
    await create();
    assert.equal((await ask('GetSecretValue', { SecretId }, reader)).status, 200);
    const missing = await ask('GetSecretValue', { SecretId: 'prod/none' }, reader);
    assert.equal(missing.errorType, 'ResourceNotFoundException');
    for (const [operation, id] of [
      ['GetSecretValue', 'dev/db'],
      ['DescribeSecret', SecretId],
    ] as const) {
      const denied = await ask(operation, { SecretId: id }, reader);
      assert.equal(denied.errorType, 'AccessDeniedException');
      assert.match(denied.json.Message, /not authorized to perform: secretsmanager:/);
    }
  });
});

describe('the versions of a secret', () => {
  it('are current and previous as AWS moves the labels', async () => {
    await create();
    assert.deepEqual((await put('second', TWO)).VersionStages, ['AWSCURRENT']);
    assert.deepEqual(await stages(), { [ONE]: ['AWSPREVIOUS'], [TWO]: ['AWSCURRENT'] });
    await put('third', THREE);
    assert.deepEqual(await stages(), { [TWO]: ['AWSPREVIOUS'], [THREE]: ['AWSCURRENT'] });
    const previous = await done('GetSecretValue', { SecretId, VersionStage: 'AWSPREVIOUS' });
    assert.equal(previous.SecretString, 'second');
    const oldest = await done('GetSecretValue', { SecretId, VersionId: ONE });
    assert.equal(oldest.SecretString, 'first');
    assert.equal(oldest.VersionStages, undefined);
  });

  it('are listed, those without a label only when asked for, and in pages', async () => {
    await create();
    await put('second', TWO);
    await put('third', THREE);
    const ids = (json: { Versions: { VersionId: string }[] }) =>
      json.Versions.map((each) => each.VersionId);
    assert.deepEqual(ids(await done('ListSecretVersionIds', { SecretId })), [TWO, THREE]);
    const all = { SecretId, IncludeDeprecated: true, MaxResults: 2 };
    const first = await done('ListSecretVersionIds', all);
    assert.deepEqual(ids(first), [ONE, TWO]);
    const rest = await done('ListSecretVersionIds', { ...all, NextToken: first.NextToken });
    assert.deepEqual(ids(rest), [THREE]);
    assert.equal(rest.NextToken, undefined);
    const wrong = { SecretId, NextToken: 'x' };
    await refused('ListSecretVersionIds', wrong, 'InvalidNextTokenException', /NextToken/);
  });

  it('are made once per token: the same value again changes nothing, another is refused', async () => {
    await create();
    await put('second', TWO);
    await put('third', THREE);
    assert.deepEqual((await put('second', TWO)).VersionStages, ['AWSPREVIOUS']);
    assert.deepEqual(await stages(), { [TWO]: ['AWSPREVIOUS'], [THREE]: ['AWSCURRENT'] });
    const other = { SecretId, SecretString: 'other', ClientRequestToken: TWO };
    await refused(
      'PutSecretValue',
      other,
      'ResourceExistsException',
      /can't use ClientRequestToken/,
    );
  });

  it('wait with AWSPENDING until AWSCURRENT is moved to them', async () => {
    await create();
    await put('second', TWO, ['AWSPENDING']);
    assert.deepEqual(await stages(), { [ONE]: ['AWSCURRENT'], [TWO]: ['AWSPENDING'] });
    assert.equal((await done('GetSecretValue', { SecretId })).SecretString, 'first');
    await move('AWSCURRENT', ONE, TWO);
    assert.deepEqual(await stages(), {
      [ONE]: ['AWSPREVIOUS'],
      [TWO]: ['AWSCURRENT', 'AWSPENDING'],
    });
    await move('AWSPENDING', TWO, undefined);
    assert.deepEqual(await stages(), { [ONE]: ['AWSPREVIOUS'], [TWO]: ['AWSCURRENT'] });
    await move('AWSCURRENT', TWO, ONE);
    assert.deepEqual(await stages(), { [ONE]: ['AWSCURRENT'], [TWO]: ['AWSPREVIOUS'] });
  });

  it('give up a label only to who knows which of them has it', async () => {
    await create();
    await put('second', TWO, ['AWSPENDING']);
    await put('third', THREE, ['OTHER']);
    const update = 'UpdateSecretVersionStage';
    const rows: [object, RegExp][] = [
      [
        { VersionStage: 'AWSCURRENT', MoveToVersionId: TWO },
        new RegExp(
          `RemoveFromVersionId can't be empty\\. Staging label AWSCURRENT is currently attached to version ${ONE}`,
        ),
      ],
      [{ VersionStage: 'AWSPENDING', MoveToVersionId: ONE }, /RemoveFromVersionId can't be empty/],
      [
        { VersionStage: 'AWSCURRENT', MoveToVersionId: TWO, RemoveFromVersionId: THREE },
        /must be set to the version that currently has the label/,
      ],
      [
        { VersionStage: 'NEW', MoveToVersionId: TWO, RemoveFromVersionId: ONE },
        /must be set to the version/,
      ],
      [
        { VersionStage: 'AWSCURRENT', RemoveFromVersionId: ONE },
        /You can only move staging label AWSCURRENT/,
      ],
      [{ VersionStage: 'AWSPENDING', RemoveFromVersionId: ONE }, /must be set to the version/],
      [{ VersionStage: 'AWSCURRENT', MoveToVersionId: 'x' }, /^Not a valid version: x$/],
      [{ VersionStage: 'AWSCURRENT' }, /MoveToVersionId or RemoveFromVersionId/],
    ];
    const before = await stages();
    for (const [input, message] of rows) {
      await refused(update, { SecretId, ...input }, 'InvalidParameterException', message);
    }
    assert.deepEqual(await stages(), before);
    await move('NEW', undefined, TWO);
    await move('NEW', undefined, TWO);
    assert.deepEqual((await stages())[TWO], ['AWSPENDING', 'NEW']);
  });

  it('are told apart when both a version and a label are asked for', async () => {
    await create();
    await put('second', TWO);
    await done('GetSecretValue', { SecretId, VersionId: TWO, VersionStage: 'AWSCURRENT' });
    const both = { SecretId, VersionId: ONE, VersionStage: 'AWSCURRENT' };
    await refused(
      'GetSecretValue',
      both,
      'InvalidRequestException',
      /not associated to the provided VersionId/,
    );
    const none = { SecretId, VersionId: THREE };
    await refused('GetSecretValue', none, 'ResourceNotFoundException', /VersionId: 33333333/);
  });

  function move(VersionStage: string, from: string | undefined, to: string | undefined) {
    return done('UpdateSecretVersionStage', {
      SecretId,
      VersionStage,
      ...(from === undefined ? {} : { RemoveFromVersionId: from }),
      ...(to === undefined ? {} : { MoveToVersionId: to }),
    });
  }
});

describe('a secret that is marked for deletion', () => {
  const marked = /because it was marked for deletion\.$/;

  it('refuses its value until it is restored', async () => {
    await create();
    await done('DeleteSecret', { SecretId, RecoveryWindowInDays: 7 });
    const value = { SecretId, SecretString: 'x', ClientRequestToken: TWO };
    await refused('GetSecretValue', { SecretId }, 'InvalidRequestException', marked);
    await refused('PutSecretValue', value, 'InvalidRequestException', marked);
    await refused('DeleteSecret', { SecretId }, 'InvalidRequestException', marked);
    await refused('TagResource', { SecretId, Tags: [] }, 'InvalidRequestException', marked);
    const again = { Name: SecretId, SecretString: 'first', ClientRequestToken: ONE };
    await refused(
      'CreateSecret',
      again,
      'InvalidRequestException',
      /already scheduled for deletion/,
    );
    const { DeletedDate } = await done('DescribeSecret', { SecretId });
    const days = (DeletedDate * 1000 - sandbox.clock.nowMs()) / 86_400_000;
    assert.equal(Math.round(days), 7);
    await done('RestoreSecret', { SecretId });
    assert.equal((await done('GetSecretValue', { SecretId })).SecretString, 'first');
  });

  it('is gone when its time is over, or at once when forced', async () => {
    await create();
    await done('DeleteSecret', { SecretId });
    sandbox.clock.advance(31 * 86_400_000);
    await refused('DescribeSecret', { SecretId }, 'ResourceNotFoundException', /./);
    await create('second', TWO);
    await done('DeleteSecret', { SecretId, ForceDeleteWithoutRecovery: true });
    await done('DeleteSecret', { SecretId, ForceDeleteWithoutRecovery: true });
    await create('third', THREE);
  });

  it('waits from 7 to 30 days', async () => {
    await create();
    const short = { SecretId, RecoveryWindowInDays: 6 };
    await refused('DeleteSecret', short, 'InvalidParameterException', /between 7 and 30/);
    const both = { SecretId, RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true };
    await refused('DeleteSecret', both, 'InvalidParameterException', /in conjunction/);
  });
});

describe('secrets under faults', () => {
  const putOnce = () =>
    ask('PutSecretValue', { SecretId, SecretString: 'second', ClientRequestToken: TWO });

  it('are written though the answer is lost, and the same call again is safe', async () => {
    await create();
    for (const kind of ['drop-reply', 'truncate-body'] as const) {
      sandbox.faults.clear();
      sandbox.faults.add({ operation: 'PutSecretValue', resource: SecretId, effect: { kind } });
      await assert.rejects(putOnce(), TypeError);
    }
    sandbox.faults.clear();
    assert.equal((await putOnce()).status, 200);
    assert.deepEqual(await stages(), { [ONE]: ['AWSPREVIOUS'], [TWO]: ['AWSCURRENT'] });
  });

  it('may be written late, when somebody else has written since', async () => {
    await create();
    const held = hold();
    const effect: FaultEffect = { kind: 'late-commit', afterMs: held.ms };
    sandbox.faults.add({ operation: 'PutSecretValue', calls: { first: 1 }, effect });
    await assert.rejects(putOnce(), TypeError);
    await put('third', THREE);
    await held.letGo();
    assert.deepEqual(await stages(), { [TWO]: ['AWSCURRENT'], [THREE]: ['AWSPREVIOUS'] });
  });

  it('are refused in the words of the service', async () => {
    await create();
    for (const [effect, status, code] of [
      [{ kind: 'throttle' }, 400, 'ThrottlingException'],
      [{ kind: 'error-after-commit' }, 500, 'InternalServiceError'],
      [{ kind: 'access-denied' }, 400, 'AccessDeniedException'],
    ] as const) {
      sandbox.faults.clear();
      sandbox.faults.add({ resource: SecretId, effect });
      const answer = await putOnce();
      assert.deepEqual([answer.status, answer.errorType], [status, code]);
    }
  });

  it('show a write only after the lag, if one is set', async () => {
    await create();
    sandbox.clock.advance(2 * 3_600_000);
    sandbox.settings.readLagSeconds = { secretsmanager: 3600 };
    await put('second', TWO);
    assert.equal((await done('GetSecretValue', { SecretId })).SecretString, 'first');
    assert.deepEqual(await stages(), { [ONE]: ['AWSCURRENT'] });
    const late = { SecretId, VersionId: TWO };
    await refused('GetSecretValue', late, 'ResourceNotFoundException', /VersionId/);
    sandbox.clock.advance(3_600_000);
    assert.equal((await done('GetSecretValue', { SecretId })).SecretString, 'second');
    await done('CreateSecret', { Name: 'new', SecretString: 'x', ClientRequestToken: ONE });
    await refused('GetSecretValue', { SecretId: 'new' }, 'ResourceNotFoundException', /./);
  });

  it('leave no value in the log', async () => {
    await create('do-not-log-1');
    await put('do-not-log-2', TWO);
    const SecretBinary = Buffer.from('do-not-log-3').toString('base64');
    await done('PutSecretValue', { SecretId, SecretBinary, ClientRequestToken: THREE });
    const text = JSON.stringify(sandbox.requests.list());
    assert.ok(!/do-not-log/.test(text) && !text.includes(SecretBinary));
    assert.ok(text.includes(`"SecretId":"${SecretId}"`));
  });
});

const BOTO3_SCRIPT = `
import boto3, json, sys
from botocore.exceptions import ClientError
given = json.load(sys.stdin)
client = boto3.client(
    'secretsmanager', endpoint_url=given['url'], region_name='us-east-1',
    aws_access_key_id=given['key']['accessKeyId'],
    aws_secret_access_key=given['key']['secretAccessKey'])
client.create_secret(Name='py', SecretString='first')
new = client.put_secret_value(SecretId='py', SecretBinary=b'\\x00second', VersionStages=['AWSPENDING'])
old = client.get_secret_value(SecretId='py')
seen = {'old': old['SecretString'], 'year': old['CreatedDate'].year > 2000}
try:
    client.update_secret_version_stage(
        SecretId='py', VersionStage='AWSCURRENT', MoveToVersionId=new['VersionId'])
except ClientError as error:
    seen['refused'] = error.response['Error']['Code']
client.update_secret_version_stage(
    SecretId='py', VersionStage='AWSCURRENT', MoveToVersionId=new['VersionId'],
    RemoveFromVersionId=old['VersionId'])
seen['new'] = client.get_secret_value(SecretId='py')['SecretBinary'].hex()
seen['stages'] = sorted(
    stage for stages in client.describe_secret(SecretId='py')['VersionIdsToStages'].values()
    for stage in stages)
client.delete_secret(SecretId='py')
try:
    client.get_secret_value(SecretId='py')
except client.exceptions.InvalidRequestException as error:
    seen['deleted'] = True
json.dump(seen, sys.stdout)
`;

describe('secrets, as other clients see them', () => {
  it('are stored and read by the AWS CLI', { skip: skipWithoutAwsCli() }, async () => {
    const credentials = administrator(sandbox);
    const aws = async (...args: string[]) => {
      const probe = { sandbox, service: 'secretsmanager', operation: '', credentials } as const;
      const finished = await runAwsCli(probe, ['secretsmanager', ...args]);
      assert.equal(finished.exitCode, 0, finished.stderr);
      return JSON.parse(finished.stdout);
    };
    await aws('create-secret', '--name', 'cli', '--secret-string', 'first');
    await aws('put-secret-value', '--secret-id', 'cli', '--secret-string', 'second');
    const read = await aws(
      'get-secret-value',
      '--secret-id',
      'cli',
      '--version-stage',
      'AWSPREVIOUS',
    );
    assert.equal(read.SecretString, 'first');
  });

  it('live through a rotation by boto3', { skip: skipWithoutBoto3() }, async () => {
    const seen = await runPython(BOTO3_SCRIPT, { url: sandbox.url, key: administrator(sandbox) });
    assert.deepEqual(seen, {
      old: 'first',
      year: true,
      refused: 'InvalidParameterException',
      new: Buffer.from('\u0000second').toString('hex'),
      stages: ['AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS'],
      deleted: true,
    });
  });
});
