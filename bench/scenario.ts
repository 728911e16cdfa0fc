// One account, rotated by `rotate-iam-keys` and one by one, each against a fresh practice AWS with
// the same account. Calls are those that the practice AWS logged.

import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildProcesses } from '../scripts/support/child-processes.ts';
import { PracticeAws } from '../scripts/support/practice-aws.ts';
import { safeEnvironment } from '../scripts/support/safe-environment.ts';
import { ScriptError } from '../scripts/support/script-error.ts';
import type { BaselineResult } from './baseline.ts';
import { type MeasuredRun, measured, runMeasured } from './measured-process.ts';
import type { Usage } from './usage-hook.ts';

export interface Scenario {
  /** Users in all, the administrator among them. */
  readonly users: number;
  /** Users whose only key is due; the others have a young one. */
  readonly due: number;
  readonly latencyMs: number;
  readonly keyLagSeconds: number;
  /** The account's token bucket; calls are not limited when left out. */
  readonly limit?: { readonly perSecond: number; readonly burst: number };
  /** More arguments of `rotate-iam-keys`. */
  readonly args?: readonly string[];
  /** Runs of `rotate-iam-keys`; the one with the median time counts. */
  readonly repeats: number;
}

/** A scenario that the one-by-one way goes through too. */
export interface Comparison extends Scenario {
  /** What the one-by-one way sleeps per key. */
  readonly sleepMs: number;
  /** Keys that it rotates; the rest is extrapolated. */
  readonly baselineKeysMax: number;
}

export interface Figures {
  readonly calls: number;
  /** Among the calls: refused because of their rate. */
  readonly throttledCalls: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  /** CPU of the practice AWS in its own process, start included. */
  readonly sandboxCpuSeconds: number;
}

export interface ScenarioResult {
  readonly scenario: Scenario;
  readonly keyturn: Figures;
}

export interface ComparisonResult extends ScenarioResult {
  readonly scenario: Comparison;
  readonly baseline: Figures;
  /** Keys of which the baseline's figures were extrapolated; 0 when all were measured. */
  readonly baselineExtrapolatedKeys: number;
}

/** Where a scenario runs. */
export interface Workshop {
  readonly processes: ChildProcesses;
  /** Every file of the processes is below it. */
  readonly folder: string;
  /** Tells a person what is going on. */
  readonly note: (text: string) => void;
}

/** Throws a ScriptError when a run did not do its work: its figures would mean nothing. */
export async function runComparison(
  workshop: Workshop,
  scenario: Comparison,
): Promise<ComparisonResult> {
  const { keyturn } = await runScenario(workshop, scenario);
  workshop.note(`${title(scenario)}: one by one`);
  return { scenario, keyturn, ...(await runBaseline(workshop, scenario)) };
}

/** The run with the median time. */
export async function runScenario(workshop: Workshop, scenario: Scenario): Promise<ScenarioResult> {
  const runs: Figures[] = [];
  for (let run = 1; run <= scenario.repeats; run += 1) {
    workshop.note(`${title(scenario)}: rotate-iam-keys, run ${run} of ${scenario.repeats}`);
    runs.push(await runKeyturn(workshop, scenario));
  }
  runs.sort((a, b) => a.seconds - b.seconds);
  const keyturn = runs[Math.floor(runs.length / 2)];
  if (keyturn === undefined) throw new ScriptError('a scenario needs at least one run');
  return { scenario, keyturn };
}

export function title({ users, due }: Scenario): string {
  return `${users} users, ${due} due`;
}

export async function runKeyturn(workshop: Workshop, scenario: Scenario): Promise<Figures> {
  const { args = [] } = scenario;
  const command = ['bin/rotate-iam-keys.mjs', '--output-format', 'json', ...args] as const;
  const { run, calls, sandbox, rotated } = await against(workshop, scenario, command);
  if (run.code !== 0 || rotated !== scenario.due) {
    throw new ScriptError(
      `rotate-iam-keys rotated ${rotated} of ${scenario.due} keys and ended with ${run.code}`,
    );
  }
  return figures(run, calls, sandbox);
}

async function runBaseline(workshop: Workshop, scenario: Comparison) {
  const { sleepMs, baselineKeysMax } = scenario;
  const limits = [String(sleepMs), String(baselineKeysMax)] as const;
  const { run, calls, sandbox, rotated } = await against(workshop, scenario, [
    'dist/bench/baseline.js',
    ...limits,
  ]);
  const result = JSON.parse(run.stdout) as BaselineResult;
  if (result.dueCount !== scenario.due || rotated !== result.rotatedCount) {
    throw new ScriptError(`the baseline found ${result.dueCount} keys and rotated ${rotated}`);
  }
  const missing = result.dueCount - result.rotatedCount;
  const perKey = (total: number): number => total / result.rotatedCount;
  const own = figures(run, calls, sandbox);
  const baseline = {
    ...own,
    calls: own.calls + missing * CALLS_PER_KEY,
    seconds: own.seconds + missing * perKey(result.rotating.seconds),
    cpuSeconds: own.cpuSeconds + missing * perKey(result.rotating.cpuSeconds),
  };
  return { baseline, baselineExtrapolatedKeys: missing };
}

/** ListAccessKeys, CreateAccessKey, UpdateAccessKey. */
const CALLS_PER_KEY = 3;

interface Calls {
  readonly calls: number;
  readonly throttledCalls: number;
}

function figures(run: MeasuredRun, calls: Calls, sandbox: Usage): Figures {
  return {
    ...calls,
    seconds: run.seconds,
    cpuSeconds: cpuSeconds(run.usage),
    peakMegabytes: run.usage.peakMegabytes,
    sandboxCpuSeconds: cpuSeconds(sandbox),
  };
}

function cpuSeconds({ userSeconds, systemSeconds }: Usage): number {
  return userSeconds + systemSeconds;
}

async function against(
  workshop: Workshop,
  scenario: Scenario,
  command: readonly [string, ...string[]],
) {
  const { processes } = workshop;
  const folder = mkdtempSync(join(workshop.folder, 'run-'));
  const env = safeEnvironment(process.env, folder);
  const measuring = measured(folder, 'sandbox');
  const { users, due, latencyMs, keyLagSeconds, limit } = scenario;
  const limits =
    limit === undefined ? [] : ['--rate', `${limit.perSecond}`, '--burst', `${limit.burst}`];
  const practice = await PracticeAws.start(processes, {
    args: ['--latency-ms', String(latencyMs), '--key-lag-s', String(keyLagSeconds), ...limits],
    env: { ...env, ...measuring.env },
    nodeArgs: measuring.nodeArgs,
    population: { users: users - 1, seed: 'bench', counts: { due } },
  });
  const clientEnv = { ...env, ...practice.clientEnv };
  const run = await runMeasured(processes, { name: 'run', command, env: clientEnv, folder });
  const requests = await practice.requests();
  const throttled = requests.filter(({ errorCode }) => errorCode === 'Throttling');
  const calls = { calls: requests.length, throttledCalls: throttled.length };
  const rotated = (await practice.users()).filter(({ keys }) => keys.length === 2).length;
  await processes.stop(practice.child);
  return { run, calls, rotated, sandbox: measuring.usage() };
}
