// Use case of `keyturn compact`: shorter journals, which decide the same. No AWS call.

import type { Compacted, StateStore } from '../state/state-store.ts';

export interface CompactedJournal extends Compacted {
  readonly account: string;
}

export async function compactJournals(state: StateStore): Promise<CompactedJournal[]> {
  const compacted: CompactedJournal[] = [];
  for (const account of await state.accounts()) {
    compacted.push({ account, ...(await state.compact(account)) });
  }
  return compacted;
}
