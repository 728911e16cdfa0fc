// Runs one process to its end and says what it took.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChildProcesses } from '../scripts/support/child-processes.ts';
import { ScriptError } from '../scripts/support/script-error.ts';
import { USAGE_FILE, type Usage } from './usage-hook.ts';

const HOOK = new URL('usage-hook.js', import.meta.url).href;

export interface MeasuredRun {
  readonly code: number | null;
  readonly stdout: string;
  /** From its start until its output is read. */
  readonly seconds: number;
  readonly usage: Usage;
}

/** Arguments and environment with which a process leaves its usage in `folder`. */
export function measured(folder: string, name: string) {
  const path = join(folder, `usage-${name}.json`);
  return {
    nodeArgs: ['--import', HOOK],
    env: { [USAGE_FILE]: path },
    usage: (): Usage => {
      if (!existsSync(path)) throw new ScriptError(`${name} did not say what it used`);
      return JSON.parse(readFileSync(path, 'utf8')) as Usage;
    },
  };
}

export interface RunOptions {
  readonly name: string;
  /** Path from the root of the repository, then arguments. */
  readonly command: readonly [script: string, ...args: string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
}

export async function runMeasured(
  processes: ChildProcesses,
  { name, command: [script, ...args], env, folder }: RunOptions,
): Promise<MeasuredRun> {
  const measuring = measured(folder, name);
  const path = fileURLToPath(new URL(`../../${script}`, import.meta.url));
  const startedAtMs = performance.now();
  const child = processes.start([...measuring.nodeArgs, path, ...args], {
    env: { ...env, ...measuring.env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const { code } = await processes.endOf(child);
  const seconds = (performance.now() - startedAtMs) / 1000;
  return { code, stdout, seconds, usage: measuring.usage() };
}
