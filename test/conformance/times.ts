// Moments for seeds. AWS keeps whole seconds.

import { MS_PER_DAY, systemClock } from '../../src/base/clock.ts';

export function daysAgo(days: number): Date {
  const ms = systemClock.now().getTime() - days * MS_PER_DAY;
  return new Date(Math.floor(ms / 1000) * 1000);
}

/** Last uses are seeded in whole minutes: AWS's published answers show no seconds. */
export function wholeMinute(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 60_000) * 60_000);
}
