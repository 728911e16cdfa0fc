// What a person can do about two Active keys of a user: which of them is in use, and which may go.

import type { Hint } from '../base/hint.ts';
import { keyCommand, type SameReach } from '../base/key-command.ts';
import { judgeUse } from './in-use.ts';
import type { KeyDetails, LastUse } from './keys.ts';
import { QUIET_DAYS } from './retire-policy.ts';
import { useWords } from './use-words.ts';

/** The key that seems least in use: never used, else used longest ago, else the oldest. */
export function quietest(keys: readonly KeyDetails[]): KeyDetails | undefined {
  const active = keys.filter(({ status }) => status === 'Active');
  const [first] = active.toSorted(
    (a, b) =>
      compare(useTime(a.lastUse), useTime(b.lastUse)) ||
      compare(a.createdAt.getTime(), b.createdAt.getTime()),
  );
  return first;
}

function useTime(lastUse: LastUse | 'unreadable'): number {
  if (lastUse === 'unreadable') return Number.POSITIVE_INFINITY;
  return lastUse.used === 'never' ? Number.NEGATIVE_INFINITY : lastUse.at.getTime();
}

function compare(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Says which of the keys is in use; its first command makes the other one Inactive. */
export function twoKeysAdvice(keys: readonly KeyDetails[], now: Date, reach?: SameReach): Hint {
  const quiet = quietest(keys);
  const other = keys.find(({ id, status }) => id !== quiet?.id && status === 'Active');
  if (quiet === undefined || other === undefined) return 'make one of the two keys Inactive';
  return [
    `${whichIsInUse(other, quiet, now)}: move what still uses ${quiet.id} to ${other.id}, then make ` +
      `${quiet.id} Inactive:`,
    keyCommand('deactivate', quiet.id, reach),
    'when nothing misses it, delete it, and run again:',
    keyCommand('delete', quiet.id, reach),
  ];
}

function whichIsInUse(other: KeyDetails, quiet: KeyDetails, now: Date): string {
  const told = ({ id, lastUse }: KeyDetails) => `${id} (${useWords(lastUse, now)})`;
  const [isOther, isQuiet] = [other, quiet].map((key) => isInUse(key, now));
  if (isOther === 'unknown' || isQuiet === 'unknown') {
    return `nobody can tell which of them is in use: ${told(other)}, ${told(quiet)}`;
  }
  if (isOther && isQuiet) return `both are in use, ${told(other)} and ${told(quiet)}`;
  if (!isOther) return `neither seems to be in use, ${told(other)} nor ${told(quiet)}`;
  return `${told(other)} is in use, ${told(quiet)} seems not to be`;
}

function isInUse(key: KeyDetails, now: Date): boolean | 'unknown' {
  const { kind } = judgeUse(key, QUIET_DAYS, now);
  return kind === 'use-unknown' ? 'unknown' : kind === 'in-use';
}
