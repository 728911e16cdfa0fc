// The keys of a user with their last use, for the reader of a failure.

import type { KeyReader } from '../aws/gateway.ts';
import { wholeDaysBetween } from '../base/clock.ts';
import type { AccessKey, KeyDetails, LastUse } from '../lifecycle/keys.ts';

/** Asks AWS for the last use; `unreadable` when it does not tell, whatever the reason (I11). */
export async function readLastUse(
  reader: KeyReader,
  key: Pick<AccessKey, 'id'>,
): Promise<LastUse | 'unreadable'> {
  try {
    return await reader.lastUse(key.id);
  } catch {
    return 'unreadable';
  }
}

export async function keyDetails(
  reader: KeyReader,
  keys: readonly AccessKey[],
): Promise<KeyDetails[]> {
  const details: KeyDetails[] = [];
  for (const key of keys) details.push({ ...key, lastUse: await readLastUse(reader, key) });
  return details;
}

/** "AKIA… (Active, 412 days old, last used 2 days ago)". */
export function describeKey(key: KeyDetails, now: Date): string {
  const age = wholeDaysBetween(key.createdAt, now);
  return `${key.id} (${key.status}, ${days(age)} old, ${describeUse(key.lastUse, now)})`;
}

function describeUse(lastUse: LastUse | 'unreadable', now: Date): string {
  if (lastUse === 'unreadable') return 'last use unknown';
  if (lastUse.used === 'never') return 'never used';
  const ago = wholeDaysBetween(lastUse.at, now);
  return ago <= 0 ? 'last used today' : `last used ${days(ago)} ago`;
}

function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}
