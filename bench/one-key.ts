// One key of a laptop: `keyctl PROFILE` beside the plain sequence, each against a fresh practice AWS.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PracticeAws } from '../scripts/support/practice-aws.ts';
import { safeEnvironment } from '../scripts/support/safe-environment.ts';
import { ScriptError } from '../scripts/support/script-error.ts';
import { type MeasuredRun, runMeasured } from './measured-process.ts';
import type { Workshop } from './scenario.ts';
import { median } from './start-up.ts';

export interface OneKeyScenario {
  readonly latencyMs: number;
  readonly keyLagSeconds: number;
  /** Runs of each; the median of every figure counts. */
  readonly repeats: number;
}

export interface OneKeyFigures {
  /** All but the questions whether AWS accepts the new key. */
  readonly calls: number;
  readonly probes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface OneKeyResult {
  readonly scenario: OneKeyScenario;
  readonly keyctl: OneKeyFigures;
  readonly plain: OneKeyFigures;
}

const PROFILE = 'production';
const KEYCTL = ['bin/keyctl.mjs', PROFILE, '--yes'] as const;
const PLAIN = ['dist/bench/one-key-plain.js'] as const;

/** In turns, so that both have the same machine. Throws a ScriptError when a run did not do its work. */
export async function measureOneKey(
  workshop: Workshop,
  scenario: OneKeyScenario,
): Promise<OneKeyResult> {
  const keyctl: OneKeyFigures[] = [];
  const plain: OneKeyFigures[] = [];
  for (let run = 1; run <= scenario.repeats; run += 1) {
    workshop.note(`one key, run ${run} of ${scenario.repeats}`);
    keyctl.push(await rotateOne(workshop, scenario, KEYCTL));
    plain.push(await rotateOne(workshop, scenario, PLAIN));
  }
  return { scenario, keyctl: middle(keyctl), plain: middle(plain) };
}

async function rotateOne(
  { processes, folder: parent }: Workshop,
  { latencyMs, keyLagSeconds }: OneKeyScenario,
  command: readonly [string, ...string[]],
): Promise<OneKeyFigures> {
  const folder = mkdtempSync(join(parent, 'one-'));
  const env = safeEnvironment(process.env, folder);
  const practice = await PracticeAws.start(processes, {
    args: ['--latency-ms', String(latencyMs), '--key-lag-s', String(keyLagSeconds)],
    env,
  });
  try {
    const { file, keyId } = await addProfile(practice, folder);
    await practice.clearRequests();
    const clientEnv = {
      ...env,
      AWS_ENDPOINT_URL: practice.url,
      AWS_REGION: 'us-east-1',
      AWS_SHARED_CREDENTIALS_FILE: file,
    };
    const run = await runMeasured(processes, { name: 'run', command, env: clientEnv, folder });
    assertRotated(run, { file, keyId });
    return await figuresOf(run, practice);
  } finally {
    await processes.stop(practice.child);
  }
}

/** A user who may rotate, and a credentials file that holds the only key. */
async function addProfile(practice: PracticeAws, folder: string) {
  const { id } = await practice.account();
  const user = { name: 'ada', administrator: true, keys: [{ ageDays: 100 }] };
  await practice.control('POST', 'seed', { accounts: [{ id, users: [user] }] });
  const key = (await practice.users()).find(({ name }) => name === user.name)?.keys[0];
  if (key === undefined) throw new ScriptError('the practice AWS made no key');
  const file = join(folder, 'credentials');
  const lines = [
    `[${PROFILE}]`,
    `aws_access_key_id = ${key.id}`,
    `aws_secret_access_key = ${key.secret}`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  return { file, keyId: key.id };
}

function assertRotated(
  { code, stdout }: MeasuredRun,
  { file, keyId }: { readonly file: string; readonly keyId: string },
): void {
  const first = /aws_access_key_id ?= ?(\S+)/.exec(readFileSync(file, 'utf8'))?.[1];
  if (code === 0 && first !== undefined && first !== keyId) return;
  throw new ScriptError(`the key was not rotated (exit code ${code}): ${stdout}`);
}

async function figuresOf(run: MeasuredRun, practice: PracticeAws): Promise<OneKeyFigures> {
  const operations = (await practice.requests()).map(({ operation }) => operation);
  const made = operations.indexOf('CreateAccessKey');
  const probes = operations
    .slice(made)
    .filter((operation) => operation === 'GetCallerIdentity').length;
  const { userSeconds, systemSeconds } = run.usage;
  return {
    calls: operations.length - probes,
    probes,
    seconds: run.seconds,
    cpuSeconds: userSeconds + systemSeconds,
  };
}

function middle(runs: readonly OneKeyFigures[]): OneKeyFigures {
  const of = (name: keyof OneKeyFigures) => median(runs.map((run) => run[name]));
  return {
    calls: of('calls'),
    probes: of('probes'),
    seconds: of('seconds'),
    cpuSeconds: of('cpuSeconds'),
  };
}
