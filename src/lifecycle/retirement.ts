// The end of a key: when it counts as quiet, and when its hold is over. The one policy behind
// clean-up, finish, making room for a new key, and the last step of an undo. IAM does not tell when a
// key was made Inactive, and tells its uses late, so each answer is built from what is known, and
// everything unknown counts against touching the key (I5, I11).

import { MS_PER_DAY, wholeDaysBetween } from '../base/clock.ts';
import { type AccessKey, LAST_USE_LAG_MS, type LastUse } from './keys.ts';

/** What is known of a key that may go. */
export interface RetiringKey {
  readonly key: AccessKey;
  /** `unread` before AWS was asked, `unreadable` when AWS did not tell. */
  readonly lastUse: LastUse | 'unread' | 'unreadable';
  /** When the journal says that another key took its place. */
  readonly cutOverAt: Date | undefined;
  /** When the journal says that we made it Inactive. */
  readonly deactivatedAt: Date | undefined;
  /** When it was last seen Active, by this run or another, or by the journal. */
  readonly lastSeenActive: Date | undefined;
  /**
   * When the youngest of the user's other keys was created. Without a record of our own, this key
   * may have been in use until then: the state can be lost.
   */
  readonly successorCreatedAt: Date | undefined;
  /** Whether the calls of the run depend on it (I7). */
  readonly isSigning: boolean;
}

/** How long keyctl holds an Inactive key, and how long a key must be idle to make room, in days. */
export const HOLD_DAYS = 30;

/** After a use that came later than the cut-over, this much silence is asked for. */
const QUIET_AFTER_USE_MS = MS_PER_DAY;

/** Whether a replaced key that is Active may be made Inactive. */
export type QuietVerdict =
  | { readonly kind: 'quiet' }
  | { readonly kind: 'use-unknown' }
  | { readonly kind: 'used-since'; readonly at: Date }
  /** AWS would not show yet if somebody had used it since the cut-over. */
  | { readonly kind: 'too-soon'; readonly notBefore: Date };

/** A key is quiet when AWS knows of no use since the cut-over, and would know by now. */
export function judgeQuiet(facts: RetiringKey, now: Date): QuietVerdict {
  const { lastUse } = facts;
  if (lastUse === 'unread' || lastUse === 'unreadable') return { kind: 'use-unknown' };
  const cutOverAt = facts.cutOverAt ?? new Date(now.getTime() - MS_PER_DAY);
  if (lastUse.used === 'at' && lastUse.at > cutOverAt) {
    if (now.getTime() - lastUse.at.getTime() < QUIET_AFTER_USE_MS) {
      return { kind: 'used-since', at: lastUse.at };
    }
  }
  const shownFromMs = cutOverAt.getTime() + LAST_USE_LAG_MS;
  if (now.getTime() < shownFromMs) return { kind: 'too-soon', notBefore: new Date(shownFromMs) };
  return { kind: 'quiet' };
}

/** Whether a key may go to make room for another when nobody is asked, and why in words. */
export interface IdleVerdict {
  readonly isIdle: boolean;
  readonly because: string;
}

/** A key that is idle is quiet, and has been unused for HOLD_DAYS. */
export function judgeIdle(facts: RetiringKey, now: Date): IdleVerdict {
  const { key, lastUse } = facts;
  const state = key.status === 'Active' ? 'Active' : 'Inactive';
  const busy = (what: string): IdleVerdict => ({ isIdle: false, because: `${state}${what}` });
  if (lastUse === 'unread' || lastUse === 'unreadable') {
    return busy(', and its last use could not be read');
  }
  const unusedSince = lastUse.used === 'never' ? key.createdAt : lastUse.at;
  if (isWithin(unusedSince, HOLD_DAYS, now)) {
    // A young key may be waiting for its first use.
    return lastUse.used === 'never'
      ? busy(`, never used, and younger than ${HOLD_DAYS} days`)
      : busy(`, and used in the last ${HOLD_DAYS} days`);
  }
  // What holds it may not have heard of its successor yet, whatever its use was before.
  const isReplaced = facts.cutOverAt !== undefined && key.status === 'Active';
  if (isReplaced && judgeQuiet(facts, now).kind !== 'quiet') {
    return busy(', and replaced so short a time ago that AWS would not show a use of it yet');
  }
  const unused = lastUse.used === 'never' ? 'never used' : `not used for ${HOLD_DAYS} days`;
  return { isIdle: true, because: `${state} and ${unused}` };
}

/** Whether an Inactive key may be deleted. */
export type HoldVerdict =
  | { readonly kind: 'delete'; readonly reason: string }
  | { readonly kind: 'ask-last-use' }
  | {
      readonly kind: 'keep';
      readonly reason: string;
      /** Whether something that had to be known could not be read. */
      readonly failed: boolean;
      /** When the hold is over, as far as is known now; undefined where time alone does not end it. */
      readonly notBefore: Date | undefined;
    };

/**
 * The hold is counted from the latest time at which the key is known to have been of use: its recorded
 * deactivation, or else its creation and that of the key that may have replaced it; its last use; and
 * the last time that it was seen Active (I5).
 */
export function judgeHold(facts: RetiringKey, holdDays: number, now: Date): HoldVerdict {
  const { key } = facts;
  if (key.status !== 'Inactive') return keep(`it is ${key.status}`);
  if (facts.isSigning) return keep('the calls of this run depend on it');

  const start = facts.deactivatedAt ?? latest(key.createdAt, facts.successorCreatedAt);
  const known = latest(start, facts.lastSeenActive);
  const heldFrom = (since: Date, reason: string): HoldVerdict =>
    keep(`${reason}; ${holdText(holdDays)}`, new Date(since.getTime() + holdDays * MS_PER_DAY));
  if (isWithin(known, holdDays, now)) return heldFrom(known, whyHeld(facts, known, now));
  if (facts.lastUse === 'unread') return { kind: 'ask-last-use' };
  if (facts.lastUse === 'unreadable') {
    // Our own record is enough; without one, nobody can say that the key has been idle (I11).
    if (facts.deactivatedAt === undefined) {
      return { ...keep('its last use could not be read'), failed: true };
    }
  } else if (facts.lastUse.used === 'at') {
    const since = latest(known, facts.lastUse.at);
    if (isWithin(since, holdDays, now)) {
      return heldFrom(since, `it was last used ${daysAgo(since, now)}`);
    }
  }
  return { kind: 'delete', reason: whyDelete(facts, known, now) };
}

/** AWS dates a use by its own clock, and our last check can be under way when it is recorded. */
const OWN_CHECKS_MS = 6 * 60_000;

/**
 * Whether anybody but ourselves may have used a new key. Our checks of it with STS are known by their
 * time; unknown is not unused (I11). `checkedAt` is undefined when the journal does not say.
 */
export function mayBeUsedByOthers(
  lastUse: LastUse | 'unreadable',
  checkedAt: Date | undefined,
): boolean {
  if (lastUse === 'unreadable') return true;
  if (lastUse.used === 'never') return false;
  if (lastUse.service !== 'sts') return true;
  return checkedAt !== undefined && lastUse.at.getTime() > checkedAt.getTime() + OWN_CHECKS_MS;
}

function keep(reason: string, notBefore?: Date) {
  return { kind: 'keep', reason, failed: false, notBefore } as const;
}

function isWithin(since: Date, days: number, now: Date): boolean {
  return now.getTime() - since.getTime() < days * MS_PER_DAY;
}

function latest(first: Date, second: Date | undefined): Date {
  return second !== undefined && second > first ? second : first;
}

function whyHeld(facts: RetiringKey, known: Date, now: Date): string {
  const ago = daysAgo(known, now);
  if (known === facts.deactivatedAt) return `it was deactivated ${ago}`;
  if (known === facts.lastSeenActive) return `it was seen Active ${ago}`;
  if (known === facts.successorCreatedAt)
    return `it may have been replaced by a key created ${ago}`;
  return `it was created ${ago}`;
}

function whyDelete(facts: RetiringKey, known: Date, now: Date): string {
  if (known === facts.deactivatedAt) return `deactivated ${daysAgo(known, now)}`;
  if (facts.lastUse === 'unread' || facts.lastUse === 'unreadable') {
    return `seen Active last ${daysAgo(known, now)}`;
  }
  return facts.lastUse.used === 'never'
    ? `Inactive, never used, created ${daysAgo(facts.key.createdAt, now)}`
    : `Inactive, last used ${daysAgo(facts.lastUse.at, now)}`;
}

function holdText(days: number): string {
  return `the hold is ${days} ${days === 1 ? 'day' : 'days'}`;
}

function daysAgo(then: Date, now: Date): string {
  const days = wholeDaysBetween(then, now);
  if (days < 0) return 'in the future, by this clock';
  if (days === 0) return 'today';
  return days === 1 ? '1 day ago' : `${days} days ago`;
}
