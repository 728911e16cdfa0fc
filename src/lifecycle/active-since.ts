// Since when a key is Active again, where it was Inactive before (I15). A key that was Inactive refused
// whoever has it, so that its silence until then proves nothing.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { latestOf } from '../base/clock.ts';
import type { UserHistory } from './history.ts';

export interface StatusSights {
  readonly history: UserHistory;
  /** When it was first seen Inactive, and not Active since. */
  readonly inactiveSince: (keyId: AccessKeyId) => Date | undefined;
  /** When it was first seen Active again, after it was Inactive. */
  readonly activeAgainSince: (keyId: AccessKeyId) => Date | undefined;
}

/** Of a key that is Active now; undefined when nobody knows of it as anything else. */
export function activeSince(keyId: AccessKeyId, sights: StatusSights, now: Date): Date | undefined {
  const isNews = activeAgainAfter(keyId, sights) !== undefined;
  const seen = isNews ? now : sights.activeAgainSince(keyId);
  return latestOf([sights.history.takenBackAt(keyId), seen]);
}

/**
 * When the key was Inactive last, if no run has seen it Active since: somebody has made it so by hand, or it
 * is not Active. Undefined when it was not, or that is known.
 */
export function activeAgainAfter(
  keyId: AccessKeyId,
  { history, inactiveSince, activeAgainSince }: StatusSights,
): Date | undefined {
  const inactiveAt = latestOf([history.deactivatedAt(keyId), inactiveSince(keyId)]);
  const seenAt = activeAgainSince(keyId);
  const isKnown = inactiveAt !== undefined && seenAt !== undefined && seenAt > inactiveAt;
  return isKnown ? undefined : inactiveAt;
}
