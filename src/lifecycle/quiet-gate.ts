// When the old key of a rotation may be made Inactive without cutting anybody off (I15). AWS tells the
// latest use of a key only, some hours late, and some uses never: so silence counts up to a horizon that
// lies behind us, from the latest time at which a reader may still have had the key. Whatever is unknown
// counts as a use (I11). docs/retirement.md gives the reasons and their sources.

import { earliestOf, MS_PER_DAY } from '../base/clock.ts';
import type { LastUse } from './keys.ts';
import {
  type CutHeldBack,
  DEADLINE_NOTICE_DAYS,
  QUIET_DAYS,
  type RetirePolicy,
} from './retire-policy.ts';
import {
  gapsOf,
  lastSeenUse,
  STEADY_GAP_DAYS,
  type Stretch,
  type UseHistory,
} from './use-history.ts';

/** The old key of a rotation that is in every place. */
export interface OldKeyFacts {
  readonly createdAt: Date;
  readonly lastUse: LastUse | 'unreadable';
  /** When the places had the new key; undefined when that is now. */
  readonly cutOverAt: Date | undefined;
  /** When their readers have it, where that is later or not now. */
  readonly settledAt?: Date | undefined;
  /**
   * That nobody can tell whether its readers have followed: nothing was seen of the new key, and their place
   * does not bring it to them by itself, or could not be read back; or, whatever was seen, some of them may
   * wait in a queue with what they read before.
   */
  readonly doubt?: 'not-followed' | 'not-read-back' | 'in-queue' | undefined;
  readonly begunAt: Date;
  /** The operator's deadline, as it was told last; undefined when none was, or it was withdrawn since. */
  readonly announcedDeadline: Date | undefined;
  /** When we asked AWS with the key ourselves, before anybody else had it. */
  readonly checkedAt: Date | undefined;
  readonly uses: UseHistory;
  /** Whether the calls of the run depend on it, and no other key can take its place (I7). */
  readonly isSigning: boolean;
}

export type GateVerdict =
  /** It may be made Inactive. */
  | { readonly kind: 'quiet'; readonly why: string }
  | { readonly kind: 'deadline'; readonly why: string }
  | Waiting;

export interface Waiting {
  readonly kind: 'wait';
  readonly why:
    | 'in-use'
    | 'use-unknown'
    | 'signs-calls'
    | 'settling'
    | 'held-back'
    /** The rotation began with hooks of a configuration that this run does not have. */
    | 'hooks-unknown'
    /** A hook of the operator says no. */
    | 'vetoed';
  /** Of one that is held back or vetoed: why, in words. */
  readonly heldBecause?: string;
  /** The same in one word. */
  readonly heldReason?: string | undefined;
  readonly lastUse: LastUse | 'unreadable';
  readonly quiet: QuietPeriod;
  /** When it may go if nobody uses it from now on; undefined where time alone does not lead there. */
  readonly notBefore: Date | undefined;
  /** When it goes whatever uses it. */
  readonly deadline: Date | undefined;
  /** The deadline is near, and nobody was told of it yet. */
  readonly announces: boolean;
  /** A deadline that was told is not kept any more: there is a later one, or none. */
  readonly withdraws: boolean;
  /** Whether the readers of the new key have used it, where that had to be asked. */
  readonly isNewKeyUsed?: boolean | undefined;
}

/** How long a key must be quiet, and why so long. */
export interface QuietPeriod {
  readonly days: number;
  /** Since its last use, where that must be longer ago than `days`. */
  readonly sinceUseDays: number;
  readonly because: string;
}

/** For keys whose uses may be a month apart. */
const QUIET_DAYS_MONTHLY = 35;
/** For keys that may be used once in a quarter. */
const QUIET_DAYS_RARE = 100;
/** A key whose last use is this long before its rotation, in days, is used rarely if at all. */
const RARE_DAYS = 30;
/** Gaps are a habit when there are so many of them. */
const HABIT_GAPS = 3;
/** Longer than a month, in days: so much silence would be over before the next use comes. */
const MONTHLY_GAP_DAYS = 31;

/** AWS would show a use by then. */
export const USE_SHOWN_AFTER_MS = 6 * 60 * 60_000;
/** AWS writes down the first use of 15 minutes, cut to the minute. */
const USE_STEP_MS = 16 * 60_000;
/** A deadline that is told as the grace begins counts from when that was judged, a little before it is on record. */
const RECORD_LAG_MS = 60 * 60_000;
/** AWS dates a use by its own clock. */
const OWN_CHECK_MS = 6 * 60_000;

/** Whether the old key may go, and else until when it is waited for and why. */
export function judgeGate(facts: OldKeyFacts, policy: RetirePolicy, now: Date): GateVerdict {
  const told = toldDeadline(facts, policy);
  const deadline = told ?? nextDeadline(facts, policy, now);
  if (facts.isSigning) return waits('signs-calls', { facts, policy, deadline, now });
  if (isSettling(facts, now)) return waits('settling', { facts, policy, deadline, now });
  if (told !== undefined && now >= told) {
    const held = policy.heldBack?.('deadline');
    if (held !== undefined) return heldBack(held, { facts, policy, deadline, now });
    return { kind: 'deadline', why: `its deadline of ${daysOf(policy.deadlineDays ?? 0)} is over` };
  }
  if (facts.lastUse === 'unreadable') return waits('use-unknown', { facts, policy, deadline, now });
  // What nobody could read back is not at once what its readers have, however idle the old key is.
  const judged = facts.doubt === 'not-read-back' ? servedFrom(facts, now) : facts;
  if (now < quietAt(judged, policy)) return waits('in-use', { facts, policy, deadline, now });
  const held = policy.heldBack?.('quiet');
  if (held !== undefined) return heldBack(held, { facts, policy, deadline, now });
  return { kind: 'quiet', why: whyQuiet(facts, now) };
}

/** It could go, and what the operator said about times and numbers keeps it. */
function heldBack({ because, until, reason }: CutHeldBack, judging: Judging): Waiting {
  const held = { notBefore: until, heldBecause: because, heldReason: reason };
  return { ...waits('held-back', judging), ...held };
}

interface Judging {
  readonly facts: OldKeyFacts;
  readonly policy: RetirePolicy;
  readonly deadline: Date | undefined;
  readonly now: Date;
}

function waits(why: Waiting['why'], { facts, policy, deadline, now }: Judging): Waiting {
  const lastUse = knownUse(facts);
  const quiet = quietPeriod(facts, policy);
  const replaced = servedFrom(facts, now);
  const isTimed = why === 'in-use' || why === 'settling';
  const quietFrom = isTimed ? quietFromNow(replaced, policy) : undefined;
  const isTold = toldDeadline(facts, policy) !== undefined;
  const isNear = deadline !== undefined && daysBetween(now, deadline) <= DEADLINE_NOTICE_DAYS;
  return {
    ...{ kind: 'wait', why, lastUse, quiet, deadline },
    notBefore: earliestOf([quietFrom, why === 'signs-calls' ? undefined : deadline]),
    announces: isNear && !isTold,
    withdraws: facts.announcedDeadline !== undefined && !isTold,
  };
}

/** From now on it counts as replaced, so that is what the next run will see. */
function servedFrom(facts: OldKeyFacts, now: Date): OldKeyFacts {
  return { ...facts, cutOverAt: facts.cutOverAt ?? now };
}

/** Its readers cannot have the new key yet, whoever says that the old one goes. */
function isSettling({ settledAt }: Pick<OldKeyFacts, 'settledAt'>, now: Date): boolean {
  return settledAt !== undefined && now < settledAt;
}

function quietFromNow(facts: OldKeyFacts, policy: RetirePolicy): Date | undefined {
  const { settledAt, lastUse } = facts;
  if (lastUse === 'unreadable') return settledAt;
  const quietFrom = quietAt(facts, policy);
  return settledAt === undefined ? quietFrom : latestOf([quietFrom, settledAt]);
}

/** What is asked for by name waits until the readers can have the new key, and for nothing else. */
export function judgeSettled(settledAt: Date | undefined, now: Date): GateVerdict {
  if (!isSettling({ settledAt }, now)) return { kind: 'quiet', why: 'as asked for' };
  return waitsUnasked({ why: 'settling', notBefore: settledAt });
}

/** What goes as asked for is held back by the operator's times and numbers like every other one. */
export function judgeAsked(verdict: GateVerdict, policy: RetirePolicy | undefined): GateVerdict {
  if (verdict.kind === 'wait') return verdict;
  const held = policy?.heldBack?.('asked');
  if (held === undefined) return verdict;
  const { because: heldBecause, until: notBefore } = held;
  return waitsUnasked({ why: 'held-back', heldBecause, notBefore });
}

/** Time does not tell who has to be told, or asked. */
export function judgeHooksUnknown(): Waiting {
  return waitsUnasked({ why: 'hooks-unknown', notBefore: undefined });
}

/** One that waits for something that its use has no part in. */
function waitsUnasked(about: Pick<Waiting, 'why' | 'heldBecause' | 'notBefore'>): Waiting {
  return {
    ...{ kind: 'wait', lastUse: 'unreadable', ...about },
    quiet: { days: 0, sinceUseDays: 0, because: 'as asked for' },
    ...{ deadline: undefined, announces: false, withdraws: false },
  };
}

/** The deadline that was told, where it is not sooner than the one that the operator wants now. */
function toldDeadline(
  { cutOverAt, announcedDeadline }: OldKeyFacts,
  { deadlineDays }: RetirePolicy,
): Date | undefined {
  if (deadlineDays === undefined || cutOverAt === undefined) return undefined;
  if (announcedDeadline === undefined) return undefined;
  const asked = after(cutOverAt, deadlineDays).getTime() - RECORD_LAG_MS;
  return asked <= announcedDeadline.getTime() ? announcedDeadline : undefined;
}

/** The one that is to be told: never sooner than a notice allows. */
function nextDeadline(
  { cutOverAt }: OldKeyFacts,
  { deadlineDays }: RetirePolicy,
  now: Date,
): Date | undefined {
  if (deadlineDays === undefined) return undefined;
  return latestOf([after(cutOverAt ?? now, deadlineDays), after(now, DEADLINE_NOTICE_DAYS)]);
}

/** What the silence of a key is judged by. */
export type UseFacts = Pick<
  OldKeyFacts,
  'createdAt' | 'lastUse' | 'cutOverAt' | 'settledAt' | 'doubt' | 'begunAt' | 'checkedAt' | 'uses'
>;

/** From when on the key counts as quiet, if what is known of its use stays so. */
export function quietAt(facts: UseFacts, policy: Pick<RetirePolicy, 'quietDays'>): Date {
  const { days, sinceUseDays } = quietPeriod(facts, policy);
  const { cutOverAt, settledAt, doubt, uses } = facts;
  const idleAt = shownAfter(after(silentFrom(facts), sinceUseDays));
  if (cutOverAt === undefined) return idleAt;
  const times = [idleAt];
  const readFrom = settledAt === undefined ? cutOverAt : latestOf([cutOverAt, settledAt]);
  // What was idle before it was replaced goes at once; else its readers get that long to follow, as they do
  // where nobody could read what they find.
  const isIdle = idleAt <= cutOverAt && doubt !== 'not-read-back';
  if (!isIdle) times.push(shownAfter(after(readFrom, days)));
  const { lookedFrom = cutOverAt } = uses;
  if (lookedFrom > cutOverAt) times.push(shownAfter(after(lookedFrom, days)));
  return latestOf(times);
}

function shownAfter(time: Date): Date {
  return new Date(time.getTime() + USE_SHOWN_AFTER_MS);
}

/** Since when it is silent, although whoever has it could have used it: a key that is Inactive refuses them. */
function silentFrom(facts: UseFacts): Date {
  const { activeSince } = facts.uses;
  const used = lastUsed(facts);
  return activeSince === undefined ? used : latestOf([used, activeSince]);
}

/** Of a key that is in grace since then, when nothing is known of its use: no default days end sooner. */
export function earliestQuietAt(since: Date): Date {
  return new Date(after(since, QUIET_DAYS).getTime() + USE_SHOWN_AFTER_MS);
}

/** Until when it may have been used; its creation when never. */
function lastUsed(facts: UseFacts): Date {
  const { lastUse, createdAt } = facts;
  const seen = seenUse(facts);
  if (seen !== undefined) return seen.to;
  if (lastUse === 'unreadable' || lastUse.used === 'never') return createdAt;
  return isOwnCheck(lastUse, facts) ? createdAt : new Date(lastUse.at.getTime() + USE_STEP_MS);
}

function isOwnCheck({ at, service }: Used, { checkedAt }: Pick<UseFacts, 'checkedAt'>): boolean {
  if (service !== 'sts' || checkedAt === undefined) return false;
  return Math.abs(at.getTime() - checkedAt.getTime()) <= OWN_CHECK_MS;
}

type Used = Extract<LastUse, { used: 'at' }>;

/** The last use that a run has seen, where AWS tells less by now: it stays seen (I11). */
function seenUse({ lastUse, checkedAt, uses }: KnownUseFacts): Stretch | undefined {
  const seen = lastSeenUse(uses);
  const from = uses.stretches.at(-1)?.from;
  if (seen === undefined || from === undefined) return undefined;
  const day = seen.from;
  const isTold = lastUse !== 'unreadable' && lastUse.used === 'at' && lastUse.at >= day;
  // The day of our own check may be known for nothing else.
  const isOwn = checkedAt !== undefined && checkedAt >= from && checkedAt < after(from, 1);
  return isTold || (isOwn && day <= from) ? undefined : seen;
}

export type KnownUseFacts = Pick<UseFacts, 'lastUse' | 'checkedAt' | 'uses'>;

/** What is known of its last use, which is what AWS tells, or what it told once. */
export function knownUse(facts: KnownUseFacts): LastUse | 'unreadable' {
  const { lastUse } = facts;
  const seen = seenUse(facts);
  if (lastUse === 'unreadable' || seen === undefined) return lastUse;
  return { used: 'at', at: seen.from, owner: lastUse.owner };
}

/** The operator's number, or the one that fits what is known; longer where the key's own past asks for it. */
export function quietPeriod(
  facts: UseFacts,
  { quietDays }: Pick<RetirePolicy, 'quietDays'>,
): QuietPeriod {
  const gaps = gapsOf(facts.uses);
  const longest = Math.max(0, ...gaps);
  // Whatever was asked for: it would be over before the use that is known to come.
  const least = longest === 0 ? 0 : daysForGaps(gaps.length, longest);
  if (quietDays !== undefined && quietDays >= least) return period(quietDays, 'as asked for');
  if (longest > 0) {
    const longer = quietDays === undefined ? '' : `longer than the ${quietDays} asked for: `;
    return period(least, `${longer}its uses were up to ${daysOf(longest)} apart`);
  }
  if (isRare(facts)) {
    return {
      days: QUIET_DAYS_MONTHLY,
      sinceUseDays: QUIET_DAYS_RARE,
      because:
        facts.doubt === 'not-read-back'
          ? WHY_DOUBTED[facts.doubt]
          : `it was used last more than ${daysOf(RARE_DAYS)} before it was replaced`,
    };
  }
  if (facts.doubt !== undefined) return period(QUIET_DAYS_MONTHLY, WHY_DOUBTED[facts.doubt]);
  return isSteady(facts)
    ? period(QUIET_DAYS, `it was in steady use for ${daysOf(QUIET_DAYS_MONTHLY)}`)
    : period(QUIET_DAYS_MONTHLY, `less than ${daysOf(QUIET_DAYS_MONTHLY)} of its use are known`);
}

const WHY_DOUBTED = {
  'not-followed': 'no use of the new key is known, so its readers may not have followed',
  'not-read-back': 'what its readers find cannot be read back, and no use of the new key is known',
  'in-queue': 'jobs that were queued before may wait for weeks, and begin with the old key',
} as const satisfies Record<NonNullable<OldKeyFacts['doubt']>, string>;

/** So that a job which comes once more as late as it ever did finds the key Active. */
function daysForGaps(count: number, longest: number): number {
  const isWaitedFor = count >= HABIT_GAPS || longest > MONTHLY_GAP_DAYS;
  return isWaitedFor ? Math.max(QUIET_DAYS_MONTHLY, 2 * longest + 1) : QUIET_DAYS_MONTHLY;
}

function period(days: number, because: string): QuietPeriod {
  return { days, sinceUseDays: days, because };
}

function isRare(facts: UseFacts): boolean {
  const lastUse = knownUse(facts);
  if (lastUse === 'unreadable' || lastUse.used === 'never') return false;
  const { activeSince = lastUse.at } = facts.uses;
  return daysBetween(latestOf([lastUse.at, activeSince]), facts.begunAt) > RARE_DAYS;
}

/** Whether runs have looked closely for long enough, and it was in use all that time. */
function isSteady({ uses, cutOverAt, begunAt }: UseFacts): boolean {
  const { closelyFrom, stretches } = uses;
  const last = stretches.at(-1);
  if (closelyFrom === undefined || last === undefined) return false;
  const until = cutOverAt ?? begunAt;
  const isUsedAllAlong =
    daysBetween(closelyFrom, last.from) <= STEADY_GAP_DAYS + 1 &&
    daysBetween(last.to, until) <= STEADY_GAP_DAYS + 1;
  return isUsedAllAlong && daysBetween(closelyFrom, until) >= QUIET_DAYS_MONTHLY;
}

function whyQuiet(facts: OldKeyFacts, now: Date): string {
  const { cutOverAt } = facts;
  const lastUse = knownUse(facts);
  if (lastUse === 'unreadable' || lastUse.used === 'never') return 'it was never used';
  const ago = daysOf(Math.floor(daysBetween(lastUse.at, now)));
  return cutOverAt === undefined
    ? `it was not used for ${ago} before it was replaced`
    : `it was not used for ${ago}`;
}

function after(time: Date, days: number): Date {
  return new Date(time.getTime() + days * MS_PER_DAY);
}

function daysBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / MS_PER_DAY;
}

function latestOf(times: readonly Date[]): Date {
  return new Date(Math.max(...times.map(Number)));
}

function daysOf(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}
