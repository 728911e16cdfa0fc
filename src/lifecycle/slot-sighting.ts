// When a key may last have been Active, as far as credential reports told. A report names no key
// IDs: it says that a user had an Active key, and the date of that key.

import type { AccessKey } from './keys.ts';

/** What a credential report tells of a key. */
export interface ReportedSlot {
  readonly user: string;
  readonly createdAt: Date;
}

/** A key of a user that a credential report showed as Active. */
export interface SlotSighting {
  /** The date that the report gave for the key. */
  readonly createdAt: Date;
  /** When the latest such report was made. */
  readonly seenAt: Date;
}

/** Dates are in whole seconds, and two services write them. */
export const SAME_DATE_MS = 2_000;

/**
 * The latest time at which this key may have been the one that was seen; undefined when no sighting
 * can be of it. Whatever cannot be told apart counts as this key: that only makes a hold longer (I5).
 */
export function lastActiveSlot(
  key: AccessKey,
  keys: readonly AccessKey[],
  sightings: readonly SlotSighting[],
): Date | undefined {
  const others = keys.filter(({ id }) => id !== key.id);
  const times = sightings.filter((sighting) => mayBe(key, others, sighting));
  if (times.length === 0) return undefined;
  return new Date(Math.max(...times.map(({ seenAt }) => seenAt.getTime())));
}

function mayBe(key: AccessKey, others: readonly AccessKey[], { createdAt }: SlotSighting): boolean {
  if (isSame(key.createdAt, createdAt)) return true;
  // A date before the key's creation is another key's, one that is gone by now.
  if (createdAt < key.createdAt) return false;
  // AWS documents the date as that of the last change too, so a later one may be this key's, unless
  // another key has exactly that date.
  return !others.some((other) => isSame(other.createdAt, createdAt));
}

function isSame(one: Date, other: Date): boolean {
  return Math.abs(one.getTime() - other.getTime()) <= SAME_DATE_MS;
}
