import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openGateway } from '../../src/aws/open-gateway.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { awsHome, failureOf, GUARD, gatewayOptions, openSandbox, staticKey } from './support.ts';

const ELSEWHERE = 'endpoint_url = http://127.0.0.1:1\n';

/** Opens a gateway and reads once; returns what the sandbox was asked. */
async function operationsAt(
  sandbox: Sandbox,
  env: Record<string, string>,
  profile?: string,
): Promise<string[]> {
  sandbox.requests.clear();
  const gateway = await openGateway({ ...gatewayOptions({ ...env, ...GUARD }), profile });
  await gateway.reader.listAccessKeys('sandbox-admin');
  gateway.close();
  return sandbox.requests.list().map(({ operation }) => operation);
}

const BOTH = ['GetCallerIdentity', 'ListAccessKeys'];

describe('the endpoint of a profile', () => {
  it('is honoured when the profile is passed by name, and not that of another one', async (test) => {
    const sandbox = await openSandbox(test);
    const env = await awsHome(test, {
      credentials: `[lab]\n${staticKey(sandbox.world.administratorKey())}`,
      config: `[default]\n${ELSEWHERE}[profile lab]\nendpoint_url = ${sandbox.url}\n`,
    });
    assert.deepEqual(await operationsAt(sandbox, env, 'lab'), BOTH);
  });

  it('is taken from its services section, for each service', async (test) => {
    const sandbox = await openSandbox(test);
    const service = `endpoint_url = ${sandbox.url}`;
    const env = await awsHome(test, {
      credentials: `[lab]\n${staticKey(sandbox.world.administratorKey())}`,
      config: `[profile lab]\nservices = local\n${ELSEWHERE}[services local]\niam =\n  ${service}\nsts =\n  ${service}\n`,
    });
    assert.deepEqual(await operationsAt(sandbox, env, 'lab'), BOTH);
  });

  it('gives way to the environment', async (test) => {
    const sandbox = await openSandbox(test);
    const home = await awsHome(test, {
      credentials: `[lab]\n${staticKey(sandbox.world.administratorKey())}${ELSEWHERE}`,
    });
    const env = { ...home, AWS_ENDPOINT_URL: sandbox.url };
    assert.deepEqual(await operationsAt(sandbox, env, 'lab'), BOTH);
    const apart = {
      ...home,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_IAM: `${sandbox.url}/`,
      AWS_ENDPOINT_URL_STS: sandbox.url,
    };
    assert.deepEqual(await operationsAt(sandbox, apart, 'lab'), BOTH);
  });
});

describe('the endpoint guard', () => {
  const key = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };

  async function refusal(env: Record<string, string>, profile?: string): Promise<string> {
    const opening = openGateway({ ...gatewayOptions({ ...key, ...GUARD, ...env }), profile });
    const error = await failureOf(opening);
    assert.equal(error.code, 'endpoint-guard');
    return error.message;
  }

  it('refuses when no endpoint is set, or configured ones are to be ignored', async (test) => {
    const home = await awsHome(test, {});
    assert.match(await refusal(home), /forbids AWS's own endpoint for iam$/);
    const ignoring = {
      ...home,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
    };
    assert.match(await refusal(ignoring), /forbids AWS's own endpoint for iam$/);
    const onlyIam = { ...home, AWS_ENDPOINT_URL_IAM: 'http://127.0.0.1:1' };
    assert.match(await refusal(onlyIam), /forbids AWS's own endpoint for sts$/);
  });

  it('refuses SSO, sign-in and metadata services elsewhere, also of a source profile', async (test) => {
    const home = await awsHome(test, {
      config: [
        '[profile sso]\nsso_start_url = https://x.invalid\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = r\n',
        '[profile login]\nlogin_session = x\n',
        '[profile metadata]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = Ec2InstanceMetadata\n',
        '[profile via]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = sso\n',
      ].join(''),
    });
    const env = {
      ...home,
      AWS_ENDPOINT_URL_IAM: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1',
    };
    assert.match(await refusal(env, 'sso'), /for sso$/);
    assert.match(await refusal(env, 'via'), /for sso$/);
    assert.match(await refusal(env, 'login'), /for signin$/);
    assert.match(await refusal(env, 'metadata'), /credential_source Ec2InstanceMetadata/);
  });
});
