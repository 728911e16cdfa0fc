// A program as a hook: facts on stdin, its exit code as the answer.

import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import type { Programs } from '../../base/programs.ts';
import { Secret } from '../../base/secret.ts';
import type { RawAnswer } from '../../lifecycle/hook-answer.ts';
import { programAt } from '../program-at.ts';

export interface ProgramAsked {
  readonly words: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

export interface ProgramSurroundings {
  readonly programs: Programs;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export async function askProgram(
  { words: [name = '', ...args], facts, timeoutMs, signal }: ProgramAsked,
  { programs, env }: ProgramSurroundings,
): Promise<RawAnswer> {
  let path: string;
  try {
    path = await programFound(name, env);
    await programs.check(path);
  } catch (thrown) {
    return { kind: 'none', isSent: false, words: toKeyturnError(thrown).message };
  }
  const input = new Secret(`${JSON.stringify(facts)}\n`);
  const result = await programs.run({
    ...{ words: [path, ...args], input, secrets: [], signal },
    limitMs: timeoutMs,
    isChatty: true,
  });
  if (result.kind === 'answered') return { kind: 'exit', code: 0, words: undefined };
  const { exitCode: code, lastLine: words, reason } = result;
  if (code !== undefined) return { kind: 'exit', code, words };
  const isSent = !reason.startsWith('it cannot be run');
  return { kind: 'none', isSent, words: words === undefined ? reason : `${reason}: ${words}` };
}

async function programFound(name: string, env: ProgramSurroundings['env']): Promise<string> {
  const path = await programAt(name, env);
  if (path !== undefined) return path;
  throw new KeyturnError('not-deliverable', `the program ${name} is in no folder of PATH`, {
    hint: 'name it by its absolute path',
  });
}
