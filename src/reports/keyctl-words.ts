// Small wordings that the pages of keyctl share.

import type { KeyLine } from './keyctl-report.ts';

/** "Active, 412 days old, used 2 days ago". */
export function describeKey(key: KeyLine): string {
  return `${key.status}, ${days(key.age_days)} old, ${lastUse(key)}`;
}

export function lastUse({ last_used: used, last_used_days_ago: ago }: KeyLine): string {
  if (used === null) return 'last use unknown';
  if (ago === null) return 'never used';
  return ago === 0 ? 'used today' : `used ${days(ago)} ago`;
}

export function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}

/** Labels and texts, aligned; two spaces in front. */
export function rows(pairs: readonly (readonly [label: string, text: string])[]): string {
  const width = Math.max(0, ...pairs.map(([label]) => label.length));
  return pairs.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`).join('\n');
}
