// A runner of which nothing is left from one run to the next but what is in tables.

import { openingOf, openState } from '../../src/app/open-state.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { makeState } from '../../src/state/stores.ts';
import { clockOf, inMemory, type OpenedState } from './daily-run.ts';
import type { Fleet, Months } from './months.ts';

const HOLD_DAYS = 30;
const PLACE = 'dynamodb:keyturn';

/** In tables that outlive each runner: of the practice AWS, or of what `tablesAt` names. */
export async function inTables(
  sandbox: Sandbox,
  tablesAt: Readonly<Record<string, string>> = {},
): Promise<OpenedState> {
  const env = { ...sandbox.endpointEnv(), ...tablesAt, KEYTURN_ENDPOINT_GUARD: 'loopback' };
  const reach = { clock: clockOf(sandbox), env };
  await makeState(PLACE, openingOf(reach));
  return () => openState(PLACE, reach);
}

export async function lostEachTime(sandbox: Sandbox): Promise<OpenedState> {
  return () => inMemory(sandbox)();
}

/** What is not as it was promised: a call that was refused, a run that failed, a key that went too early or late. */
export function faultsOf(
  { calls, refused, failures, ends }: Months,
  { due, everyDays = 1 }: Fleet,
): readonly string[] {
  const faults = [...new Set(failures)];
  if (calls < 1_000) faults.push(`${calls} calls`);
  if (refused > 0) faults.push(`${refused} of ${calls} calls were refused`);
  if (ends.length !== due) faults.push(`${ends.length} of ${due} keys were replaced`);
  const isInTime = (day: number | undefined, from: number) =>
    day !== undefined && day >= from && day <= from + everyDays + 0.5;
  for (const { keyId, lastUsed, inactive, deleted, quietDays } of ends) {
    // One that was idle before went at once; else it counts from the cut-over on the first day.
    const from = quietDays === undefined ? 0 : Math.max(lastUsed ?? 0, 0) + quietDays;
    if (!isInTime(inactive, from)) faults.push(`${keyId} went on day ${inactive}, ${from} was due`);
    if (!isInTime(deleted, (inactive ?? 0) + HOLD_DAYS)) {
      faults.push(`${keyId} was deleted on day ${deleted}`);
    }
  }
  return faults;
}
