// When a key was last used, and by what, in words.

import { wholeDaysBetween } from '../base/clock.ts';
import type { LastUse } from './keys.ts';

/** "never used", "last used 3 days ago with ec2 in us-east-1". AWS shows uses hours late. */
export function useWords(lastUse: LastUse | 'unreadable', now: Date): string {
  if (lastUse === 'unreadable') return 'last use unknown';
  if (lastUse.used === 'never') return 'never used';
  return [`last used ${agoWords(lastUse.at, now)}`, ...whereWords(lastUse)].join(' ');
}

/** "with ec2 in us-east-1", as far as AWS has told. */
export function whereWords({ service, region }: Extract<LastUse, { used: 'at' }>): string[] {
  return [
    ...(service === undefined ? [] : [`with ${service}`]),
    ...(region === undefined ? [] : [`in ${region}`]),
  ];
}

function agoWords(then: Date, now: Date): string {
  const days = wholeDaysBetween(then, now);
  if (days <= 0) return 'today';
  return days === 1 ? '1 day ago' : `${days} days ago`;
}
