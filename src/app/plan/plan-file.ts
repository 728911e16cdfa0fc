// The file of a plan: written whole or not at all, readable by its owner alone, and read back with a bound.

import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { KeyturnError } from '../../base/errors.ts';
import { systemReason } from '../../base/files/file-system.ts';
import { temporaryPathBeside } from '../../base/files/whole-file.ts';
import { PLAN_BYTES_MAX } from './read-plan.ts';

/** Throws `output-file`. */
export async function writePlan(path: string, text: string): Promise<void> {
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
    throw new KeyturnError('output-file', `${path} cannot be written: ${systemReason(thrown)}`, {
      hint: 'name another file with -o',
    });
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
