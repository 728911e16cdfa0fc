// An organization in a sandbox with state in its tables, and the function invoked in this process.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openingOf } from '../../src/app/open-state.ts';
import { systemClock } from '../../src/base/clock.ts';
import { handle } from '../../src/lambda/handle.ts';
import {
  type LambdaListResult,
  type LambdaRotateResult,
  type LambdaSummary,
  lambdaResultSchema,
} from '../../src/reports/lambda-results.ts';
import {
  addOrganization,
  DEFAULT_ACCOUNT_ID,
  type Sandbox,
  startSandbox,
} from '../../src/sandbox/index.ts';
import { makeState } from '../../src/state/stores.ts';

export const MANAGEMENT = DEFAULT_ACCOUNT_ID;
export const FIRST = '011111111111';
export const SECOND = '222222222222';
export const TABLE = 'dynamodb:keyturn@us-east-1';
const MINUTES_15 = 15 * 60_000;

export class LambdaStage {
  readonly sandbox: Sandbox;
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly log: string[] = [];

  private constructor(sandbox: Sandbox, folder: string) {
    this.sandbox = sandbox;
    this.folder = folder;
    this.env = {
      ...sandbox.endpointEnv(),
      KEYTURN_ENDPOINT_GUARD: 'loopback',
      KEYTURN_STATE: TABLE,
      AWS_LAMBDA_FUNCTION_NAME: 'keyturn',
    };
  }

  /** The management account and two members, each with a due key of `svc-app`. */
  static async open(test: TestContext): Promise<LambdaStage> {
    const sandbox = await startSandbox({ seed: 'lambda' });
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-lambda-'));
    test.after(async () => {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    });
    addOrganization(sandbox.world, { accounts: [{ id: FIRST }, { id: SECOND }] });
    const stage = new LambdaStage(sandbox, folder);
    for (const id of [MANAGEMENT, FIRST, SECOND]) stage.addKey(id, 'svc-app');
    await makeState(TABLE, openingOf({ clock: systemClock, env: stage.env }));
    sandbox.requests.clear();
    return stage;
  }

  addKey(account: string, user: string, ageDays = 200): void {
    const { world } = this.sandbox;
    world.addUser(account, { name: user });
    world.addKey(account, user, { ageDays });
  }

  /** Rejects as the function does. What it answers is what its schema says. */
  async invoke(event: unknown, remainingMs: number | (() => number) = MINUTES_15) {
    const getRemainingTimeInMillis =
      typeof remainingMs === 'number' ? () => remainingMs : remainingMs;
    const result = await handle(
      event,
      { getRemainingTimeInMillis },
      { env: this.env, cwd: this.folder, writeLog: (line) => this.log.push(line) },
    );
    return lambdaResultSchema.parse(result);
  }

  async rotate(event: object, remainingMs?: number | (() => number)): Promise<LambdaRotateResult> {
    return (await this.invoke(event, remainingMs)) as LambdaRotateResult;
  }

  async list(event: object): Promise<LambdaListResult> {
    return (await this.invoke({ mode: 'list', ...event })) as LambdaListResult;
  }

  async sumUp(event: object): Promise<LambdaSummary> {
    return (await this.invoke({ mode: 'summary', ...event })) as LambdaSummary;
  }

  /** Keys that were made in the account: those that are young. */
  newKeys(account: string): readonly { readonly user: string; readonly secret: string }[] {
    const dayAgoMs = this.sandbox.clock.nowMs() - 86_400_000;
    const { users } = this.sandbox.world.account(account);
    return [...users.values()].flatMap(({ name: user, keys }) =>
      keys
        .filter(({ createDate }) => createDate.getTime() > dayAgoMs)
        .filter(() => user.startsWith('svc-'))
        .map(({ secret }) => ({ user, secret })),
    );
  }

  /** As long as AWS does not know a new key yet. */
  refuseNewKeys(): void {
    this.sandbox.faults.add({
      operation: 'GetCallerIdentity',
      user: 'svc-app',
      effect: { kind: 'error', code: 'InvalidClientTokenId', status: 403 },
    });
  }

  acceptNewKeys(): void {
    this.sandbox.faults.clear();
  }

  calls(operation: string): number {
    return this.sandbox.requests.list(operation).length;
  }
}
