// The end of a key: when its hold is over. The one policy behind clean-up, finish, making room for a new key,
// and the last step of an undo; quiet-gate.ts says when a key may be made Inactive. IAM does not tell when a
// key was made Inactive, and tells its uses late, so each answer is built from what is known, and
// everything unknown counts against touching the key (I5, I11).

import type { AccessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY, wholeDaysBetween } from '../base/clock.ts';
import { type AccessKey, LAST_USE_LAG_MS, type LastUse } from './keys.ts';
import type { Stretch } from './use-history.ts';

/** What is known of a key that may go. */
export interface RetiringKey {
  readonly key: AccessKey;
  /** `unread` before AWS was asked, `unreadable` when AWS did not tell. */
  readonly lastUse: LastUse | 'unread' | 'unreadable';
  /** The latest use that runs have seen, which AWS may forget; undefined where they saw none. */
  readonly seenUse: Stretch | undefined;
  /** When the journal says that another key took its place. */
  readonly cutOverAt: Date | undefined;
  /** When the journal says that we made it Inactive. */
  readonly deactivatedAt: Date | undefined;
  /** When it was last seen Active, by this run or another, or by the journal. */
  readonly lastSeenActive: Date | undefined;
  /** When it was first seen Inactive since then; undefined where nobody remembers: then it is seen now. */
  readonly inactiveSince: Date | undefined;
  /** The user's other keys. */
  readonly others: readonly OtherKey[];
  /**
   * When the youngest of the user's other keys was created. Without a record of our own, this key
   * may have been in use until then: the state can be lost.
   */
  readonly successorCreatedAt: Date | undefined;
  /** Whether the calls of the run depend on it (I7). */
  readonly isSigning: boolean;
}

/** Another key of the same user, which may have taken the key's place. */
export interface OtherKey {
  readonly key: AccessKey;
  readonly lastUse: LastUse | 'unread' | 'unreadable';
}

/** How long an Inactive key is held, in days. */
export const HOLD_DAYS = 30;

/** Whether the hold since a recorded deactivation stands: it does for everybody, in a hurry or not (I5). */
export function isHeld({ deactivatedAt }: RetiringKey, now: Date): boolean {
  return deactivatedAt !== undefined && isWithin(deactivatedAt, HOLD_DAYS, now);
}

/** Whether an Inactive key may be deleted. */
export type HoldVerdict =
  | { readonly kind: 'delete'; readonly reason: string }
  /** It depends on the last use of this key, the one in question or another of its user. */
  | { readonly kind: 'ask-last-use'; readonly keyId: AccessKeyId }
  | {
      readonly kind: 'keep';
      readonly reason: string;
      /** Whether something that had to be known could not be read. */
      readonly failed: boolean;
      /** When the hold is over, as far as is known now; undefined where time alone does not end it. */
      readonly notBefore: Date | undefined;
    };

/**
 * How long a key must have been idle to go at the first sight of it, in days: without memory, whoever
 * made it Inactive may have done so a moment ago.
 */
export const IDLE_DAYS = 90;

/**
 * The hold is counted from our own recorded deactivation. A key that somebody else made Inactive is held
 * from the first sight of that, and from the latest of its creation and that of the key that may have
 * replaced it, its last use, and the last time that it was seen Active (I5). A user's only key stays.
 */
export function judgeHold(facts: RetiringKey, holdDays: number, now: Date): HoldVerdict {
  const { key } = facts;
  if (key.status !== 'Inactive') return keep(`it is ${key.status}`);
  if (facts.isSigning) return keep('the calls of this run may depend on it');
  if (facts.others.length === 0) return keep('its user has no other key');

  const { deactivatedAt, lastSeenActive } = facts;
  // Active again since: whoever made it Inactive then, it was not us.
  const isRecorded = deactivatedAt !== undefined && !isLater(lastSeenActive, deactivatedAt);
  const start = deactivatedAt ?? latest(key.createdAt, facts.successorCreatedAt);
  const known = latest(start, lastSeenActive);
  const seenInactive = isRecorded ? undefined : (facts.inactiveSince ?? now);
  const hold = { facts, known, seenInactive, holdDays, now };
  if (isWithin(known, holdDays, now)) return held(hold);
  if (seenInactive !== undefined && isWithin(seenInactive, holdDays, now))
    return atFirstSight(hold);
  return afterHold(hold, isRecorded);
}

/** A hold, and what it is counted from. */
interface Hold {
  readonly facts: RetiringKey;
  /** The latest time at which the key is known to have been of use, its last use apart. */
  readonly known: Date;
  /** Since when it is known to be Inactive; undefined where our own record tells. */
  readonly seenInactive: Date | undefined;
  readonly holdDays: number;
  readonly now: Date;
}

/** Time has passed: only a use can hold the key yet. */
function afterHold(hold: Hold, isRecorded: boolean): HoldVerdict {
  const { facts, known, now, holdDays } = hold;
  const { key, lastUse } = facts;
  if (lastUse === 'unread') return { kind: 'ask-last-use', keyId: key.id };
  if (lastUse === 'unreadable') {
    // Our own record is enough; without one, nobody can say that the key has been idle (I11).
    if (!isRecorded) return unread('its last use could not be read');
  }
  const usedAt = knownUseOf(facts);
  if (usedAt !== undefined && isWithin(usedAt, holdDays, now)) return held(hold, usedAt);
  return { kind: 'delete', reason: whyDelete(facts, known, now) };
}

/**
 * The one exception for first runs, and for runners without memory: a key that has been idle for long,
 * and whose user has worked with another one since.
 */
function atFirstSight(hold: Hold): HoldVerdict {
  const { facts, holdDays, now } = hold;
  const { key, lastUse, others } = facts;
  const idleDays = Math.max(IDLE_DAYS, holdDays);
  if (isWithin(key.createdAt, idleDays, now)) return held(hold);
  if (lastUse === 'unread') return { kind: 'ask-last-use', keyId: key.id };
  if (lastUse === 'unreadable') return unread('its last use could not be read');
  const usedAt = knownUseOf(facts);
  const idleSince = latest(key.createdAt, usedAt);
  if (isWithin(idleSince, idleDays, now)) return held(hold, usedAt);
  const working = others.filter((other) => other.key.status === 'Active');
  const unasked = working.find((other) => other.lastUse === 'unread');
  const successor = working.find((other) => isLater(useOf(other), idleSince));
  if (successor !== undefined) {
    const how = whyDelete(facts, idleSince, now);
    return { kind: 'delete', reason: `${how}, and its user works with ${successor.key.id}` };
  }
  if (unasked !== undefined) return { kind: 'ask-last-use', keyId: unasked.key.id };
  const unknown = working.find((other) => other.lastUse === 'unreadable');
  return unknown === undefined
    ? held(hold)
    : unread(`the last use of ${unknown.key.id}, which its user may work with, could not be read`);
}

/** What AWS tells of its last use, or the end of a later day on which a run saw it used: AWS may forget. */
function knownUseOf({ lastUse, seenUse }: RetiringKey): Date | undefined {
  const told = typeof lastUse === 'object' && lastUse.used === 'at' ? lastUse.at : undefined;
  if (seenUse === undefined) return told;
  return told !== undefined && told >= seenUse.from ? told : seenUse.to;
}

function useOf({ lastUse }: OtherKey): Date | undefined {
  if (lastUse === 'unread' || lastUse === 'unreadable') return undefined;
  return lastUse.used === 'at' ? lastUse.at : undefined;
}

/** In words, with the day when it may go. */
function held(hold: Hold, usedAt?: Date): HoldVerdict {
  const { facts, known, seenInactive, holdDays, now } = hold;
  const since = latest(latest(known, seenInactive), usedAt);
  const endsAt = new Date(since.getTime() + holdDays * MS_PER_DAY);
  const days = `${holdDays} ${holdDays === 1 ? 'day' : 'days'}`;
  const until = `the hold is ${days}, until ${endsAt.toISOString().slice(0, 10)}`;
  return keep(`${whyHeld(facts, since, now)}; ${until}`, endsAt);
}

/** AWS dates a use by its own clock, and our last check can be under way when it is recorded. */
const OWN_CHECKS_MS = 6 * 60_000;

/** A new key that is taken back. */
export interface TakenBack {
  readonly lastUse: LastUse | 'unreadable';
  /** When we asked AWS with it last; undefined when the journal does not say. */
  readonly checkedAt: Date | undefined;
  /** When its readers could have it; undefined when it was delivered nowhere. */
  readonly deliveredAt: Date | undefined;
}

/** Whether a new key that is taken back may be made Inactive. */
export type TakenBackVerdict =
  | { readonly kind: 'unused' }
  | { readonly kind: 'use-unknown' }
  | { readonly kind: 'used'; readonly at: Date }
  /** AWS would not show yet if somebody used it since its readers could have it. */
  | { readonly kind: 'not-shown-yet'; readonly notBefore: Date };

/**
 * Whether anybody but ourselves may have used a new key. Our checks of it with STS are known by their
 * time; unknown is not unused, and neither is what AWS would not show yet (I11).
 */
export function judgeTakenBack(
  { lastUse, checkedAt, deliveredAt }: TakenBack,
  now: Date,
): TakenBackVerdict {
  if (lastUse === 'unreadable') return { kind: 'use-unknown' };
  if (lastUse.used === 'at' && isUsedByOthers(lastUse, checkedAt)) {
    return { kind: 'used', at: lastUse.at };
  }
  if (deliveredAt === undefined) return { kind: 'unused' };
  const notBefore = new Date(deliveredAt.getTime() + LAST_USE_LAG_MS);
  return now < notBefore ? { kind: 'not-shown-yet', notBefore } : { kind: 'unused' };
}

/** Whether the use that AWS shows is not our own check of the key, which was made then at the latest. */
export function isUsedByOthers(lastUse: LastUse, checkedAt: Date | undefined): boolean {
  return lastUse.used === 'at' && !isOwnCheck(lastUse, checkedAt);
}

function isOwnCheck(
  { at, service }: Extract<LastUse, { used: 'at' }>,
  checkedAt: Date | undefined,
): boolean {
  if (service !== 'sts') return false;
  return checkedAt === undefined || at.getTime() <= checkedAt.getTime() + OWN_CHECKS_MS;
}

function keep(reason: string, notBefore?: Date) {
  return { kind: 'keep', reason, failed: false, notBefore } as const;
}

/** Unknown is not unused (I11). */
function unread(reason: string): HoldVerdict {
  return { ...keep(reason), failed: true };
}

function isWithin(since: Date, days: number, now: Date): boolean {
  return now.getTime() - since.getTime() < days * MS_PER_DAY;
}

function isLater(one: Date | undefined, other: Date): boolean {
  return one !== undefined && one > other;
}

function latest(first: Date, second: Date | undefined): Date {
  return second !== undefined && second > first ? second : first;
}

function whyHeld(facts: RetiringKey, since: Date, now: Date): string {
  const ago = daysAgo(since, now);
  const { lastSeenActive } = facts;
  if (since === facts.deactivatedAt) return `it was deactivated ${ago}`;
  if (since === lastSeenActive) return `it was seen Active ${ago}`;
  if (since === facts.successorCreatedAt)
    return `it may have been replaced by a key created ${ago}`;
  if (since === facts.key.createdAt) return `it was created ${ago}`;
  if (since.getTime() === knownUseOf(facts)?.getTime()) return `it was last used ${ago}`;
  const active = lastSeenActive && `, after it was seen Active ${daysAgo(lastSeenActive, now)}`;
  return `it was first seen Inactive ${ago}${active ?? ''}`;
}

function whyDelete(facts: RetiringKey, known: Date, now: Date): string {
  if (known === facts.deactivatedAt) return `deactivated ${daysAgo(known, now)}`;
  if (facts.lastUse === 'unread' || facts.lastUse === 'unreadable') {
    return `seen Active last ${daysAgo(known, now)}`;
  }
  const usedAt = knownUseOf(facts);
  return usedAt === undefined
    ? `Inactive, never used, created ${daysAgo(facts.key.createdAt, now)}`
    : `Inactive, last used ${daysAgo(usedAt, now)}`;
}

function daysAgo(then: Date, now: Date): string {
  const days = wholeDaysBetween(then, now);
  if (days < 0) return 'in the future, by this clock';
  if (days === 0) return 'today';
  return days === 1 ? '1 day ago' : `${days} days ago`;
}
