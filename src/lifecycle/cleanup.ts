// Which Inactive keys may be deleted. IAM does not tell when a key was made Inactive, so the answer
// is built from what is known, and everything unknown counts against deleting (I5, I11).

import type { AccessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY, wholeDaysBetween } from '../base/clock.ts';
import type { AccessKey, LastUse } from './keys.ts';

export interface InactiveKeyFacts {
  readonly key: AccessKey;
  /** When the journal says that we deactivated it. */
  readonly recordedDeactivation: Date | undefined;
  readonly lastSeenActive: Date | undefined;
  /**
   * When the youngest of the user's other keys was created. Without a record of our own, this key
   * may have been in use until then: the state directory can be lost.
   */
  readonly successorCreatedAt: Date | undefined;
  /** `unread` before AWS was asked, `unreadable` when AWS did not tell. */
  readonly lastUse: LastUse | 'unread' | 'unreadable';
  /** The key that signs the calls (I7). */
  readonly signingKeyId: AccessKeyId;
  /** Keys of rotations that are not finished: never cleaned up. */
  readonly keysInRotation: ReadonlySet<AccessKeyId>;
}

export type CleanupVerdict =
  | { readonly kind: 'delete'; readonly reason: string }
  | { readonly kind: 'ask-last-use' }
  | { readonly kind: 'keep'; readonly reason: string; readonly failed: boolean };

/**
 * The verdict for one Inactive key. The hold is counted from the latest time at which the key is
 * known to have been of use: its recorded deactivation, or else its creation and that of the key that
 * may have replaced it; its last use; and the last time that it was seen Active.
 */
export function judgeInactiveKey(
  facts: InactiveKeyFacts,
  inactiveDays: number,
  now: Date,
): CleanupVerdict {
  const { key } = facts;
  if (key.status !== 'Inactive') return keep(`it is ${key.status}`);
  if (key.id === facts.signingKeyId) return keep('the calls of this run depend on it');
  if (facts.keysInRotation.has(key.id)) return keep('a rotation that is not finished needs it');

  const start = facts.recordedDeactivation ?? latest(key.createdAt, facts.successorCreatedAt);
  const known = latest(start, facts.lastSeenActive);
  if (now.getTime() - known.getTime() < inactiveDays * MS_PER_DAY) {
    return keep(tooSoon(facts, known, inactiveDays, now));
  }
  if (facts.lastUse === 'unread') return { kind: 'ask-last-use' };
  if (facts.lastUse === 'unreadable') {
    // Our own record is enough; without one, nobody can say that the key has been idle (I11).
    if (facts.recordedDeactivation === undefined) {
      return { kind: 'keep', reason: 'its last use could not be read', failed: true };
    }
  } else if (facts.lastUse.used === 'at') {
    const since = latest(known, facts.lastUse.at);
    if (now.getTime() - since.getTime() < inactiveDays * MS_PER_DAY) {
      return keep(`it was last used ${daysAgo(since, now)}; ${holdText(inactiveDays)}`);
    }
  }
  return { kind: 'delete', reason: whyDelete(facts, known, now) };
}

function keep(reason: string): CleanupVerdict {
  return { kind: 'keep', reason, failed: false };
}

function latest(first: Date, second: Date | undefined): Date {
  return second !== undefined && second > first ? second : first;
}

function tooSoon(facts: InactiveKeyFacts, known: Date, inactiveDays: number, now: Date): string {
  const hold = holdText(inactiveDays);
  if (known === facts.recordedDeactivation) {
    return `it was deactivated ${daysAgo(known, now)}; ${hold}`;
  }
  if (known === facts.lastSeenActive) return `it was seen Active ${daysAgo(known, now)}; ${hold}`;
  if (known === facts.successorCreatedAt) {
    return `it may have been replaced by a key created ${daysAgo(known, now)}; ${hold}`;
  }
  return `it was created ${daysAgo(known, now)}; ${hold}`;
}

function whyDelete(facts: InactiveKeyFacts, known: Date, now: Date): string {
  if (known === facts.recordedDeactivation) return `deactivated ${daysAgo(known, now)}`;
  if (facts.lastUse === 'unread' || facts.lastUse === 'unreadable') {
    return `seen Active last ${daysAgo(known, now)}`;
  }
  return facts.lastUse.used === 'never'
    ? `Inactive, never used, created ${daysAgo(facts.key.createdAt, now)}`
    : `Inactive, last used ${daysAgo(facts.lastUse.at, now)}`;
}

function holdText(inactiveDays: number): string {
  return `the hold is ${inactiveDays} ${inactiveDays === 1 ? 'day' : 'days'}`;
}

function daysAgo(then: Date, now: Date): string {
  const days = wholeDaysBetween(then, now);
  if (days < 0) return 'in the future, by this clock';
  if (days === 0) return 'today';
  return days === 1 ? '1 day ago' : `${days} days ago`;
}
