// Starts the executables as a user does: a real process over the built code.

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Sandbox } from '../../src/sandbox/index.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export type Program = 'rotate-iam-keys' | 'keyturn' | 'keyctl';

export interface Finished {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function binOf(program: Program): string {
  return `${ROOT}bin/${program}.mjs`;
}

const CLOCK_AHEAD = new URL('./clock-ahead.js', import.meta.url).href;

/** The environment of a process for which it is that much later. */
function laterEnv(aheadMs: number): Readonly<Record<string, string>> {
  if (aheadMs === 0) return {};
  return { NODE_OPTIONS: `--import=${CLOCK_AHEAD}`, CLOCK_AHEAD_MS: String(aheadMs) };
}

/** Time passes at the sandbox; the environment lets it pass for a process too. */
export function hoursLater({ clock }: Sandbox, hours: number): Readonly<Record<string, string>> {
  const durationMs = hours * 3_600_000;
  clock.advance(durationMs);
  clock.signatureSkewMs += durationMs;
  return laterEnv(clock.signatureSkewMs);
}

/** Runs to the end. */
export function run(
  program: Program,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return finished(start([binOf(program), ...args], env));
}

export function start(
  nodeArgs: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, nodeArgs, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export function finished(child: ChildProcess): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Runs a line of shell, for pipes and redirections. */
export function shell(line: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  const child = spawn('/bin/sh', ['-c', line], {
    env: { ...process.env, NODE: process.execPath, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return finished(child);
}
