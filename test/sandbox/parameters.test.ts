// Parameter Store: versions, labels, sizes, and what is shown of a SecureString.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { DEFAULT_ACCOUNT_ID, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { callJson, type JsonAnswer } from './json-call.ts';
import { runAwsCli, runPython, skipWithoutAwsCli, skipWithoutBoto3 } from './other-clients.ts';
import { administrator, type Credentials, credentialsOf } from './sdk.ts';

const ACCOUNT = DEFAULT_ACCOUNT_ID;
const Name = '/prod/db/password';
const SECURE = { Name, Type: 'SecureString' };

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ seed: 'parameters' });
});
afterEach(() => sandbox.close());

function ask(operation: string, input: object = {}, signer?: Credentials): Promise<JsonAnswer> {
  const credentials = signer ?? administrator(sandbox);
  return callJson({ endpoint: sandbox.url, credentials, service: 'ssm', operation, input });
}

/** The result of a call that must succeed. */
// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape, looked into by each test.
async function done(operation: string, input: object = {}): Promise<any> {
  const { status, json } = await ask(operation, input);
  assert.equal(status, 200, JSON.stringify(json));
  return json;
}

async function put(Value: string, more: object = {}): Promise<number> {
  return (await done('PutParameter', { ...SECURE, Value, ...more })).Version;
}

async function value(name = Name): Promise<string> {
  return (await done('GetParameter', { Name: name, WithDecryption: true })).Parameter.Value;
}

describe('a parameter', () => {
  it('is made, and read by name, version and ARN', async () => {
    assert.deepEqual(await done('PutParameter', { ...SECURE, Value: 'first' }), {
      Version: 1,
      Tier: 'Standard',
    });
    assert.equal(await put('second', { Overwrite: true }), 2);
    const { Parameter } = await done('GetParameter', { Name: `${Name}:1`, WithDecryption: true });
    const { LastModifiedDate, ...rest } = Parameter;
    assert.equal(typeof LastModifiedDate, 'number');
    const ARN = `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter${Name}`;
    assert.deepEqual(rest, {
      Name,
      Type: 'SecureString',
      Value: 'first',
      Version: 1,
      Selector: ':1',
      ARN,
      DataType: 'text',
    });
    assert.equal(await value(ARN), 'second');
    assert.equal(await value(`${ARN}:1`), 'first');
    await done('PutParameter', { Name: 'plain', Type: 'String', Value: 'seen' });
    assert.equal(await value(`arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/plain`), 'seen');
  });

  it('is shown in clear only to who asks for it', async () => {
    await put('do-not-show');
    const { Parameter } = await done('GetParameter', { Name });
    assert.match(Parameter.Value, /^[A-Za-z0-9+/=]{40,}$/);
    const { Parameters } = await done('GetParameterHistory', { Name });
    assert.equal(Parameters[0].Value, Parameter.Value);
    await done('PutParameter', { Name: 'plain', Type: 'String', Value: 'seen' });
    assert.equal((await done('GetParameter', { Name: 'plain' })).Parameter.Value, 'seen');
  });

  it('is not overwritten unless that is asked for', async () => {
    await put('first');
    const again = await ask('PutParameter', { ...SECURE, Value: 'second' });
    assert.equal(again.errorType, 'ParameterAlreadyExists');
    assert.match(again.json.Message, /^The parameter already exists\. To overwrite this value/);
    assert.equal(await value(), 'first');
    assert.equal(
      (await done('PutParameter', { Name, Value: 'second', Overwrite: true })).Version,
      2,
    );
  });

  it('has a history with labels, in pages', async () => {
    for (const text of ['first', 'second', 'third']) await put(text, { Overwrite: true });
    await done('LabelParameterVersion', { Name, ParameterVersion: 1, Labels: ['live'] });
    const labels = { Name, ParameterVersion: 2, Labels: ['live', 'next', '1st', 'aws'] };
    const labelled = await done('LabelParameterVersion', labels);
    assert.deepEqual(labelled, { InvalidLabels: ['1st', 'aws'], ParameterVersion: 2 });
    assert.equal(await value(`${Name}:live`), 'second');
    const first = await done('GetParameterHistory', { Name, WithDecryption: true, MaxResults: 2 });
    const shown = first.Parameters.map(
      (each: { Version: number; Value: string; Labels: string[] }) => [
        each.Version,
        each.Value,
        each.Labels,
      ],
    );
    assert.deepEqual(shown, [
      [1, 'first', []],
      [2, 'second', ['live', 'next']],
    ]);
    const rest = await done('GetParameterHistory', { Name, NextToken: first.NextToken });
    assert.equal(rest.Parameters[0].Version, 3);
    assert.equal(rest.NextToken, undefined);
  });

  it('keeps a hundred versions, unless the oldest has a label', async () => {
    for (let count = 1; count <= 101; count += 1) await put(`v${count}`, { Overwrite: true });
    const gone = await ask('GetParameter', { Name: `${Name}:1` });
    assert.equal(gone.errorType, 'ParameterVersionNotFound');
    await done('LabelParameterVersion', { Name, ParameterVersion: 2, Labels: ['kept'] });
    const full = await ask('PutParameter', { ...SECURE, Value: 'x', Overwrite: true });
    assert.equal(full.errorType, 'ParameterMaxVersionLimitExceeded');
  });

  it('holds 4,096 characters, or 8,192 in the advanced tier, which it never leaves', async () => {
    await put('a'.repeat(4096));
    const long = { ...SECURE, Value: 'b'.repeat(4097), Overwrite: true };
    const refused = await ask('PutParameter', long);
    assert.equal(refused.errorType, 'ValidationException');
    assert.match(
      refused.json.message,
      /^Standard tier parameters support a maximum .* 4096 characters/,
    );
    assert.ok(!refused.json.message.includes('bbb'));
    const smart = await done('PutParameter', { ...long, Tier: 'Intelligent-Tiering' });
    assert.equal(smart.Tier, 'Advanced');
    const kept = await done('PutParameter', { ...SECURE, Value: 'short', Overwrite: true });
    assert.equal(kept.Tier, 'Advanced');
    const back = { ...SECURE, Value: 'short', Overwrite: true, Tier: 'Standard' };
    assert.match((await ask('PutParameter', back)).json.message, /can't downgrade a parameter/);
    const longer = { ...SECURE, Value: 'b'.repeat(8193), Overwrite: true };
    assert.match((await ask('PutParameter', longer)).json.message, /8192 characters\.$/);
  });

  it('keeps tags, which an overwrite may not bring', async () => {
    const Tags = [{ Key: 'team', Value: 'payments' }];
    await put('first', { Tags });
    const both = await ask('PutParameter', { ...SECURE, Value: 'x', Overwrite: true, Tags });
    assert.match(both.json.message, /tags and overwrite can't be used together/);
    const resource = { ResourceType: 'Parameter', ResourceId: Name };
    await done('AddTagsToResource', { ...resource, Tags: [{ Key: 'tier', Value: '1' }] });
    const { TagList } = await done('ListTagsForResource', resource);
    assert.deepEqual(TagList, [...Tags, { Key: 'tier', Value: '1' }]);
    const none = { ResourceType: 'Parameter', ResourceId: 'none' };
    assert.equal((await ask('ListTagsForResource', none)).errorType, 'InvalidResourceId');
    const other = { ResourceType: 'Document', ResourceId: Name };
    assert.equal((await ask('ListTagsForResource', other)).errorType, 'ValidationException');
  });

  it('is gone when deleted', async () => {
    await put('first');
    await done('DeleteParameter', { Name });
    for (const operation of ['GetParameter', 'GetParameterHistory', 'DeleteParameter']) {
      const missing = await ask(operation, { Name });
      assert.deepEqual([missing.status, missing.errorType], [400, 'ParameterNotFound']);
      assert.deepEqual(missing.json, { __type: 'ParameterNotFound' });
    }
    assert.equal(await put('again'), 1);
  });

  it('is refused with the reasons of AWS', async () => {
    await put('first');
    const rows: [string, object, string, RegExp][] = [
      ['PutParameter', { Name: 'a', Value: 'x' }, 'ValidationException', /type is required/],
      [
        'PutParameter',
        { Name: 'a', Type: 'Text', Value: 'x' },
        'ValidationException',
        /enum value set: \[String, /,
      ],
      [
        'PutParameter',
        { Name: 'a', Type: 'String' },
        'ValidationException',
        /Value null at 'value'/,
      ],
      [
        'PutParameter',
        { Name: 'a', Type: 'String', Value: '' },
        'ValidationException',
        /greater than or equal to 1/,
      ],
      [
        'PutParameter',
        { Name: 'a', Type: 'String', Value: 'x', Tier: 'Gold' },
        'ValidationException',
        /Intelligent-Tiering/,
      ],
      [
        'PutParameter',
        { Name: 'a b', Type: 'String', Value: 'x' },
        'ValidationException',
        /^Invalid parameter name/,
      ],
      [
        'PutParameter',
        { Name: '/aws/x', Type: 'String', Value: 'x' },
        'ValidationException',
        /prefixed with "aws"/,
      ],
      [
        'PutParameter',
        { Name: 'a/b', Type: 'String', Value: 'x' },
        'ValidationException',
        /fully qualified/,
      ],
      [
        'PutParameter',
        { Name: '/a'.repeat(16), Type: 'String', Value: 'x' },
        'HierarchyLevelLimitExceededException',
        /15 levels/,
      ],
      [
        'PutParameter',
        { Name, Type: 'String', Value: 'x', Overwrite: true },
        'HierarchyTypeMismatchException',
        /changing a parameter type/,
      ],
      [
        'GetParameter',
        { Name: `${Name}:7` },
        'ParameterVersionNotFound',
        /could not find version 7 of \/prod/,
      ],
      ['GetParameterHistory', { Name, MaxResults: 51 }, 'ValidationException', /between 1 and 50/],
      ['GetParameterHistory', { Name, NextToken: 'x' }, 'InvalidNextToken', /token/],
      [
        'LabelParameterVersion',
        { Name, ParameterVersion: 9, Labels: ['a'] },
        'ParameterVersionNotFound',
        /version 9/,
      ],
      ['LabelParameterVersion', { Name }, 'ValidationException', /Value null at 'labels'/],
    ];
    for (const [operation, input, code, message] of rows) {
      const { status, errorType, json } = await ask(operation, input);
      assert.deepEqual([status, errorType], [400, code], JSON.stringify(json));
      assert.match(json.Message ?? json.message, message);
    }
  });

  it('needs permission by its ARN', async () => {
    const { world } = sandbox;
    const Resource = `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/prod/*`;
    const read = { Statement: { Effect: 'Allow', Action: 'ssm:GetParameter', Resource } } as const;
    world.addUser(ACCOUNT, { name: 'reader', policies: { read } });
    const reader = credentialsOf(world.addKey(ACCOUNT, 'reader'));
    await put('first');
    assert.equal((await ask('GetParameter', { Name: `${Name}:1` }, reader)).status, 200);
    const denied = await ask('GetParameter', { Name: '/dev/db' }, reader);
    assert.equal(denied.errorType, 'AccessDeniedException');
    assert.match(denied.json.Message, /parameter\/dev\/db because no identity-based policy/);
  });
});

describe('parameters under faults', () => {
  it('are written though the answer is lost, and refused in the words of the service', async () => {
    sandbox.faults.add({ resource: Name, effect: { kind: 'drop-reply' } });
    await assert.rejects(put('first'), TypeError);
    sandbox.faults.clear();
    assert.equal(await value(), 'first');
    for (const [effect, status, code] of [
      [{ kind: 'throttle' }, 400, 'ThrottlingException'],
      [{ kind: 'error' }, 500, 'InternalServerError'],
      [{ kind: 'error', code: 'TooManyUpdates', status: 400 }, 400, 'TooManyUpdates'],
    ] as const) {
      sandbox.faults.clear();
      sandbox.faults.add({ operation: 'PutParameter', effect });
      const answer = await ask('PutParameter', { ...SECURE, Value: 'x', Overwrite: true });
      assert.deepEqual([answer.status, answer.errorType], [status, code]);
    }
  });

  it('show a write only after the lag, if one is set', async () => {
    await put('first');
    sandbox.clock.advance(2 * 3_600_000);
    sandbox.settings.readLagSeconds = { ssm: 3600 };
    await put('second', { Overwrite: true });
    assert.equal(await value(), 'first');
    sandbox.clock.advance(3_600_000);
    assert.equal(await value(), 'second');
    await done('PutParameter', { Name: 'new', Type: 'String', Value: 'x' });
    assert.equal((await ask('GetParameter', { Name: 'new' })).errorType, 'ParameterNotFound');
  });

  it('leave no value in the log', async () => {
    await put('do-not-log');
    const text = JSON.stringify(sandbox.requests.list());
    assert.ok(!text.includes('do-not-log'));
    assert.ok(text.includes(`"Name":"${Name}"`));
  });
});

const BOTO3_SCRIPT = `
import boto3, json, sys
given = json.load(sys.stdin)
client = boto3.client(
    'ssm', endpoint_url=given['url'], region_name='us-east-1',
    aws_access_key_id=given['key']['accessKeyId'],
    aws_secret_access_key=given['key']['secretAccessKey'])
name = {'Name': '/py/password'}
try:
    client.get_parameter(**name)
except client.exceptions.ParameterNotFound:
    seen = {'missing': True}
client.put_parameter(Type='SecureString', Value='first', **name)
try:
    client.put_parameter(Type='SecureString', Value='second', **name)
except client.exceptions.ParameterAlreadyExists:
    seen['exists'] = True
client.put_parameter(Type='SecureString', Value='second', Overwrite=True, **name)
seen['value'] = client.get_parameter(WithDecryption=True, **name)['Parameter']['Value']
history = client.get_parameter_history(WithDecryption=True, **name)['Parameters']
seen['history'] = [entry['Value'] for entry in history]
client.delete_parameter(**name)
json.dump(seen, sys.stdout)
`;

describe('parameters, as other clients see them', () => {
  it('are stored and read by the AWS CLI', { skip: skipWithoutAwsCli() }, async () => {
    const credentials = administrator(sandbox);
    const aws = async (...args: string[]) => {
      const probe = { sandbox, service: 'ssm', operation: '', credentials } as const;
      const finished = await runAwsCli(probe, ['ssm', ...args]);
      assert.equal(finished.exitCode, 0, finished.stderr);
      return JSON.parse(finished.stdout);
    };
    const name = ['--name', '/cli/password'];
    await aws('put-parameter', ...name, '--type', 'SecureString', '--value', 'first');
    const read = await aws('get-parameter', ...name, '--with-decryption');
    assert.equal(read.Parameter.Value, 'first');
  });

  it('live through an overwrite by boto3', { skip: skipWithoutBoto3() }, async () => {
    const seen = await runPython(BOTO3_SCRIPT, { url: sandbox.url, key: administrator(sandbox) });
    assert.deepEqual(seen, {
      missing: true,
      exists: true,
      value: 'second',
      history: ['first', 'second'],
    });
  });
});
