// What was done, week after week: each from Monday on, by UTC.

import { MS_PER_DAY } from '../../base/clock.ts';
import type { Milestone } from '../../lifecycle/milestones.ts';
import type { KeyReport } from '../../reports/key-report/document.ts';

type Week = KeyReport['weeks'][number];

/** Every week from `since` to `now`, also those in which nothing was done. */
export function weeksOf(
  milestones: readonly Milestone[],
  { since, now }: { readonly since: Date; readonly now: Date },
): Week[] {
  const weeks = new Map<string, Week>();
  for (let at = mondayOf(since); at <= now; at = new Date(at.getTime() + 7 * MS_PER_DAY)) {
    weeks.set(dayOf(at), {
      ...{ monday: dayOf(at), rotated: 0, retired: 0, deleted: 0, undone: 0, failed: 0 },
    });
  }
  for (const { kind, at } of milestones) {
    const week = weeks.get(dayOf(mondayOf(at)));
    if (week !== undefined) week[kind] += 1;
  }
  return [...weeks.values()];
}

function mondayOf(time: Date): Date {
  const midnightMs = Math.floor(time.getTime() / MS_PER_DAY) * MS_PER_DAY;
  const daysSinceMonday = (time.getUTCDay() + 6) % 7;
  return new Date(midnightMs - daysSinceMonday * MS_PER_DAY);
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
