// The two real readers of a file that a run by schedule has written: the AWS CLI and boto3 sign with its
// profiles, before and after, also through a role whose source is the profile. Skipped where they are not
// installed, and failed instead when KEYTURN_TEST_REQUIRE_CLIENTS=1.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type AccessKey, DEFAULT_ACCOUNT_ID, startSandbox } from '../../src/sandbox/index.ts';
import { finished, run } from '../cli/process.ts';
import { temporaryDirectory } from '../state/support.ts';

const PYTHON = process.env.KEYTURN_TEST_PYTHON ?? '/usr/bin/python3';
const IS_REQUIRED = process.env.KEYTURN_TEST_REQUIRE_CLIENTS === '1';

const ASK_BY_BOTO3 = `
import boto3, os, sys
session = boto3.Session(profile_name=sys.argv[1], region_name='us-east-1')
print(session.client('sts', endpoint_url=os.environ['URL']).get_caller_identity()['Arn'])
`;

const READERS = {
  'the AWS CLI': {
    module: 'awscli.clidriver',
    args: (profile: string, url: string) => [
      ...['-c', 'import sys; from awscli.clidriver import main; sys.exit(main())'],
      ...['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'],
      ...['--profile', profile, '--endpoint-url', url, '--region', 'us-east-1'],
    ],
  },
  boto3: {
    module: 'boto3',
    args: (profile: string) => ['-c', ASK_BY_BOTO3, profile],
  },
};

async function scene(test: TestContext) {
  const folder = await temporaryDirectory(test);
  const sandbox = await startSandbox({ seed: 'readers', reportSeconds: 0, keyLagSeconds: 0 });
  test.after(() => sandbox.close());
  const path = join(folder, 'credentials');
  const keys = ['ada', 'bob', 'cy'].map((name) => {
    sandbox.world.addUser(DEFAULT_ACCOUNT_ID, { name });
    return sandbox.world.addKey(DEFAULT_ACCOUNT_ID, name, { ageDays: 400 });
  }) as [AccessKey, AccessKey, AccessKey];
  const pair = ({ id, secret }: AccessKey) =>
    `aws_access_key_id=${id}\r\naws_secret_access_key=${secret}\r\n`;
  const text = `# by hand\r\n[ada]\r\n${pair(keys[0])}\r\n[bob]\r\nregion = eu-west-1\r\n${pair(keys[1])}[cy]\r\n`;
  writeFileSync(path, text, { mode: 0o600 });
  const endpoints = { ...sandbox.endpointEnv(), KEYTURN_ENDPOINT_GUARD: 'loopback' };
  const rotate = () =>
    run('rotate-iam-keys', ['--retire', 'now', '--deliver', `credentials-file=${path}#{user}`], {
      ...endpoints,
      KEYTURN_STATE_DIR: join(folder, 'state'),
      KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
    });
  const reader = {
    PATH: process.env.PATH,
    HOME: folder,
    URL: sandbox.url,
    AWS_SHARED_CREDENTIALS_FILE: path,
    AWS_CONFIG_FILE: join(folder, 'none'),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const ask = (args: readonly string[]) =>
    finished(spawn(PYTHON, args, { env: reader, stdio: ['ignore', 'pipe', 'pipe'] }));
  return { sandbox, rotate, ask };
}

describe('profiles that a run by schedule has written', () => {
  for (const [name, { module, args }] of Object.entries(READERS)) {
    const isThere = spawnSync(PYTHON, ['-c', `import ${module}`]).status === 0;
    const skip = IS_REQUIRED || isThere ? false : `no ${name} for ${PYTHON}`;
    it(`are read by ${name}, which signs with the new keys`, { skip }, async (test) => {
      const { sandbox, rotate, ask } = await scene(test);
      const whoIs = async (profile: string) => {
        const { code, stdout, stderr } = await ask(args(profile, sandbox.url));
        return code === 0 ? stdout.trim().replace(/.*\//, '') : stderr;
      };
      assert.equal(await whoIs('ada'), 'ada');
      const { code, stderr } = await rotate();
      assert.equal(code, 0, stderr);
      for (const user of ['ada', 'bob', 'cy']) assert.equal(await whoIs(user), user);
      // What was replaced is Inactive, so the new pairs it was that signed.
      assert.match(await whoIs('ada-previous'), /InvalidClientTokenId/);
    });
  }
});
