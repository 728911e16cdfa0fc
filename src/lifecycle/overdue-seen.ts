// Which keys of a user are overdue as far as a credential report and the journal tell, without asking anybody: a
// report names dates, and the journal says what was done since.

import { MS_PER_DAY } from '../base/clock.ts';
import { type DatedKey, withJournal } from './dated-keys.ts';
import { UserHistory } from './history.ts';
import { isGraced } from './rotation.ts';

export interface SeenFacts {
  /** Undefined for a user of whom nothing is recorded. */
  readonly history: UserHistory | undefined;
  readonly reportedAt: Date;
  readonly daysThreshold: number;
  readonly now: Date;
}

/** `dates` are those of the user's Active keys in the report. */
export function overdueAmong(dates: readonly Date[], facts: SeenFacts): readonly DatedKey[] {
  const { history = new UserHistory(), reportedAt, daysThreshold, now } = facts;
  const reported = dates.map(
    (createdAt): DatedKey => ({
      ...{ id: undefined, status: 'Active', createdAt },
      lastUse: 'unreadable',
    }),
  );
  const { keys } = withJournal(reported, history, reportedAt);
  return keys.filter(
    (key) =>
      key.status === 'Active' &&
      now.getTime() - key.createdAt.getTime() >= daysThreshold * MS_PER_DAY &&
      !isReplaced(key, history),
  );
}

/** It waits until nothing uses it, or was left to a person: its successor is in the places. */
function isReplaced({ id, createdAt }: DatedKey, history: UserHistory): boolean {
  if (id !== undefined && history.cutOverAt(id) !== undefined) return true;
  const { open } = history;
  return id === undefined && open !== undefined && isGraced(open) && createdAt < open.intendedAt;
}
