// Small wordings that the pages of keyctl share.

import type { KeyctlReport, KeyLine } from './keyctl-report.ts';
import type { Page } from './page.ts';

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

/** What is worth knowing and stops nothing. */
export function warningLines(
  { warnings }: Pick<KeyctlReport, 'warnings'>,
  margin: string,
  { paint, wrap }: Page,
): string[] {
  return warnings.map((text) => paint('yellow', wrap(`${margin}warning: `, text)));
}
