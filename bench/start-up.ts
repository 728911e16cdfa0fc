// How long the commands take that need no AWS, beside a Node process that does nothing.

import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { safeEnvironment } from '../scripts/support/safe-environment.ts';
import { ScriptError } from '../scripts/support/script-error.ts';

export interface StartUp {
  readonly title: string;
  readonly medianMs: number;
  /** Of the empty process, in the same rounds. */
  readonly ratio: number;
}

interface Command {
  readonly title: string;
  readonly path: string;
  readonly args: readonly string[];
  readonly exitCode: number;
}

const ROTATE = 'bin/rotate-iam-keys.cjs';
const KEYCTL = 'bin/keyctl.cjs';
const EMPTY: Command = {
  title: 'empty Node process',
  path: 'dist/bench/empty.js',
  args: [],
  exitCode: 0,
};
const COMMANDS: readonly Command[] = [
  EMPTY,
  { title: 'empty Node process, CommonJS', path: 'bench/empty.cjs', args: [], exitCode: 0 },
  { title: '`rotate-iam-keys --help`', path: ROTATE, args: ['--help'], exitCode: 0 },
  { title: '`rotate-iam-keys --version`', path: ROTATE, args: ['--version'], exitCode: 0 },
  { title: '`keyctl --help`', path: KEYCTL, args: ['--help'], exitCode: 0 },
  { title: '`keyctl -l`', path: KEYCTL, args: ['-l'], exitCode: 0 },
  { title: '`rotate-iam-keys --dryrun` (bad flag)', path: ROTATE, args: ['--dryrun'], exitCode: 2 },
];

/** The commands take turns, so that a busy moment of the machine hits all of them. */
export function measureStartUp(rounds: number): readonly StartUp[] {
  const env = safeEnvironment(process.env, tmpdir());
  const timesMs = COMMANDS.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    COMMANDS.forEach((command, index) => {
      timesMs[index]?.push(timeMs(command, env));
    });
  }
  const emptyMs = median(timesMs[0] ?? []);
  return COMMANDS.map(({ title }, index) => {
    const medianMs = median(timesMs[index] ?? []);
    return { title, medianMs, ratio: medianMs / emptyMs };
  });
}

function timeMs(command: Command, env: Readonly<Record<string, string>>): number {
  const path = fileURLToPath(new URL(`../../${command.path}`, import.meta.url));
  const startedAtMs = performance.now();
  const { status } = spawnSync(process.execPath, [path, ...command.args], { env });
  const endedAtMs = performance.now();
  if (status !== command.exitCode) {
    throw new ScriptError(`${command.title} ended with exit code ${status}`);
  }
  return endedAtMs - startedAtMs;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) throw new ScriptError('a median of nothing was asked for');
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
