// What the demo knows about its account, from the sandbox's own state and not from keyturn.

import { wholeDaysBetween } from '../../src/base/clock.ts';
import type { PracticeKey, PracticeUser } from '../support/practice-aws.ts';

export const DUE_DAYS = 90;

export interface AccountFacts {
  readonly userCount: number;
  readonly keyCount: number;
  /** Users whose only key is Active and due. */
  readonly rotatable: readonly PracticeUser[];
  /** Users with a due key and a second Active one. */
  readonly blocked: readonly PracticeUser[];
  readonly neverUsedCount: number;
  readonly youngCount: number;
  readonly inactiveOnlyCount: number;
  readonly noKeysCount: number;
}

export function accountFacts(users: readonly PracticeUser[], now: Date): AccountFacts {
  const isDue = (key: PracticeKey): boolean =>
    key.status === 'Active' && wholeDaysBetween(new Date(key.createDate), now) >= DUE_DAYS;
  const rotatable = users.filter(({ keys }) => keys.length === 1 && keys.every(isDue));
  const count = (matches: (user: PracticeUser) => boolean): number => users.filter(matches).length;
  return {
    userCount: users.length,
    keyCount: users.reduce((sum, { keys }) => sum + keys.length, 0),
    rotatable,
    blocked: users.filter(({ keys }) => keys.length === 2 && keys.some(isDue)),
    neverUsedCount: rotatable.filter(({ keys }) => keys[0]?.lastUsed === undefined).length,
    youngCount: count(
      ({ keys }) => keys.length > 0 && keys.every((key) => key.status === 'Active' && !isDue(key)),
    ),
    inactiveOnlyCount: count(
      ({ keys }) => keys.length > 0 && keys.every(({ status }) => status === 'Inactive'),
    ),
    noKeysCount: count(({ keys }) => keys.length === 0),
  };
}
