// The file of a plan: written whole or not at all, readable by its owner alone, and read back with a bound.

import { readFile, stat } from 'node:fs/promises';
import { KeyturnError } from '../../base/errors.ts';
import { systemReason } from '../../base/files/file-system.ts';
import type { Command } from '../../base/hint.ts';
import { PLAN_FORMAT } from '../../reports/plan-document.ts';
import { assertFits, type OutputKind, writeOutput } from '../output-file.ts';
import { PLAN_BYTES_MAX } from './read-plan.ts';

/** The file that a plan is written to. */
export interface PlanOutput {
  readonly path: string;
  /** Prints the plan, for hints. */
  readonly print: Command;
}

const BEGINNING = new RegExp(`^\\s*\\{\\s*"format":\\s*"${PLAN_FORMAT.split('/')[0]}/`);

function kindOf({ print }: PlanOutput): OutputKind {
  const otherwise = ['name another file with -o, or print the plan:', print];
  return { noun: 'plan', beginning: BEGINNING, otherwise };
}

/** Asked before AWS is. Throws `output-file` and `file-exists`. */
export async function assertPlanFits(output: PlanOutput): Promise<void> {
  await assertFits(output.path, kindOf(output));
}

/** Throws `output-file` and `file-exists`. */
export async function writePlan(output: PlanOutput, text: string): Promise<void> {
  await writeOutput(output.path, text, kindOf(output));
}

/** Where a new plan is written in the place of this text: never over what is no plan. */
export async function fileForNew(
  shown: string,
  text: string,
  absolute: (name: string) => string,
): Promise<string> {
  if (BEGINNING.test(text)) return shown;
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? 'plan.json' : `plan-${number}.json`;
    const isFree = await stat(absolute(name)).then(
      () => false,
      () => true,
    );
    if (isFree) return name;
  }
}

/** Throws `plan-refused`. */
export async function loadPlan(path: string, shown: string): Promise<string> {
  const refuse = (why: string) =>
    new KeyturnError('plan-refused', `${shown} is not applied: ${why}`, {
      hint: 'name the file that keyturn plan -o wrote',
    });
  try {
    const facts = await stat(path);
    if (!facts.isFile()) throw refuse('it is no regular file');
    if (facts.size > PLAN_BYTES_MAX) throw refuse('it is too large for a plan');
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (thrown instanceof KeyturnError) throw thrown;
    throw refuse(`it cannot be read: ${systemReason(thrown)}`);
  }
}
