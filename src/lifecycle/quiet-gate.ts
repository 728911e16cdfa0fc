// When the old key of a rotation may be made Inactive without cutting anybody off (I15). AWS tells the
// latest use of a key only, some hours late, and some uses never: so silence counts up to a horizon that
// lies behind us, from the latest time at which a reader may still have had the key. Whatever is unknown
// counts as a use (I11). docs/retirement.md gives the reasons and their sources.

import { earliestOf, MS_PER_DAY } from '../base/clock.ts';
import type { LastUse } from './keys.ts';
import { DEADLINE_NOTICE_DAYS, QUIET_DAYS, type RetirePolicy } from './retire-policy.ts';
import { STEADY_GAP_DAYS, type UseHistory } from './use-history.ts';

/** The old key of a rotation that is in every place. */
export interface OldKeyFacts {
  readonly createdAt: Date;
  readonly lastUse: LastUse | 'unreadable';
  /** When the places had the new key; undefined when that is now. */
  readonly cutOverAt: Date | undefined;
  readonly begunAt: Date;
  /** When the operator's deadline was told first. */
  readonly announcedAt: Date | undefined;
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
  readonly why: 'in-use' | 'use-unknown' | 'signs-calls';
  readonly lastUse: LastUse | 'unreadable';
  readonly quiet: QuietPeriod;
  /** When it may go if nobody uses it from now on; undefined where time alone does not lead there. */
  readonly notBefore: Date | undefined;
  /** When it goes whatever uses it. */
  readonly deadline: Date | undefined;
  /** The deadline is near, and nobody was told of it yet. */
  readonly announces: boolean;
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

/** AWS would show a use by then. */
export const USE_SHOWN_AFTER_MS = 6 * 60 * 60_000;
/** AWS writes down the first use of 15 minutes, cut to the minute. */
const USE_STEP_MS = 16 * 60_000;
/** AWS dates a use by its own clock. */
const OWN_CHECK_MS = 6 * 60_000;

/** Whether the old key may go, and else until when it is waited for and why. */
export function judgeGate(facts: OldKeyFacts, policy: RetirePolicy, now: Date): GateVerdict {
  const deadline = deadlineOf(facts, policy, now);
  if (facts.isSigning) return waits('signs-calls', { facts, policy, deadline, now });
  const isOverdue = deadline !== undefined && facts.announcedAt !== undefined && now >= deadline;
  if (isOverdue) {
    return { kind: 'deadline', why: `its deadline of ${daysOf(policy.deadlineDays ?? 0)} is over` };
  }
  if (facts.lastUse === 'unreadable') return waits('use-unknown', { facts, policy, deadline, now });
  if (now < quietAt(facts, policy)) return waits('in-use', { facts, policy, deadline, now });
  return { kind: 'quiet', why: whyQuiet(facts, now) };
}

interface Judging {
  readonly facts: OldKeyFacts;
  readonly policy: RetirePolicy;
  readonly deadline: Date | undefined;
  readonly now: Date;
}

function waits(why: Waiting['why'], { facts, policy, deadline, now }: Judging): Waiting {
  const { lastUse } = facts;
  const quiet = quietPeriod(facts, policy);
  // From now on it counts as replaced, so that is what the next run will see.
  const replaced = { ...facts, cutOverAt: facts.cutOverAt ?? now };
  const quietFrom = why === 'in-use' ? quietAt(replaced, policy) : undefined;
  const isNear = deadline !== undefined && daysBetween(now, deadline) <= DEADLINE_NOTICE_DAYS;
  return {
    ...{ kind: 'wait', why, lastUse, quiet, deadline },
    notBefore: earliestOf([quietFrom, why === 'signs-calls' ? undefined : deadline]),
    announces: isNear && facts.announcedAt === undefined,
  };
}

/** Never sooner than it was told. */
function deadlineOf(
  { cutOverAt, announcedAt }: OldKeyFacts,
  { deadlineDays }: RetirePolicy,
  now: Date,
): Date | undefined {
  if (deadlineDays === undefined) return undefined;
  return latestOf([
    after(cutOverAt ?? now, deadlineDays),
    after(announcedAt ?? now, DEADLINE_NOTICE_DAYS),
  ]);
}

/** What the silence of a key is judged by. */
export type UseFacts = Pick<
  OldKeyFacts,
  'createdAt' | 'lastUse' | 'cutOverAt' | 'begunAt' | 'checkedAt' | 'uses'
>;

/** From when on the key counts as quiet, if what is known of its use stays so. */
export function quietAt(facts: UseFacts, policy: Pick<RetirePolicy, 'quietDays'>): Date {
  const { days, sinceUseDays } = quietPeriod(facts, policy);
  const { cutOverAt, uses } = facts;
  const times = [after(lastUsed(facts), sinceUseDays)];
  // What was idle before it was replaced goes at once; else its readers get that long to follow.
  if (cutOverAt !== undefined) {
    const lookedFrom = uses.lookedFrom ?? cutOverAt;
    times.push(after(latestOf([cutOverAt, lookedFrom]), days));
  }
  return new Date(latestOf(times).getTime() + USE_SHOWN_AFTER_MS);
}

/** Of a key that is in grace since then, when nothing is known of its use: no default days end sooner. */
export function earliestQuietAt(since: Date): Date {
  return new Date(after(since, QUIET_DAYS).getTime() + USE_SHOWN_AFTER_MS);
}

/** Until when it may have been used; its creation when never. */
function lastUsed({ lastUse, createdAt, checkedAt }: UseFacts): Date {
  if (lastUse === 'unreadable' || lastUse.used === 'never') return createdAt;
  const isOwn =
    lastUse.service === 'sts' &&
    checkedAt !== undefined &&
    Math.abs(lastUse.at.getTime() - checkedAt.getTime()) <= OWN_CHECK_MS;
  return isOwn ? createdAt : new Date(lastUse.at.getTime() + USE_STEP_MS);
}

/** The operator's number, or the one that fits what is known; longer where the key's own past asks for it. */
export function quietPeriod(
  facts: UseFacts,
  { quietDays }: Pick<RetirePolicy, 'quietDays'>,
): QuietPeriod {
  const gaps = gapsOf(facts.uses);
  const longest = Math.max(0, ...gaps);
  if (longest > 0) {
    const least = gaps.length >= HABIT_GAPS ? 2 * longest + 1 : QUIET_DAYS_MONTHLY;
    const days = Math.max(quietDays ?? 0, QUIET_DAYS_MONTHLY, least);
    return period(days, `its uses were up to ${daysOf(longest)} apart`);
  }
  if (quietDays !== undefined) return period(quietDays, 'as asked for');
  if (isRare(facts)) {
    return {
      days: QUIET_DAYS_MONTHLY,
      sinceUseDays: QUIET_DAYS_RARE,
      because: `it was used last more than ${daysOf(RARE_DAYS)} before it was replaced`,
    };
  }
  return isSteady(facts)
    ? period(QUIET_DAYS, `it was in steady use for ${daysOf(QUIET_DAYS_MONTHLY)}`)
    : period(QUIET_DAYS_MONTHLY, `less than ${daysOf(QUIET_DAYS_MONTHLY)} of its use are known`);
}

function period(days: number, because: string): QuietPeriod {
  return { days, sinceUseDays: days, because };
}

/** The silences that were seen between uses, in whole days. */
function gapsOf({ stretches }: UseHistory): number[] {
  return stretches
    .slice(1)
    .map(({ from }, index) => Math.round(daysBetween(stretches[index]?.to ?? from, from)));
}

function isRare({ lastUse, begunAt }: UseFacts): boolean {
  if (lastUse === 'unreadable' || lastUse.used === 'never') return false;
  return daysBetween(lastUse.at, begunAt) > RARE_DAYS;
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

function whyQuiet({ lastUse, cutOverAt }: OldKeyFacts, now: Date): string {
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
