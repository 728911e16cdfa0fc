// Accounts of a ministack that enforces IAM, with users, places and whoever signs the calls.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { openingOf } from '../../src/app/open-state.ts';
import type { PolicyDocument } from '../../src/app/policy/statement.ts';
import { openAwsState } from '../../src/aws/open-aws-state.ts';
import { systemClock } from '../../src/base/clock.ts';
import { keyturnCommand } from '../../src/cli/keyturn/command.ts';
import { runCommand } from '../../src/cli/run.ts';
import { makeState } from '../../src/state/stores.ts';
import { fakeHost } from '../cli/fake-host.ts';
import { type Ministack, startMinistack } from './ministack.ts';

/** The account that has the tables, and of which the calls come. */
export const ACCOUNT = '123456789012';
export const STATE = ['--state', 'dynamodb:keyturn@us-east-1'] as const;
export const DELIVER = ['--deliver', 'secrets-manager=app/{user}'] as const;

type Signer = Readonly<Record<'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY', string>>;

export class PolicyStage {
  readonly #server: Ministack;
  readonly #folder = mkdtempSync(join(tmpdir(), 'keyturn-policies-'));
  /** Of the key under which secrets are sealed. */
  readonly keyArn: string;
  #count = 0;

  private constructor(server: Ministack, keyArn: string) {
    this.#server = server;
    this.keyArn = keyArn;
  }

  static async open(): Promise<PolicyStage> {
    const server = await startMinistack({ AUTH: 'true' });
    const opening = openingOf({ clock: systemClock, env: server.env });
    await makeState('dynamodb:keyturn@us-east-1', opening);
    const { maker } = await openAwsState({ clock: systemClock, env: server.env });
    const key = await (await maker()).describeKey('alias/keyturn');
    return new PolicyStage(server, key?.arn ?? '');
  }

  /** As the root of the account, who may do everything. */
  rootOf(account: string) {
    const config = {
      ...{ endpoint: this.#server.url, region: 'us-east-1' },
      credentials: { accessKeyId: account, secretAccessKey: 'any' },
    };
    return { iam: new IAMClient(config), secrets: new SecretsManagerClient(config) };
  }

  /** A name that nobody has yet. */
  name(kind: string): string {
    this.#count += 1;
    return `${kind}-${this.#count}`;
  }

  async addKeyed(user: string, account = ACCOUNT): Promise<Signer> {
    const { iam } = this.rootOf(account);
    await iam.send(new CreateUserCommand({ UserName: user }));
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: user }));
    return {
      AWS_ACCESS_KEY_ID: key?.AccessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: key?.SecretAccessKey ?? '',
    };
  }

  /** A user with a key, whose place has it. */
  async addServed(user: string, account = ACCOUNT): Promise<void> {
    const key = await this.addKeyed(user, account);
    const text = JSON.stringify({
      access_key_id: key.AWS_ACCESS_KEY_ID,
      secret_access_key: key.AWS_SECRET_ACCESS_KEY,
    });
    const { secrets } = this.rootOf(account);
    await secrets.send(new CreateSecretCommand({ Name: `app/${user}`, SecretString: text }));
  }

  /** Somebody who has that policy and nothing else. */
  async addRotator(name: string, policy: PolicyDocument): Promise<Signer> {
    const signer = await this.addKeyed(name);
    const document = JSON.stringify(policy);
    await this.rootOf(ACCOUNT).iam.send(
      new PutUserPolicyCommand({ UserName: name, PolicyName: 'own', PolicyDocument: document }),
    );
    return signer;
  }

  async run(args: readonly string[], signer: Signer | undefined) {
    const around = { HOME: this.#folder, KEYTURN_ENDPOINT_GUARD: 'loopback' };
    const env = { ...this.#server.env, ...signer, ...around };
    const clock = { ...systemClock, sleep: () => systemClock.sleep(1) };
    const host = { ...fakeHost(args, { env }), clock, home: this.#folder, cwd: this.#folder };
    const code = await runCommand(keyturnCommand, host);
    return { code, stdout: host.out(), text: `${host.out()}${host.err()}` };
  }

  async close(): Promise<void> {
    await this.#server.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** ministack knows no condition about items, data keys and services. */
export function withoutConditions(policy: PolicyDocument): PolicyDocument {
  const statements = policy.Statement.map(({ Condition: _, ...statement }) => statement);
  return { ...policy, Statement: statements };
}
