// A machine as an example finds it: the commands on PATH, a state directory, and a sandbox for AWS.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { DEFAULT_ACCOUNT_ID, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type Finished, finished } from '../cli/process.ts';
import { callJson } from '../sandbox/json-call.ts';
import { ROOT } from '../support/structured-files.ts';

export interface Machine {
  readonly sandbox: Sandbox;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly run: (
    command: readonly [string, ...string[]],
    env?: Readonly<Record<string, string>>,
  ) => Promise<Finished>;
}

const COMMANDS = ['rotate-iam-keys', 'keyturn', 'keyctl'];

/** Such as the examples deliver to. */
async function makeSecret(sandbox: Sandbox, name: string): Promise<void> {
  const { id, secret } = sandbox.world.administratorKey();
  const { status } = await callJson({
    endpoint: sandbox.url,
    credentials: { accessKeyId: id, secretAccessKey: secret },
    service: 'secretsmanager',
    operation: 'CreateSecret',
    input: { Name: name, SecretString: '{}', ClientRequestToken: '0'.repeat(32) },
  });
  assert.equal(status, 200);
  sandbox.requests.clear();
}

/** An account with one due key, and the secret that its user's application reads. */
export async function machine(context: TestContext): Promise<Machine> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-machine-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const name of COMMANDS) {
    const script = `#!/bin/sh\nexec "${process.execPath}" "${ROOT}bin/${name}.cjs" "$@"\n`;
    writeFileSync(join(bin, name), script, { mode: 0o755 });
  }
  writeFileSync(join(bin, 'node'), `#!/bin/sh\nexec "${process.execPath}" "$@"\n`, { mode: 0o755 });
  const sandbox = await startSandbox({ seed: 'machine' });
  sandbox.world.addUser(DEFAULT_ACCOUNT_ID, { name: 'svc-one' });
  sandbox.world.addKey(DEFAULT_ACCOUNT_ID, 'svc-one', { ageDays: 120 });
  await makeSecret(sandbox, 'app/svc-one');
  context.after(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const env = {
    PATH: `${bin}:/usr/bin:/bin`,
    HOME: folder,
    KEYTURN_STATE_DIR: join(folder, 'state'),
    KEYTURN_ENDPOINT_GUARD: 'loopback',
    // Wherever tests run, their secrets are worth nothing.
    KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
    ...sandbox.endpointEnv(),
  };
  return {
    sandbox,
    folder,
    env,
    run: ([program, ...args], more = {}) =>
      finished(
        spawn(program, args, { env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] }),
      ),
  };
}

/** How many keys were made. */
export function keysMade(sandbox: Sandbox): number {
  return sandbox.requests.list('CreateAccessKey').length;
}
