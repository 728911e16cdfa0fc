import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { awsHome, GUARD, openSandbox, staticKey } from './support.ts';

const run = promisify(execFile);

/** The compiled source folder. */
const SOURCE = new URL('../../src/', import.meta.url);

interface Told {
  readonly answer: Record<string, string>;
  readonly stderr: string;
}

async function openOnce(env: Record<string, string>, ...profile: string[]): Promise<Told> {
  const script = fileURLToPath(new URL('./open-once.js', import.meta.url));
  const { stdout, stderr } = await run(process.execPath, [script, ...profile], {
    env: { ...GUARD, ...env },
  });
  return { answer: JSON.parse(stdout), stderr };
}

describe('opening a gateway in a process of its own', () => {
  it('prints nothing, whatever the SDK would like to warn about', async (test) => {
    const sandbox = await openSandbox(test);
    const key = sandbox.world.administratorKey();
    const home = await awsHome(test, { credentials: `[lab]\n${staticKey(key)}` });
    // An old Node, a profile beside keys in the environment: the SDK has something to say to each.
    const env = { ...home, ...sandbox.endpointEnv(), AWS_PROFILE: 'lab' };
    const { answer, stderr } = await openOnce(env);
    assert.equal(answer.accessKeyId, key.id);
    assert.equal(stderr, '');
  });

  it('says that an SSO session was never opened, and how to open it', async (test) => {
    const sandbox = await openSandbox(test);
    const home = await awsHome(test, {
      config:
        '[profile corp]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = r\n[sso-session corp]\nsso_start_url = https://x.invalid/start\nsso_region = us-east-1\n',
    });
    const { answer } = await openOnce({ ...home, AWS_ENDPOINT_URL: sandbox.url }, 'corp');
    assert.equal(answer.code, 'expired-token');
    assert.equal(answer.hint, 'sign in again; for SSO:\n  aws sso login --profile corp');
  });
});

describe('the files of this room that anything may import', () => {
  /** The CommonJS modules of the SDK that a process has loaded after importing a file. */
  async function sdkModulesAfter(file: string): Promise<string[]> {
    const script = `
      import Module from 'node:module';
      await import(${JSON.stringify(new URL(file, SOURCE).href)});
      const loaded = Object.keys(Module._cache).filter((path) => /@(aws-sdk|smithy)\\W/.test(path));
      process.stdout.write(JSON.stringify(loaded));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
      env: {},
    });
    return JSON.parse(stdout);
  }

  for (const file of ['aws/gateway.js', 'aws/open-gateway.js', 'aws/inventory.js']) {
    it(`do not load the SDK: ${file}`, async () => {
      assert.deepEqual(await sdkModulesAfter(file), []);
    });
  }

  it('are told apart from those that do', async () => {
    const loaded = await sdkModulesAfter('aws/sdk-gateway.js');
    assert.ok(loaded.some((path) => path.includes('client-iam')));
  });
});
