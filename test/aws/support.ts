// Shared by the tests of the IAM room: a gateway on a sandbox, and the files of ~/.aws.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AccountGateway } from '../../src/aws/gateway.ts';
import type { GatewayOptions } from '../../src/aws/gateway-options.ts';
import { DEFAULT_TIMEOUTS, type Timeouts } from '../../src/aws/http-handler.ts';
import { openGateway } from '../../src/aws/open-gateway.ts';
import { systemClock } from '../../src/base/clock.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { EngineEvent } from '../../src/base/events.ts';
import {
  DEFAULT_ACCOUNT_ID,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../../src/sandbox/index.ts';

export const ACCOUNT = DEFAULT_ACCOUNT_ID;

/** Every gateway of these tests is forbidden to leave this machine. */
export const GUARD = { KEYTURN_ENDPOINT_GUARD: 'loopback' };

export interface Bench {
  readonly sandbox: Sandbox;
  readonly gateway: AccountGateway;
  readonly events: EngineEvent[];
}

export async function openSandbox(
  test: TestContext,
  options: SandboxOptions = {},
): Promise<Sandbox> {
  const sandbox = await startSandbox({ seed: test.name, ...options });
  test.after(() => sandbox.close());
  return sandbox;
}

/** A sandbox and the gateway of its administrator; the log of requests starts after the opening. */
export async function openBench(
  test: TestContext,
  { sandbox: sandboxOptions, ...overrides }: BenchOptions = {},
): Promise<Bench> {
  const sandbox = await openSandbox(test, sandboxOptions);
  const events: EngineEvent[] = [];
  const gateway = await openGateway({
    ...gatewayOptions({ ...sandbox.endpointEnv(), ...GUARD }),
    emit: (event) => events.push(event),
    ...overrides,
  });
  test.after(() => gateway.close());
  sandbox.requests.clear();
  return { sandbox, gateway, events };
}

export interface BenchOptions extends Partial<GatewayOptions> {
  readonly sandbox?: SandboxOptions;
}

export function gatewayOptions(env: Record<string, string>): GatewayOptions {
  return {
    profile: undefined,
    region: 'us-east-1',
    env,
    maxParallel: 8,
    clock: systemClock,
    emit: () => {},
  };
}

/** How many times longer than any call took a call may take before it counts as unanswered. */
const PATIENCE = 40;
const IMPATIENT_MIN_MS = 200;

/**
 * Time limits for a test in which a call is never answered. They are short, so that the test does
 * not wait for long, and they follow from what calls take here and now: one that is answered must
 * not meet them, however busy the machine is.
 */
export async function impatientTimeouts(test: TestContext): Promise<Timeouts> {
  const { gateway } = await openBench(test, { sandbox: { seed: 'impatient' } });
  let longestMs = 0;
  for (let call = 0; call < 8; call += 1) {
    const beganMs = performance.now();
    await gateway.reader.listAccessKeys('sandbox-admin');
    // The first one also loads code.
    if (call > 0) longestMs = Math.max(longestMs, performance.now() - beganMs);
  }
  const requestMs = Math.ceil(Math.max(IMPATIENT_MIN_MS, PATIENCE * longestMs));
  return { connectionMs: DEFAULT_TIMEOUTS.connectionMs, requestMs };
}

/** The error of ours that a call ends with. Fails the test when the call succeeds. */
export async function failureOf(call: Promise<unknown>): Promise<KeyturnError> {
  try {
    await call;
  } catch (thrown) {
    if (thrown instanceof KeyturnError) return thrown;
    throw thrown;
  }
  throw new RangeError('the call succeeded');
}

/** A home folder with ~/.aws; returns the environment that names it. */
export async function awsHome(
  test: TestContext,
  files: { readonly credentials?: string; readonly config?: string },
): Promise<Record<string, string>> {
  const home = await mkdtemp(join(tmpdir(), 'keyturn-iam-'));
  test.after(() => rm(home, { recursive: true, force: true }));
  await mkdir(join(home, '.aws'));
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(home, '.aws', name), text, { mode: 0o600 });
  }
  return { HOME: home };
}

/** The two lines of a profile with a static key. */
export function staticKey({ id, secret }: { id: string; secret: string }): string {
  return `aws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
}

export function addUsers(sandbox: Sandbox, count: number): void {
  for (let index = 1; index <= count; index += 1) {
    const name = `svc-${String(index).padStart(4, '0')}`;
    sandbox.world.addUser(ACCOUNT, { name });
    sandbox.world.addKey(ACCOUNT, name, { ageDays: 100 });
  }
}
