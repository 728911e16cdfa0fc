// Moments for seeds. AWS keeps whole seconds.

import { MS_PER_DAY, systemClock } from '../../src/base/clock.ts';

export function daysAgo(days: number): Date {
  const ms = systemClock.now().getTime() - days * MS_PER_DAY;
  return new Date(Math.floor(ms / 1000) * 1000);
}
