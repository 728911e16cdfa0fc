// What became of each of several accounts, in numbers.

import type {
  AccountTotals,
  CleanupResult,
  Retirement,
  RotatedKey,
} from '../reports/rotation-report.ts';

export interface AccountRow {
  readonly id: string;
  readonly state: AccountTotals['state'];
  /** Why nobody works in it, as Organizations says: SUSPENDED, for instance. */
  readonly because?: string;
  readonly users: number;
  readonly keys: number;
}

export interface AccountEntries {
  readonly rotated: readonly RotatedKey[];
  readonly retirements: readonly Retirement[];
  readonly cleaned: readonly CleanupResult[];
}

export function accountTotals(
  rows: readonly AccountRow[],
  { rotated, retirements, cleaned }: AccountEntries,
): AccountTotals[] {
  const done = sums(rotated, ({ success }) => (success ? 1 : 0));
  const failed = sums(rotated, ({ success }) => (success ? 0 : 1));
  const waiting = sums(retirements, ({ state }) => (state === 'waiting' ? 1 : 0));
  const deleted = sums(cleaned, ({ deleted_keys: keys }) => keys.length);
  return rows.map(({ id, state, because, users, keys }) => ({
    account_id: id,
    state,
    reason: because ?? null,
    users_examined: users,
    keys_examined: keys,
    rotated: done.get(id) ?? 0,
    failed: failed.get(id) ?? 0,
    waiting: waiting.get(id) ?? 0,
    deleted: deleted.get(id) ?? 0,
  }));
}

/** By account: one pass over the entries, however many accounts there are. */
function sums<Entry extends { readonly account_id: string }>(
  entries: readonly Entry[],
  worth: (entry: Entry) => number,
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const entry of entries) {
    found.set(entry.account_id, (found.get(entry.account_id) ?? 0) + worth(entry));
  }
  return found;
}
