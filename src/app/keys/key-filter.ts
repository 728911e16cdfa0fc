// Which keys of a list are shown.

import { MS_PER_DAY } from '../../base/clock.ts';
import type { KeyView } from '../../lifecycle/key-state.ts';

export interface KeyFilter {
  readonly isDueOnly: boolean;
  readonly isInGraceOnly: boolean;
  /** Only Active keys that nothing has used for so many days. */
  readonly unusedDays: number | undefined;
}

/** Whether it leaves anything out. */
export function isFilter({ isDueOnly, isInGraceOnly, unusedDays }: KeyFilter): boolean {
  return isDueOnly || isInGraceOnly || unusedDays !== undefined;
}

/** `unknown` where nobody can say: a last use that AWS does not tell is no long time without use (I11). */
export function passes(view: KeyView, filter: KeyFilter, now: Date): boolean | 'unknown' {
  if (filter.isDueOnly && !view.isDue) return false;
  if (filter.isInGraceOnly && view.state.kind !== 'in-grace') return false;
  return filter.unusedDays === undefined || isUnusedFor(view, filter.unusedDays, now);
}

/** Whether nothing has used an Active key for so many days. */
export function isUnusedFor(
  { key }: Pick<KeyView, 'key'>,
  days: number,
  now: Date,
): boolean | 'unknown' {
  const { status, createdAt, lastUse } = key;
  if (status !== 'Active') return false;
  const isLong = (since: Date) => now.getTime() - since.getTime() >= days * MS_PER_DAY;
  // A key that is younger than that cannot have been unused for so long.
  if (!isLong(createdAt)) return false;
  if (lastUse === 'unreadable') return 'unknown';
  return lastUse.used === 'never' || isLong(lastUse.at);
}
