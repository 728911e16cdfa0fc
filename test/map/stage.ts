// An account whose keys stand in places, and keyturn as a real process.

import type { TestContext } from 'node:test';
import { type MapReport, mapReportSchema } from '../../src/reports/map-report.ts';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { addSecret } from '../../src/sandbox/secretsmanager/secret.ts';
import { addParameter } from '../../src/sandbox/ssm/parameter.ts';
import { run } from '../cli/process.ts';
import { stageOf as configStage } from '../config/stage.ts';

export const REGION = 'us-east-1';

export interface Pair {
  readonly id: string;
  readonly secret: string;
}

/** Under the first names that keyturn knows. */
export function object({ id, secret }: Pair, more: object = {}): string {
  return JSON.stringify({ AccessKeyId: id, SecretAccessKey: secret, ...more });
}

export async function mapStage(t: TestContext) {
  const stage = await configStage(t);
  const { world } = stage.sandbox;
  const account = world.account(DEFAULT_ACCOUNT_ID);
  const secret = (name: string, text: string | Buffer, region = REGION) =>
    addSecret(world, account, {
      name,
      region,
      first: {
        id: '11111111-0000-4000-8000-000000000000',
        text: typeof text === 'string' ? text : undefined,
        binary: typeof text === 'string' ? undefined : text.toString('base64'),
      },
    });
  const parameter = (name: string, value: string, region = REGION) =>
    addParameter(account, {
      name,
      region,
      first: {
        ...{ number: 1, type: 'SecureString', tier: 'Standard', value, dataType: 'text' },
        ...{ description: undefined, keyId: undefined },
        modifiedAt: world.clock.now(),
        modifiedBy: 'somebody',
      },
    });
  const mapAs =
    (env: object) =>
    async (...words: string[]) => {
      const result = await run('keyturn', ['map', '--json', ...words], { ...stage.env, ...env });
      const parsed = mapReportSchema.safeParse(JSON.parse(result.stdout || '{}'));
      return { ...result, report: parsed.data as MapReport, problem: parsed.error };
    };
  const map = Object.assign(mapAs({}), {
    as: mapAs,
    page: (env: object) => run('keyturn', ['map'], { ...stage.env, ...env }),
  });
  /** How often each operation of a service was called. */
  const calls = () => {
    const counts: Record<string, number> = {};
    for (const { operation } of stage.sandbox.requests.list()) {
      counts[operation] = (counts[operation] ?? 0) + 1;
    }
    return counts;
  };
  return { ...stage, account, secret, parameter, map, calls };
}

/** The states of a report by key. */
export function statesOf({ keys }: MapReport): Readonly<Record<string, string>> {
  return Object.fromEntries(keys.map(({ access_key_id: id, state }) => [id, state]));
}
