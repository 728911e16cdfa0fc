// Secrets Manager and Parameter Store as the caller reaches them: endpoints, the guard, refusals, and
// what is loaded when.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { openGateway } from '../../src/aws/open-gateway.ts';
import { Secret } from '../../src/base/secret.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { callJson } from '../sandbox/json-call.ts';
import { administrator } from '../sandbox/sdk.ts';
import {
  awsHome,
  failureOf,
  GUARD,
  gatewayOptions,
  openBench,
  openSandbox,
  staticKey,
} from './support.ts';

const REGION = 'us-east-1';
const TOKEN = '0'.repeat(32);

async function ask(
  sandbox: Sandbox,
  service: 'secretsmanager' | 'ssm',
  operation: string,
  input: object,
): Promise<void> {
  const credentials = administrator(sandbox);
  const answer = await callJson({ endpoint: sandbox.url, credentials, service, operation, input });
  assert.equal(answer.status, 200, answer.text);
}

describe('further services of the caller', () => {
  it('are reached where the profile or the environment says, each by itself', async (test) => {
    const sandbox = await openSandbox(test);
    const input = { Name: 'a', SecretString: '{}', ClientRequestToken: TOKEN };
    await ask(sandbox, 'secretsmanager', 'CreateSecret', input);
    const key = staticKey(sandbox.world.administratorKey());
    const local = `endpoint_url = ${sandbox.url}`;
    const services = `[services s]\niam =\n  ${local}\nsts =\n  ${local}\nsecrets_manager =\n  ${local}\n`;
    const env = await awsHome(test, {
      credentials: `[lab]\n${key}`,
      config: `[profile lab]\nservices = s\n${services}`,
    });
    const gateway = await openGateway({ ...gatewayOptions({ ...env, ...GUARD }), profile: 'lab' });
    test.after(() => gateway.close());
    const { secretStore, parameterStore } = gateway.services;
    assert.equal((await secretStore(REGION).read('a', 'AWSCURRENT'))?.text?.reveal(), '{}');
    const forbidden = await failureOf(parameterStore(REGION).read('/a'));
    assert.equal(forbidden.code, 'endpoint-guard');
    assert.match(forbidden.message, /for ssm/);

    const apart = {
      ...env,
      ...GUARD,
      AWS_ENDPOINT_URL_SSM: sandbox.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:1',
    };
    const other = await openGateway({ ...gatewayOptions(apart), profile: 'lab' });
    test.after(() => other.close());
    assert.equal(
      (await failureOf(other.services.parameterStore(REGION).read('/a'))).message,
      'account 123456789012 has no parameter /a in region us-east-1',
    );
    const unreachable = await failureOf(other.services.secretStore(REGION).read('a', 'AWSCURRENT'));
    assert.equal(unreachable.code, 'endpoint-unreachable');
  });

  it('refuse in words that name the permission, and tell no secret (I8)', async (test) => {
    const { sandbox, gateway } = await openBench(test);
    const { secretStore, parameterStore } = gateway.services;
    const secret = new Secret('not-to-be-told');
    sandbox.faults.add({ effect: { kind: 'access-denied' } });
    for (const [call, permission] of [
      [() => secretStore(REGION).read('a', 'AWSCURRENT'), 'secretsmanager:GetSecretValue'],
      [() => secretStore(REGION).stage('a', TOKEN, secret), 'secretsmanager:PutSecretValue'],
      [() => secretStore(REGION).promote('a', 'b', 'c'), 'secretsmanager:UpdateSecretVersionStage'],
      [() => parameterStore(REGION).read('/a'), 'ssm:GetParameter'],
      [() => parameterStore(REGION).write('/a', secret), 'ssm:GetParameterHistory'],
    ] as const) {
      const error = await failureOf(call());
      assert.equal(error.code, 'access-denied');
      assert.ok(error.message.includes(`not allowed to call ${permission}:`), error.message);
      assert.equal(error.hint, `grant ${permission} to the caller`);
      assert.ok(!JSON.stringify([error.message, error.cause]).includes(secret.reveal()));
    }
  });

  it('a refusal by KMS points at the KMS key, and a thing that is called so does not', async (test) => {
    const { sandbox, gateway } = await openBench(test);
    const denied = (action: string, resource: string) =>
      `User: arn:aws:iam::123456789012:user/ada is not authorized to perform: ${action} on resource: ${resource}`;
    for (const [message, hint] of [
      ['Access to KMS is not allowed', /kms:Decrypt/],
      [denied('kms:Decrypt', 'arn:aws:kms:us-east-1:123456789012:key/1'), /kms:Decrypt/],
      [
        denied('secretsmanager:GetSecretValue', 'arn:aws:secretsmanager:::secret:app/kms-a'),
        /^grant secretsmanager:GetSecretValue to the caller$/,
      ],
    ] as const) {
      const effect = {
        kind: 'error',
        code: 'AccessDeniedException',
        status: 400,
        message,
      } as const;
      sandbox.faults.add({ effect });
      const error = await failureOf(gateway.services.secretStore(REGION).read('a', 'AWSCURRENT'));
      assert.match(error.hint ?? '', hint);
      sandbox.faults.clear();
    }
  });

  it('keep the KMS key and the tier of a parameter', async (test) => {
    const { sandbox, gateway } = await openBench(test);
    const input = {
      Name: '/a',
      Value: '{}',
      Type: 'SecureString',
      KeyId: 'alias/app',
      Tier: 'Advanced',
    };
    await ask(sandbox, 'ssm', 'PutParameter', input);
    const { parameterStore } = gateway.services;
    assert.equal(await parameterStore(REGION).write('/a', new Secret('{"a":1}')), '2');
    const [parameter] = sandbox.world.account().parameters.values();
    const { keyId, tier, type } = parameter?.states.newest.versions.at(-1) ?? {};
    assert.deepEqual([keyId, tier, type], ['alias/app', 'Advanced', 'SecureString']);
    const values = (await parameterStore(REGION).history('/a')).map(({ text }) => text.reveal());
    assert.deepEqual(values, ['{"a":1}', '{}']);
  });

  it('a version that is already there is found, not made again', async (test) => {
    const { sandbox, gateway } = await openBench(test);
    const input = { Name: 'a', SecretString: '{}', ClientRequestToken: TOKEN };
    await ask(sandbox, 'secretsmanager', 'CreateSecret', input);
    const { secretStore } = gateway.services;
    const [versionId, text] = ['1'.repeat(32), new Secret('{"a":1}')];
    await secretStore(REGION).stage('a', versionId, text);
    await secretStore(REGION).stage('a', versionId, text);
    assert.equal((await secretStore(REGION).read('a', 'AWSCURRENT'))?.versionId, TOKEN);
    assert.equal(await secretStore(REGION).promote('a', versionId, '2'.repeat(32)), false);
    assert.equal(await secretStore(REGION).promote('a', versionId, TOKEN), true);
    assert.equal(await secretStore(REGION).promote('a', versionId, TOKEN), false);
    assert.equal((await secretStore(REGION).read('a', 'AWSPREVIOUS'))?.versionId, TOKEN);
  });

  it('load their part of the SDK only when they are used', () => {
    const gateway = new URL('../../src/aws/sdk-gateway.js', import.meta.url).href;
    const script = `
      import { createRequire } from 'node:module';
      await import(${JSON.stringify(gateway)});
      const paths = Object.keys(createRequire(import.meta.url).cache);
      const clients = paths.flatMap((path) => /@aws-sdk.client-(\\w+)/.exec(path)?.[1] ?? []);
      process.stdout.write([...new Set(clients)].sort().join());
    `;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    assert.equal(out, 'iam,sts');
  });
});
