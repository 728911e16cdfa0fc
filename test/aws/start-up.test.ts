import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Timeouts } from '../../src/aws/http-handler.ts';
import { openGateway } from '../../src/aws/open-gateway.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { eventually } from '../sandbox/wait.ts';
import {
  ACCOUNT,
  awsHome,
  failureOf,
  GUARD,
  gatewayOptions,
  impatientTimeouts,
  openSandbox,
  staticKey,
} from './support.ts';

function open(
  env: Record<string, string>,
  profile?: string,
  region = 'us-east-1',
  timeouts?: Timeouts,
) {
  return openGateway({ ...gatewayOptions(env), profile, region, ...(timeouts && { timeouts }) });
}

/** The caller's ARN; closes the gateway again. */
async function callerArn(env: Record<string, string>, profile?: string): Promise<string> {
  const gateway = await open(env, profile);
  gateway.close();
  return gateway.caller.arn;
}

const ADMIN_ARN = `arn:aws:iam::${ACCOUNT}:user/sandbox-admin`;

describe('who signs', () => {
  it('is asked from AWS once', async (test) => {
    const sandbox = await openSandbox(test);
    const gateway = await open({ ...sandbox.endpointEnv(), ...GUARD });
    assert.deepEqual(gateway.caller, {
      account: ACCOUNT,
      arn: ADMIN_ARN,
      accessKeyId: sandbox.world.administratorKey().id,
      signedBy: 'the environment (AWS_ACCESS_KEY_ID)',
    });
    const [only, ...others] = sandbox.requests.list();
    assert.equal(only?.operation, 'GetCallerIdentity');
    assert.match(only?.userAgent ?? '', / keyturn\/\d+\.\d+\.\d+/);
    assert.deepEqual(others, []);
    gateway.close();
  });

  /** A sandbox, and an environment whose files have the administrator's key as profile `base`. */
  async function withProfiles(
    test: TestContext,
    config: (sandbox: Sandbox) => string,
  ): Promise<{ sandbox: Sandbox; env: Record<string, string> }> {
    const sandbox = await openSandbox(test);
    const home = await awsHome(test, {
      credentials: `[base]\n${staticKey(sandbox.world.administratorKey())}`,
      config: config(sandbox),
    });
    return { sandbox, env: { ...home, ...GUARD, AWS_ENDPOINT_URL: sandbox.url } };
  }

  it('follows a profile, passed by name or in AWS_PROFILE', async (test) => {
    const { env } = await withProfiles(test, () => '');
    assert.equal(await callerArn(env, 'base'), ADMIN_ARN);
    assert.equal(await callerArn({ ...env, AWS_PROFILE: 'base' }), ADMIN_ARN);
  });

  it('prefers a named profile to keys in the environment', async (test) => {
    const { env } = await withProfiles(test, () => '');
    const stray = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'x' };
    assert.equal(await callerArn({ ...env, ...stray }, 'base'), ADMIN_ARN);
  });

  it('uses the default profile when nothing is named', async (test) => {
    const sandbox = await openSandbox(test);
    const credentials = `[default]\n${staticKey(sandbox.world.administratorKey())}`;
    const home = await awsHome(test, { credentials });
    assert.equal(await callerArn({ ...home, ...GUARD, AWS_ENDPOINT_URL: sandbox.url }), ADMIN_ARN);
  });

  it('assumes a role through its source profile, once for all clients', async (test) => {
    const { sandbox, env } = await withProfiles(
      test,
      () =>
        `[profile fleet]\nrole_arn = arn:aws:iam::${ACCOUNT}:role/rotator\nsource_profile = base\nrole_session_name = nightly\n`,
    );
    sandbox.world.addRole(ACCOUNT, { name: 'rotator', administrator: true });
    const gateway = await open(env, 'fleet');
    assert.equal(gateway.caller.arn, `arn:aws:sts::${ACCOUNT}:assumed-role/rotator/nightly`);
    // I7: without this key no further session could be opened, so it is the one to spare.
    assert.equal(gateway.caller.accessKeyId, sandbox.world.administratorKey().id);
    sandbox.world.addUser(ACCOUNT, { name: 'svc-one' });
    assert.deepEqual(await gateway.reader.listAccessKeys('svc-one'), []);
    assert.equal((await gateway.writer.createAccessKey('svc-one')).kind, 'created');
    assert.equal(sandbox.requests.list('AssumeRole').length, 1);
    gateway.close();
  });

  it('names sts:AssumeRole when the role may not be assumed', async (test) => {
    const { sandbox, env } = await withProfiles(
      test,
      () =>
        `[profile fleet]\nrole_arn = arn:aws:iam::${ACCOUNT}:role/rotator\nsource_profile = base\n`,
    );
    sandbox.world.addRole(ACCOUNT, { name: 'rotator', trustedArns: ['arn:aws:iam::1:root'] });
    const error = await failureOf(open(env, 'fleet'));
    assert.equal(error.code, 'access-denied');
    assert.match(error.message, /sts:AssumeRole/);
  });

  it('runs a credential_process, and does not quote its command line when it fails (I8)', async (test) => {
    const { sandbox, env } = await withProfiles(test, () => '');
    const { id, secret } = sandbox.world.administratorKey();
    const script = join(env.HOME ?? '', 'print-key.sh');
    const json = { Version: 1, AccessKeyId: id, SecretAccessKey: secret };
    const over = { ...json, Expiration: '2020-01-01T00:00:00Z' };
    await writeFile(
      script,
      `#!/bin/sh\n[ "$1" = over ] && echo '${JSON.stringify(over)}' || echo '${JSON.stringify(json)}'\n`,
    );
    await chmod(script, 0o700);
    await writeFile(
      join(env.HOME ?? '', '.aws', 'config'),
      `[profile tool]\ncredential_process = ${script}\n[profile broken]\ncredential_process = false --pin 1234\n[profile over]\ncredential_process = ${script} over\n`,
    );
    assert.equal(await callerArn(env, 'tool'), ADMIN_ARN);
    const error = await failureOf(open(env, 'broken'));
    assert.equal(error.code, 'no-credentials');
    assert.match(error.message, /for profile broken: its credential_process failed$/);
    assert.match(error.hint ?? '', /^run the command of its credential_process by itself/);
    const expired = await failureOf(open(env, 'over'));
    assert.equal(expired.code, 'expired-token');
    assert.match(expired.hint ?? '', /^what its credential_process gave has expired/);
  });

  it('names the section that an SSO profile, or the source of a role, lacks', async (test) => {
    const { env } = await withProfiles(
      test,
      () =>
        '[profile sso]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n' +
        '[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = sso\n',
    );
    for (const profile of ['sso', 'role']) {
      const error = await failureOf(open(env, profile));
      assert.equal(error.code, 'no-credentials');
      assert.match(error.message, /^profile sso signs in .* has no \[sso-session corp\]$/);
      assert.match(error.hint ?? '', /^check the name .*\n {2}aws configure sso-session$/);
    }
  });
});

describe('what keeps a run from starting', () => {
  it('is said when there are no credentials', async (test) => {
    const sandbox = await openSandbox(test);
    const home = await awsHome(test, {});
    const error = await failureOf(open({ ...home, ...GUARD, AWS_ENDPOINT_URL: sandbox.url }));
    assert.equal(error.code, 'no-credentials');
    assert.match(error.hint ?? '', /--profile; for keyctl -a\), set AWS_ACCESS_KEY_ID/);
    assert.deepEqual(sandbox.requests.list(), []);
  });

  it('lists the profiles that exist when the one named does not', async (test) => {
    const sandbox = await openSandbox(test);
    const home = await awsHome(test, {
      credentials: '[work]\naws_access_key_id = x\n',
      config:
        '[profile admin]\nregion = eu-west-1\n[sso-session corp]\nsso_region = x\n[services s]\niam =\n  endpoint_url = http://127.0.0.1:1\n',
    });
    const env = { ...home, ...GUARD, AWS_ENDPOINT_URL: sandbox.url };
    for (const [settings, profile] of [
      [env, 'wrok'],
      [{ ...env, AWS_PROFILE: 'wrok' }, undefined],
    ] as const) {
      const error = await failureOf(open(settings, profile));
      assert.equal(error.code, 'unknown-profile');
      assert.match(error.message, /^profile "wrok" is in neither .*credentials nor .*config$/);
      assert.equal(error.hint, 'known profiles: admin, work');
    }
  });

  it('is said when the session has expired', async (test) => {
    const sandbox = await openSandbox(test);
    const role = sandbox.world.addRole(ACCOUNT, { name: 'r', administrator: true });
    const session = sandbox.world.openSession(ACCOUNT, 900, {
      principal: { role, name: 'nightly' },
      mfa: false,
    });
    sandbox.clock.advance(901_000);
    const error = await failureOf(
      open({
        ...GUARD,
        AWS_ENDPOINT_URL: sandbox.url,
        AWS_ACCESS_KEY_ID: session.accessKeyId,
        AWS_SECRET_ACCESS_KEY: session.secret,
        AWS_SESSION_TOKEN: session.token,
      }),
    );
    assert.equal(error.code, 'expired-token');
  });

  it('is said when a pair has a token that only a session has', async (test) => {
    const sandbox = await openSandbox(test);
    const home = await awsHome(test, {
      credentials:
        '[stale]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = s\naws_session_token = t\n',
    });
    const env = { ...home, ...GUARD, AWS_ENDPOINT_URL: sandbox.url };
    const pair = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 's' };
    for (const [settings, profile, says] of [
      [env, 'stale', /profile stale, with aws_session_token, which only a session has/],
      [
        { ...env, ...pair, AWS_SESSION_TOKEN: 't' },
        undefined,
        /with AWS_SESSION_TOKEN, which only/,
      ],
    ] as const) {
      const error = await failureOf(open(settings, profile));
      assert.equal(error.code, 'invalid-credentials');
      assert.match(error.hint ?? '', says);
    }
  });

  it('is said when the key was deleted, is Inactive, or has another secret', async (test) => {
    const sandbox = await openSandbox(test);
    const env = { ...sandbox.endpointEnv(), ...GUARD };
    const wrong = await failureOf(open({ ...env, AWS_SECRET_ACCESS_KEY: 'mistyped' }));
    assert.equal(wrong.code, 'invalid-credentials');
    assert.match(wrong.message, /SignatureDoesNotMatch/);
    sandbox.world.administratorKey().status = 'Inactive';
    const inactive = await failureOf(open(env));
    assert.equal(inactive.code, 'invalid-credentials');
    assert.match(inactive.hint ?? '', /deleted, Inactive, mistyped, or of another partition/);
  });

  for (const signatureSkewMs of [-3_600_000, 3_600_000]) {
    it(`is said when the clock is ${signatureSkewMs / 60_000} minutes off, instead of working around it`, async (test) => {
      const sandbox = await openSandbox(test, { signatureSkewMs });
      const error = await failureOf(open({ ...sandbox.endpointEnv(), ...GUARD }));
      assert.equal(error.code, 'clock-skew');
      assert.match(error.hint ?? '', /NTP/);
      assert.equal(sandbox.requests.list().length, 1);
    });
  }

  it('is said when AWS or the SDK refuses the region', async (test) => {
    const sandbox = await openSandbox(test);
    const env = { ...sandbox.endpointEnv(), ...GUARD };
    for (const region of ['mars-1', 'us east']) {
      const error = await failureOf(open(env, undefined, region));
      assert.equal(error.code, 'wrong-region');
      assert.match(error.message, new RegExp(`^region "${region}" is not accepted`));
    }
  });

  it('is said when nobody answers at the endpoint', async (test) => {
    const sandbox = await openSandbox(test);
    const env = { ...sandbox.endpointEnv(), ...GUARD };
    sandbox.faults.add({ effect: { kind: 'hang' } });
    const timeouts = await impatientTimeouts(test);
    const hanging = await failureOf(open(env, undefined, undefined, timeouts));
    assert.equal(hanging.code, 'endpoint-unreachable');
    assert.match(hanging.message, /no answer within the time limit$/);
    await sandbox.close();
    const closed = await failureOf(open(env));
    assert.equal(closed.code, 'endpoint-unreachable');
    assert.equal(closed.message, `${sandbox.url} does not answer: ECONNREFUSED`);
  });

  it('is said when the run is stopped meanwhile', async (test) => {
    const sandbox = await openSandbox(test);
    const env = { ...sandbox.endpointEnv(), ...GUARD };
    sandbox.faults.add({ effect: { kind: 'hang' } });
    const stop = new AbortController();
    const opening = failureOf(openGateway({ ...gatewayOptions(env), signal: stop.signal }));
    await eventually(() => sandbox.requests.list().length === 1);
    stop.abort();
    assert.equal((await opening).code, 'interrupted');
  });
});
