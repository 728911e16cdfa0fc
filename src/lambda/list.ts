// Mode list: the accounts that a run is about, each as an event for mode rotate has it.

import { type ListedPart, listParts } from '../app/list-parts.ts';
import { SLICES_MAX } from '../app/user-slice.ts';
import { KeyturnError } from '../base/errors.ts';
import type { LambdaListResult } from '../reports/lambda-results.ts';
import { type EventRead, type Fields, wrong } from './fields.ts';
import { type Invocation, neverStopped, settled } from './invocation.ts';

/** Step Functions takes 256 KB of a result, with all that is around it. */
const BYTES_MAX = 240_000;
const TOLD_MAX = 50;

export async function listed(read: EventRead, invocation: Invocation): Promise<LambdaListResult> {
  const slices = slicesIn(read.own);
  const { options, run } = await settled(read, invocation);
  const { accounts, profile, region, maxParallel } = options.rotate;
  const { clock, env, emit } = invocation;
  const { parts, skipped, unknown } = await listParts(
    { accounts, profile, region, maxParallel, slices },
    { clock, env, emit, run, signal: neverStopped() },
  );
  const items = parts.map(itemOf);
  const bytes = JSON.stringify(items).length;
  if (bytes > BYTES_MAX) {
    throw new KeyturnError(
      'bad-value',
      `the list of ${items.length} parts has ${bytes} bytes, and a state machine takes ${BYTES_MAX}`,
      { hint: 'make several schedules, each with some of the accounts' },
    );
  }
  return {
    mode: 'list',
    run_id: run,
    items,
    skipped: skipped.slice(0, TOLD_MAX).map(({ id, state }) => ({ account_id: id, state })),
    problems: unknown.slice(0, TOLD_MAX).map(({ id, error }) => ({
      ...{ account_id: id, code: error.code, message: error.message, username: null },
    })),
  };
}

function itemOf({ account, roleName, externalId, slice }: ListedPart) {
  return {
    account,
    ...(roleName !== undefined && { role_name: roleName }),
    ...(externalId !== undefined && { external_id: externalId }),
    ...(slice !== undefined && { slice }),
  };
}

function slicesIn({ slices = {} }: Fields): ReadonlyMap<string, number> {
  const takes = 'how many parts by the ID of an account, such as {"123456789012": 8}';
  if (typeof slices !== 'object' || slices === null || Array.isArray(slices)) {
    throw wrong('slices', takes, slices);
  }
  const entries = Object.entries(slices);
  const odd = entries.find(
    ([id, of]) => !/^\d{12}$/.test(id) || !Number.isInteger(of) || of < 1 || of > SLICES_MAX,
  );
  if (odd !== undefined) throw wrong('slices', takes, Object.fromEntries([odd]));
  return new Map(entries);
}
