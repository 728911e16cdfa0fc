// When a key was used, as far as runs have looked. AWS tells the latest use only, so each look adds a day
// at most; kept over months, they show the period of a job before a decision depends on it (I15).

import type { AccessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY } from '../base/clock.ts';
import type { AccessKey, LastUse } from './keys.ts';

export interface UseHistory {
  /** Since when runs have looked, without a break of more than BREAK_DAYS; undefined if none has. */
  readonly lookedFrom: Date | undefined;
  /** Since when they have looked so often that no silence of a job could go unseen. */
  readonly closelyFrom: Date | undefined;
  /** When one looked last. */
  readonly lookedTo: Date | undefined;
  /**
   * Times of use, the earliest first; each day as its beginning in UTC. Between two of them a look showed
   * a silence of more than STEADY_GAP_DAYS; within one, nothing speaks against steady use.
   */
  readonly stretches: readonly Stretch[];
  /**
   * Since when it has been Active again, where it was Inactive before: whoever has it was refused until then,
   * so that its silence proves nothing.
   */
  readonly activeSince?: Date | undefined;
  /** Where somebody who looked knew it: credential reports name no IDs. */
  readonly keyId?: AccessKeyId | undefined;
}

export interface Stretch {
  readonly from: Date;
  readonly to: Date;
}

/** What one look at a key showed. */
export interface Look {
  readonly at: Date;
  readonly lastUse: LastUse;
  readonly keyId?: AccessKeyId | undefined;
}

/** A key whose last use was told; one that AWS does not tell of was not looked at. */
export interface UsedKey {
  readonly user: string;
  readonly createdAt: Date;
  readonly lastUse: LastUse;
  readonly keyId?: AccessKeyId | undefined;
}

/** A key of which the ID may not be known. */
export type DatedKey = Pick<AccessKey, 'createdAt'> & Partial<Pick<AccessKey, 'id'>>;

export const NEVER_LOOKED: UseHistory = {
  lookedFrom: undefined,
  closelyFrom: undefined,
  lookedTo: undefined,
  stretches: [],
};

/** Uses that are further apart than this, in days, come from a job and not from steady work. */
export const STEADY_GAP_DAYS = 3;

/**
 * Runs are a season apart at most. After a longer break, in days, silence counts from its end: somebody
 * may have made the key Inactive for a while, and nobody was refused where anybody looked.
 */
const BREAK_DAYS = 100;

/** Later than all that is looked at. */
const NEVER = new Date(8.64e15);

/** Years of a weekly job; the earliest stretches are forgotten. */
const STRETCHES_MAX = 120;

/**
 * The history after one more look. One that is older than the last look, as the clock says, tells of a use at
 * most: a clock may have been ahead then.
 */
export function withLook(known: UseHistory, look: Look): UseHistory {
  const { at, lastUse, keyId = known.keyId } = look;
  const { lookedFrom = at, closelyFrom = at, lookedTo = at } = known;
  const stretches = lastUse.used === 'at' ? withUse(known, lastUse.at) : known.stretches;
  if (at < lookedTo) return stretches === known.stretches ? known : { ...known, stretches };
  return {
    lookedFrom: daysFrom(lookedTo, at) > BREAK_DAYS ? at : lookedFrom,
    closelyFrom: daysFrom(lookedTo, at) > STEADY_GAP_DAYS ? at : closelyFrom,
    lookedTo: at,
    stretches,
    ...(keyId !== undefined && { keyId }),
  };
}

function withUse({ lookedTo, stretches }: UseHistory, usedAt: Date): readonly Stretch[] {
  const day = dayOf(usedAt);
  const last = stretches.at(-1);
  if (last === undefined) return [{ from: day, to: day }];
  if (day <= last.to) return stretches;
  // The look before this one showed that nobody had used it for a while by then.
  const isNew = lookedTo !== undefined && daysFrom(last.to, lookedTo) > STEADY_GAP_DAYS + 1;
  const next = isNew ? { from: day, to: day } : { from: last.from, to: day };
  return [...(isNew ? stretches : stretches.slice(0, -1)), next].slice(-STRETCHES_MAX);
}

/** What two processes know of one key: the later look tells since when there was no break. */
export function joinedHistories(one: UseHistory, other: UseHistory): UseHistory {
  const [earlier, later] =
    Number(one.lookedTo ?? 0) <= Number(other.lookedTo ?? 0) ? [one, other] : [other, one];
  const keyId = later.keyId ?? earlier.keyId;
  const stretches = joined([...earlier.stretches, ...later.stretches]);
  return { ...later, stretches, ...(keyId !== undefined && { keyId }) };
}

/** Sorted, with those that touch as one. */
function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const result: Stretch[] = [];
  for (const next of stretches.toSorted((a, b) => a.from.getTime() - b.from.getTime())) {
    const last = result.at(-1);
    if (last === undefined || daysFrom(last.to, next.from) > 1) result.push(next);
    else if (next.to > last.to) result[result.length - 1] = { from: last.from, to: next.to };
  }
  return result.slice(-STRETCHES_MAX);
}

/** The latest day of use that a run has seen, and how late on it that may have been. */
export function lastSeenUse({ stretches, lookedTo }: UseHistory): Stretch | undefined {
  const day = stretches.at(-1)?.to;
  if (day === undefined || lookedTo === undefined) return undefined;
  const seenBy = new Date(Math.min(day.getTime() + MS_PER_DAY, lookedTo.getTime()));
  return { from: day, to: seenBy > day ? seenBy : day };
}

/** The silences that were seen between uses, in whole days. */
export function gapsOf({ stretches }: UseHistory): number[] {
  return stretches
    .slice(1)
    .map(({ from }, index) => Math.round(daysFrom(stretches[index]?.to ?? from, from)));
}

/**
 * The history of a key together with those that may be its own of earlier names of its user: runs stopped
 * looking at them before they began to look at this one. Of several that were looked at side by side one
 * at most is meant, so the one counts by which the key was silent for longest (I11). One whose ID is known to be
 * another is never meant: whoever looks at one user at a time stops looking at the others.
 */
export function withFormerNames(known: UseHistory, others: readonly UseHistory[]): UseHistory {
  const whole = joinedWithFormer(known, others);
  if (known.lookedFrom !== undefined || whole === known) return whole;
  // Nobody has looked at it under this name, so that the others may still be looked at: they tell how far apart its
  // uses may be, and nothing of when it was used last.
  return { ...known, stretches: whole.stretches };
}

function joinedWithFormer(known: UseHistory, others: readonly UseHistory[]): UseHistory {
  const isOther = ({ keyId }: UseHistory) => keyId !== undefined && keyId !== known.keyId;
  const possible = known.keyId === undefined ? others : others.filter((each) => !isOther(each));
  let history = known;
  let from: Date | undefined = known.lookedFrom ?? NEVER;
  for (;;) {
    const earlier = possible.filter(({ lookedTo }) => isBefore(lookedTo, from));
    const latest = lastOf(earlier, ({ lookedTo }) => Number(lookedTo));
    if (latest === undefined) return history;
    const sideBySide = earlier.filter(({ lookedTo }) => !isBefore(lookedTo, latest.lookedFrom));
    const soFar = history;
    const joins = sideBySide.map((each) => joinedHistories(before(each, soFar), soFar));
    history = lastOf(joins, (each) => Math.max(0, ...gapsOf(each))) ?? history;
    from = latest.lookedFrom;
  }
}

/**
 * The uses until the first one of the later history. If it is of another key after all, its uses must not
 * fill a silence of this one, which runs may have looked at before a long break too.
 */
function before(former: UseHistory, { stretches: [first] }: UseHistory): UseHistory {
  if (first === undefined) return former;
  const stretches = former.stretches
    .filter(({ from }) => from <= first.from)
    .map(({ from, to }) => ({ from, to: to < first.from ? to : first.from }));
  return { ...former, stretches };
}

function isBefore(time: Date | undefined, other: Date | undefined): boolean {
  return time !== undefined && other !== undefined && time < other;
}

/** The one with the highest number. */
function lastOf<T>(all: readonly T[], numberOf: (each: T) => number): T | undefined {
  return all.toSorted((a, b) => numberOf(a) - numberOf(b)).at(-1);
}

function daysFrom(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / MS_PER_DAY;
}

function dayOf(time: Date): Date {
  return new Date(Math.floor(time.getTime() / MS_PER_DAY) * MS_PER_DAY);
}
