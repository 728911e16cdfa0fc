// The service as the gateway runs it: the Python file in a checkout, with argv and nothing else.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { DEFAULT_ACCOUNT_ID, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type Finished, finished } from '../cli/process.ts';
import { ROOT } from '../support/structured-files.ts';

export const SHIM = `${ROOT}iag/rotate_iam_keys.py`;
export const BUNDLE = `${ROOT}iag/keyturn.cjs`;

export interface Gateway {
  readonly sandbox: Sandbox;
  readonly env: Readonly<Record<string, string>>;
  /** Runs the service; `env` on top of the gateway's own. */
  readonly run: (
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Promise<Finished>;
  /** Operations that changed something. */
  readonly writes: () => readonly string[];
}

/** An account whose two users have a key of 100 and one of 70 days. */
export async function gateway(context: TestContext): Promise<Gateway> {
  const sandbox = await startSandbox({ seed: 'gateway' });
  const stateDir = mkdtempSync(join(tmpdir(), 'keyturn-gateway-'));
  for (const [name, ageDays] of [
    ['svc.app', 100],
    ['svc.web', 70],
  ] as const) {
    sandbox.world.addUser(DEFAULT_ACCOUNT_ID, { name });
    sandbox.world.addKey(DEFAULT_ACCOUNT_ID, name, { ageDays });
  }
  context.after(async () => {
    await sandbox.close();
    rmSync(stateDir, { recursive: true, force: true });
  });
  const env = {
    PATH: process.env.PATH ?? '',
    KEYTURN_NODE: process.execPath,
    KEYTURN_ENDPOINT_GUARD: 'loopback',
    // Wherever tests run, their secrets are worth nothing.
    KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
    KEYTURN_STATE_DIR: stateDir,
    ...sandbox.endpointEnv(),
  };
  return {
    sandbox,
    env,
    run: (args, more = {}) => finished(startShim(args, { ...env, ...more })),
    writes: () =>
      sandbox.requests
        .list()
        .map(({ operation }) => operation)
        .filter((operation) => /^(?:Create|Update|Delete)/.test(operation)),
  };
}

/** Nothing of this process's environment: the gateway's own is not known. */
export function startShim(args: readonly string[], env: Readonly<Record<string, string>>) {
  return spawn('python3', [SHIM, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}
