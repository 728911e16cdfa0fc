// On which days a key was used, as far as runs have looked. AWS tells the latest use only, so each look
// adds a day at most; kept over months, they show the period of a job before a decision depends on it (I15).

import { MS_PER_DAY } from '../base/clock.ts';
import type { LastUse } from './keys.ts';

export interface UseHistory {
  /** Since when runs have looked, without a break that is longer than BREAK_DAYS; undefined if none has. */
  readonly lookedFrom: Date | undefined;
  /** When one looked last. */
  readonly lookedTo: Date | undefined;
  /** Days of use in a row, the earliest first; each day as its beginning in UTC. */
  readonly stretches: readonly Stretch[];
}

export interface Stretch {
  readonly from: Date;
  readonly to: Date;
}

/** What one look at a key showed. */
export interface Look {
  readonly at: Date;
  readonly lastUse: LastUse;
}

/** A key whose last use was told; one that AWS does not tell of was not looked at. */
export interface UsedKey {
  readonly user: string;
  readonly createdAt: Date;
  readonly lastUse: LastUse;
}

export const NEVER_LOOKED: UseHistory = {
  lookedFrom: undefined,
  lookedTo: undefined,
  stretches: [],
};

/** Runs are a month apart at most; after a longer break, in days, silence counts from its end. */
export const BREAK_DAYS = 35;

/** Of a key that is used every other day this is a season; the earliest stretches are forgotten. */
const STRETCHES_MAX = 90;

/** The history after one more look; a look that is older than the last one adds only its day. */
export function withLook(known: UseHistory, { at, lastUse }: Look): UseHistory {
  const used = lastUse.used === 'at' ? [dayOf(lastUse.at)] : [];
  const stretches = joined([...known.stretches, ...used.map((day) => ({ from: day, to: day }))]);
  const { lookedFrom, lookedTo } = known;
  if (lookedFrom === undefined || lookedTo === undefined) {
    return { lookedFrom: at, lookedTo: at, stretches };
  }
  if (at <= lookedTo) return { lookedFrom, lookedTo, stretches };
  const isBroken = at.getTime() - lookedTo.getTime() > BREAK_DAYS * MS_PER_DAY;
  return { lookedFrom: isBroken ? at : lookedFrom, lookedTo: at, stretches };
}

/** What two processes know of one key: the later look tells since when there was no break. */
export function joinedHistories(one: UseHistory, other: UseHistory): UseHistory {
  const [earlier, later] =
    Number(one.lookedTo ?? 0) <= Number(other.lookedTo ?? 0) ? [one, other] : [other, one];
  const { lookedFrom, lookedTo } = later;
  return { lookedFrom, lookedTo, stretches: joined([...earlier.stretches, ...later.stretches]) };
}

/** Sorted, with neighbouring days as one stretch. */
function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const sorted = stretches.toSorted((a, b) => a.from.getTime() - b.from.getTime());
  const result: Stretch[] = [];
  for (const next of sorted) {
    const last = result.at(-1);
    if (last === undefined || next.from.getTime() - last.to.getTime() > MS_PER_DAY) {
      result.push(next);
    } else if (next.to > last.to) {
      result[result.length - 1] = { from: last.from, to: next.to };
    }
  }
  return result.slice(-STRETCHES_MAX);
}

function dayOf(time: Date): Date {
  return new Date(Math.floor(time.getTime() / MS_PER_DAY) * MS_PER_DAY);
}
