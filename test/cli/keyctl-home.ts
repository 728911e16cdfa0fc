// A home directory with ~/.aws/credentials, and a sandbox as its AWS, for keyctl as a process.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { policyDocument } from '../../src/app/policy/named-policies.ts';
import {
  type AccessKey,
  DEFAULT_ACCOUNT_ID,
  type KeyStatus,
  type PolicyDocument,
  type Sandbox,
  startSandbox,
} from '../../src/sandbox/index.ts';

export interface Home {
  readonly sandbox: Sandbox;
  /** HOME of the processes. */
  readonly folder: string;
  readonly credentials: string;
  readonly env: Readonly<Record<string, string>>;
  /** A user with one key of 200 days, and a profile that holds it. */
  readonly addUser: (profile: string, options?: UserOptions) => AccessKey;
  readonly keysOf: (user: string) => { readonly id: string; readonly status: KeyStatus }[];
  /** What the file says the profile's key is. */
  readonly keyIn: (profile: string, file?: string) => string | undefined;
  readonly backups: () => string[];
}

export interface UserOptions {
  /** The IAM user; the profile's name when left out. */
  readonly user?: string;
  /** What the user may do; the shipped self-service policy when left out, and nothing else. */
  readonly policy?: PolicyDocument;
}

export async function openHome(t: TestContext): Promise<Home> {
  const sandbox = await startSandbox({ seed: 5, lastUsedLagSeconds: 0 });
  const folder = mkdtempSync(join(tmpdir(), 'keyctl-home-'));
  t.after(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const aws = join(folder, '.aws');
  const credentials = join(aws, 'credentials');
  mkdirSync(aws);
  writeFileSync(credentials, '', { mode: 0o600 });
  return {
    sandbox,
    folder,
    credentials,
    env: {
      HOME: folder,
      // Every sandbox of a seed makes the same key IDs, so no two homes may share a journal.
      KEYTURN_STATE_DIR: join(folder, 'state'),
      AWS_ENDPOINT_URL: sandbox.url,
      KEYTURN_ENDPOINT_GUARD: 'loopback',
      // Wherever tests run, their secrets are worth nothing.
      KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    addUser: (profile, options = {}) => {
      const name = options.user ?? profile;
      const policies = { own: options.policy ?? policyDocument('self-service') };
      sandbox.world.addUser(DEFAULT_ACCOUNT_ID, { name, policies });
      const key = sandbox.world.addKey(DEFAULT_ACCOUNT_ID, name, { ageDays: 200 });
      const text = readFileSync(credentials, 'utf8');
      const section = `[${profile}]\naws_access_key_id = ${key.id}\naws_secret_access_key = ${key.secret}\n`;
      writeFileSync(credentials, `${text}${section}region = us-east-1\n`);
      return key;
    },
    keysOf: (user) =>
      sandbox.world.user(DEFAULT_ACCOUNT_ID, user).keys.map(({ id, status }) => ({ id, status })),
    keyIn: (profile, file = credentials) => {
      const [, section = ''] = readFileSync(file, 'utf8').split(`[${profile}]\n`);
      return /aws_access_key_id = (\w+)/.exec(section)?.[1];
    },
    backups: () =>
      readdirSync(aws).filter((name) => /^credentials\.backup\.\d{8}_\d{6}/.test(name)),
  };
}
