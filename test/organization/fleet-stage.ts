// An organization in a sandbox, and the executables run against it as real processes.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type RotationReport, rotationReportSchema } from '../../src/reports/rotation-report.ts';
import {
  type AccessKey,
  type AccountSeed,
  addOrganization,
  DEFAULT_ACCOUNT_ID,
  type KeySeed,
  type LoggedRequest,
  type OrganizationSeed,
  type Sandbox,
  startSandbox,
} from '../../src/sandbox/index.ts';
import { binOf, type Finished, finished, type Program, start } from '../cli/process.ts';

export const MANAGEMENT = DEFAULT_ACCOUNT_ID;
/** IDs that begin with 0 are text like any other. */
export const FIRST = '011111111111';
export const SECOND = '222222222222';
export const THIRD = '333333333333';
export const ROLE = 'OrganizationAccountAccessRole';

export interface FleetSeed {
  readonly account?: AccountSeed;
  /** Members beside or in place of FIRST, SECOND and THIRD. */
  readonly organization?: OrganizationSeed;
  readonly region?: string;
}

export interface FleetRunResult extends Finished {
  readonly report: RotationReport;
}

export class FleetStage {
  readonly sandbox: Sandbox;
  readonly folder: string;
  readonly stateDir: string;
  readonly env: Record<string, string>;

  private constructor(sandbox: Sandbox, folder: string, region: string) {
    this.sandbox = sandbox;
    this.folder = folder;
    this.stateDir = join(folder, 'state');
    this.env = {
      ...sandbox.endpointEnv(),
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      HOME: folder,
      KEYTURN_ENDPOINT_GUARD: 'loopback',
      // Wherever tests run, their secrets are worth nothing.
      KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
      KEYTURN_STATE_DIR: this.stateDir,
    };
  }

  /** The management account and three members, each with a due key of `svc-app`, and the role. */
  static async open(test: TestContext, seed: FleetSeed = {}): Promise<FleetStage> {
    const { account, organization, region = 'us-east-1' } = seed;
    const sandbox = await startSandbox({ seed: 'fleet', ...(account && { account }) });
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-fleet-'));
    test.after(async () => {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const accounts = [{ id: FIRST }, { id: SECOND }, { id: THIRD }];
    addOrganization(sandbox.world, { accounts, ...organization });
    const stage = new FleetStage(sandbox, folder, region);
    for (const id of [MANAGEMENT, ...(organization?.accounts ?? accounts).map(({ id }) => id)]) {
      if (id !== undefined) stage.addKey(id, 'svc-app');
    }
    return stage;
  }

  /** A user with a key; due unless said otherwise. */
  addKey(account: string, user: string, seed: KeySeed = { ageDays: 200 }): AccessKey {
    const { world } = this.sandbox;
    if (!world.account(account).users.has(user)) world.addUser(account, { name: user });
    return world.addKey(account, user, seed);
  }

  /** `rotate-iam-keys` to its end. */
  async rotate(...args: string[]): Promise<FleetRunResult> {
    const ended = await this.run('rotate-iam-keys', '--output-format', 'json', ...args);
    return { ...ended, report: rotationReportSchema.parse(JSON.parse(ended.stdout)) };
  }

  run(program: Program, ...args: string[]): Promise<Finished> {
    this.sandbox.requests.clear();
    return finished(this.start(program, args));
  }

  start(program: Program, args: readonly string[]) {
    return start([binOf(program), ...args], this.env);
  }

  /** A profile with the key of the management account's administrator. */
  writeProfile(name: string): void {
    const { id, secret } = this.sandbox.world.administratorKey(MANAGEMENT);
    mkdirSync(join(this.folder, '.aws'), { recursive: true });
    writeFileSync(
      join(this.folder, '.aws', 'credentials'),
      `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`,
      { mode: 0o600 },
    );
  }

  keysOf(account: string, user = 'svc-app'): readonly AccessKey[] {
    return this.sandbox.world.user(account, user).keys;
  }

  /** The key that was made for the user: the only one that is young. */
  newKeyOf(account: string, user = 'svc-app'): AccessKey | undefined {
    const dayAgoMs = this.sandbox.clock.nowMs() - 86_400_000;
    return this.keysOf(account, user).find(({ createDate }) => createDate.getTime() > dayAgoMs);
  }

  /** Requests of the latest run, by operation and the account whose key signed. */
  requests(operation?: string, account?: string): LoggedRequest[] {
    return this.sandbox.requests
      .list(operation)
      .filter((request) => account === undefined || request.account === account);
  }
}

/** The accounts of the successful rotations, in the order of the report. */
export function rotatedAccounts({ rotated_keys }: RotationReport): string[] {
  return rotated_keys.filter(({ success }) => success).map(({ account_id }) => account_id);
}
