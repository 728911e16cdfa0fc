// An account and a configuration for it, and rotate-iam-keys as a real process.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type RotationReport, rotationReportSchema } from '../../src/reports/rotation-report.ts';
import { DEFAULT_ACCOUNT_ID, startSandbox } from '../../src/sandbox/index.ts';
import type { KeySeed, UserSeed } from '../../src/sandbox/world.ts';
import { run } from '../cli/process.ts';

/** A day so many days from now, as a configuration writes it. */
export function dayFromNow(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

export async function stageOf(t: TestContext) {
  const sandbox = await startSandbox({ seed: 7, reportSeconds: 0 });
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-config-'));
  t.after(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });
  const env = {
    ...sandbox.endpointEnv(),
    KEYTURN_STATE_DIR: join(folder, 'state'),
    KEYTURN_ENDPOINT_GUARD: 'loopback',
    // Wherever tests run, their secrets are worth nothing.
    KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
  };
  const config = join(folder, 'keyturn.yaml');
  const addUser = (seed: UserSeed, ...keys: KeySeed[]) => {
    sandbox.world.addUser(DEFAULT_ACCOUNT_ID, seed);
    return keys.map((key) => sandbox.world.addKey(DEFAULT_ACCOUNT_ID, seed.name, key));
  };
  const rotate = async (text: string, words: readonly string[] = []) => {
    await writeFile(config, text);
    const args = ['--config', config, '--output-format', 'json', '--log-level', 'warn', ...words];
    const result = await run('rotate-iam-keys', args, env);
    const parsed = rotationReportSchema.safeParse(JSON.parse(result.stdout || '{}'));
    return { ...result, report: parsed.data as RotationReport };
  };
  const keyturn = (words: readonly string[]) => run('keyturn', words, env);
  const statuses = (name: string) =>
    sandbox.world.user(DEFAULT_ACCOUNT_ID, name).keys.map(({ status }) => status);
  return { sandbox, folder, config, env, addUser, rotate, keyturn, statuses };
}

/** Users of the report by name, with what came of them. */
export function outcomesOf({ rotated_keys: keys, held_back: held = [] }: RotationReport) {
  return Object.fromEntries([
    ...held.map(({ username, reason }) => [username, reason]),
    ...keys.map(({ username, success, error_code: code }) => [
      username,
      success ? 'rotated' : code,
    ]),
  ]);
}
