// The same run as that of a state machine, by one process with the same kind of state.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { openingOf } from '../../src/app/open-state.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { makeState } from '../../src/state/stores.ts';
import { binOf, finished } from '../cli/process.ts';
import { OPTIONS, outcome, TABLE } from './machine-stage.ts';

/** Resolves with what became of every key. */
export async function byOneProcess(
  sandbox: Sandbox,
  inventory: string = OPTIONS.inventory,
): Promise<unknown> {
  const env = {
    ...process.env,
    ...sandbox.endpointEnv(),
    ...{ KEYTURN_ENDPOINT_GUARD: 'loopback', KEYTURN_STATE: TABLE },
  };
  await makeState(TABLE, openingOf({ clock: systemClock, env }));
  const deliver = ['--deliver', OPTIONS.deliver[0], '--create-missing'];
  const args = ['--organization', ...deliver, '--inventory', inventory];
  const child = spawn(process.execPath, [binOf('rotate-iam-keys'), ...args], { env });
  const { code, stderr } = await finished(child);
  assert.equal(code, 0, stderr);
  return outcome(sandbox);
}
