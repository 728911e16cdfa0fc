// The file of a plan: written whole or not at all, readable by its owner alone, and read back with a bound.

import { lstat, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { systemReason } from '../../base/files/file-system.ts';
import { temporaryPathBeside } from '../../base/files/whole-file.ts';
import type { Command } from '../../base/hint.ts';
import { PLAN_FORMAT } from '../../reports/plan-document.ts';
import { PLAN_BYTES_MAX } from './read-plan.ts';

/** What a plan begins with, whatever its version. */
const BEGINNING = new RegExp(`^\\s*\\{\\s*"format":\\s*"${PLAN_FORMAT.split('/')[0]}/`);
const BEGINNING_BYTES = 200;

/**
 * Whether a plan may be put there, asked before AWS is: the file takes the place of what has its name, and that may
 * be nothing but an older plan. Throws `output-file` and `file-exists`.
 */
export async function assertPlanFits({ path, print }: PlanOutput): Promise<void> {
  try {
    const folder = await stat(dirname(path));
    if (!folder.isDirectory()) throw noFile({ path, print }, `${dirname(path)} is no folder`);
    const there = await lstat(path).catch((thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOENT') return undefined;
      throw thrown;
    });
    if (there === undefined) return;
    // A device would be gone for everybody, and a link may lead anywhere.
    if (there.isSymbolicLink()) throw noFile({ path, print }, 'it is a symbolic link');
    if (!there.isFile()) throw noFile({ path, print }, 'it is no regular file');
    if (there.size > 0 && !BEGINNING.test(await beginningOf(path))) throw taken(path);
  } catch (thrown) {
    if (thrown instanceof KeyturnError) throw thrown;
    throw noFile({ path, print }, systemReason(thrown));
  }
}

async function beginningOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING_BYTES));
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The file that a plan is written to. */
export interface PlanOutput {
  readonly path: string;
  /** Prints the plan, for hints. */
  readonly print: Command;
}

function noFile({ path, print }: PlanOutput, why: string): KeyturnError {
  return new KeyturnError('output-file', `${path} cannot be written: ${why}`, {
    hint: ['name another file with -o, or print the plan:', print],
  });
}

function taken(path: string): KeyturnError {
  return new KeyturnError('file-exists', `${path} is there already, and is no plan`, {
    hint: 'name another file with -o: a plan takes the place of nothing but an older plan',
  });
}

/** Throws `output-file` and `file-exists`. */
export async function writePlan(output: PlanOutput, text: string): Promise<void> {
  const { path, print } = output;
  await assertPlanFits(output);
  const temporary = temporaryPathBeside(path);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw noFile({ path, print }, systemReason(thrown));
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
