// What a person does about the keys that were being made when a handler was killed.

import assert from 'node:assert/strict';
import type { LambdaSummary } from '../../src/reports/lambda-results.ts';
import { run } from '../cli/process.ts';
import type { MachineStage } from './machine-stage.ts';

/**
 * A handler that was killed while AWS made a key has lost its secret: for hours nobody can tell whether somebody uses
 * the key, unless a person says that nobody made it by hand (I10). All others are healed by running again.
 */
export async function nameOrphans(stage: MachineStage, { problems }: LambdaSummary): Promise<void> {
  for (const { code, account_id: account, username } of problems) {
    assert.equal(code, 'use-not-shown-yet');
    assert.ok(account !== null && username !== null);
    const made = stage.sandbox.world.user(account, username).keys.at(-1);
    const args = ['recover', '--accounts', account, '--orphan', made?.id ?? ''];
    const { code: end, stderr } = await run('keyturn', args, stage.env);
    assert.equal(end, 0, stderr);
  }
}
