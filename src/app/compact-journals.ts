// Use case of `keyturn compact`: shorter journals, which decide the same. No AWS call.

import type { Clock } from '../base/clock.ts';
import { newId } from '../executor/runtime.ts';
import { compactJournal } from '../journal/open-account-state.ts';
import { accountsIn } from './read-status.ts';

export interface CompactedJournal {
  readonly account: string;
  /** Records before and after. */
  readonly before: number;
  readonly after: number;
}

export async function compactJournals(options: {
  readonly stateDir: string;
  readonly clock: Clock;
}): Promise<CompactedJournal[]> {
  const { stateDir, clock } = options;
  const compacted: CompactedJournal[] = [];
  for (const account of await accountsIn(stateDir)) {
    const counts = await compactJournal({ stateDir, account, clock, run: newId() });
    compacted.push({ account, ...counts });
  }
  return compacted;
}
