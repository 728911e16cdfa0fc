// AWS's lists, beside what AWS has answered to us (I11).

import type { UserHistory } from './history.ts';
import type { AccessKey } from './keys.ts';

/** For how long AWS's lists may be older than its last answer. */
export const LIST_LAG_MS = 10_000;

/**
 * The key as it is now: a list may still show the status that it had before our last change of it, and who then
 * changes nothing leaves it in that.
 */
export function sinceAnswered<Key extends AccessKey>(
  key: Key,
  history: UserHistory,
  now: Date,
): Key {
  const answered = history.statusAnswered(key.id);
  if (answered === undefined) return key;
  const ageMs = now.getTime() - answered.at.getTime();
  const isFresh = ageMs >= 0 && ageMs <= LIST_LAG_MS;
  return isFresh ? { ...key, status: answered.status } : key;
}
