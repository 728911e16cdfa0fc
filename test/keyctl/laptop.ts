// A laptop with a credentials file, and a sandbox as its AWS.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { KeyctlContext, SessionOptions, TargetOptions } from '../../src/app/keyctl/types.ts';
import { openState } from '../../src/app/open-state.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { EngineEvent } from '../../src/base/events.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.ts';

export interface Laptop {
  readonly sandbox: Sandbox;
  readonly folder: string;
  readonly credentials: string;
  readonly stateDir: string;
  readonly events: EngineEvent[];
  readonly context: KeyctlContext;
  /** A user with one key, and a profile that holds it. */
  readonly addProfile: (profile: string, user: string, extra?: string) => Promise<SeededKey>;
  readonly read: () => Promise<string>;
  /** Names beside the credentials file, the file itself left out. */
  readonly beside: () => Promise<string[]>;
  readonly session: (authProfile: string) => SessionOptions;
  readonly target: (profile: string, more?: Partial<TargetOptions>) => TargetOptions;
}

export interface SeededKey {
  readonly id: string;
  readonly secret: string;
}

export const ACCOUNT = '123456789012';

/** What a user may do with keys of their own, and nothing else. */
const SELF_SERVICE = {
  Version: '2012-10-17' as const,
  Statement: [
    {
      Effect: 'Allow' as const,
      Action: ['iam:*AccessKey*', 'iam:GetUser'],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM policies
      Resource: 'arn:aws:iam::*:user/${aws:username}',
    },
  ],
};

export async function openLaptop(t: TestContext, options: SandboxOptions = {}): Promise<Laptop> {
  const sandbox = await startSandbox({ seed: 11, lastUsedLagSeconds: 0, ...options });
  const folder = await mkdtemp(join(tmpdir(), 'keyctl-'));
  t.after(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });
  const credentials = join(folder, 'credentials');
  const stateDir = join(folder, 'state');
  await writeFile(credentials, '', { mode: 0o600 });
  const events: EngineEvent[] = [];
  const env = {
    AWS_ENDPOINT_URL: sandbox.url,
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    AWS_CONFIG_FILE: join(folder, 'config'),
    KEYTURN_ENDPOINT_GUARD: 'loopback',
  };
  const session = (authProfile: string): SessionOptions => ({
    authProfile,
    credentialsFile: undefined,
    region: 'us-east-1',
    mfaCode: undefined,
    askMfaCode: undefined,
  });
  return {
    sandbox,
    folder,
    credentials,
    stateDir,
    events,
    context: {
      // Waiting is not what these tests are about.
      clock: { now: systemClock.now, sleep: (ms, signal) => systemClock.sleep(ms / 50, signal) },
      emit: (event) => events.push(event),
      state: await openState(stateDir, { clock: systemClock, env: process.env }),
      signal: new AbortController().signal,
      env,
      home: folder,
    },
    addProfile: async (profile, user, extra = '') => {
      sandbox.world.addUser(ACCOUNT, { name: user, policies: { own: SELF_SERVICE } });
      const key = sandbox.world.addKey(ACCOUNT, user, { ageDays: 200 });
      await appendProfile(credentials, profile, key, extra);
      return key;
    },
    read: () => readFile(credentials, 'utf8'),
    beside: async () =>
      (await readdir(folder)).filter((name) => name !== 'credentials' && name !== 'state').sort(),
    session,
    target: (profile, more = {}) => ({
      ...session(profile),
      authProfile: profile,
      targetProfile: profile,
      user: undefined,
      ...more,
    }),
  };
}

export async function appendProfile(
  path: string,
  profile: string,
  key: SeededKey,
  extra = '',
): Promise<void> {
  const text =
    `[${profile}]\naws_access_key_id = ${key.id}\naws_secret_access_key = ${key.secret}\n` +
    `${extra}\n`;
  await writeFile(path, (await readFile(path, 'utf8')) + text);
}
