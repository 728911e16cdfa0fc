// Whether a user has room for a new key, and if not, which key may make room. Used where a person
// (or --yes) decides; the fleet rotator never removes a key to make room on its own.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY } from '../base/clock.ts';
import { type AccessKey, KEYS_PER_USER_MAX, type LastUse } from './keys.ts';

export interface KeyWithUse extends AccessKey {
  readonly lastUse: LastUse | 'unreadable';
}

export interface SlotFacts {
  readonly keys: readonly KeyWithUse[];
  /** The key that the profile holds: the one to be replaced. */
  readonly currentKeyId: AccessKeyId;
  /** The key that signs the calls (I7). */
  readonly signingKeyId: AccessKeyId;
  /** When the journal says that we made a key Inactive. */
  readonly recordedDeactivation: (keyId: AccessKeyId) => Date | undefined;
}

export type SlotVerdict =
  | { readonly kind: 'free' }
  | {
      readonly kind: 'removable';
      readonly key: KeyWithUse;
      /** Nothing seems to use it: it may go without asking when `--yes` was given. */
      readonly isQuiet: boolean;
      readonly because: string;
    }
  | { readonly kind: 'full'; readonly because: string; readonly hint: string };

/** A key that nobody has used for this long is taken for quiet, in days. */
export const QUIET_DAYS = 30;

export function judgeSlot(facts: SlotFacts, now: Date): SlotVerdict {
  const { keys, currentKeyId, signingKeyId } = facts;
  if (keys.length < KEYS_PER_USER_MAX) return { kind: 'free' };
  if (keys.length > KEYS_PER_USER_MAX) {
    return full(`the user has ${keys.length} keys`, 'delete keys in IAM until one is left');
  }
  // I7: never the key that the profile holds, never the key that signs.
  const other = keys.find(({ id }) => id !== currentKeyId && id !== signingKeyId);
  if (other === undefined) {
    return full(
      `the second key, ${signingKeyId}, signs the calls`,
      'authenticate with another profile (-a) and run again',
    );
  }
  const current = keys.find(({ id }) => id === currentKeyId);
  if (other.status === 'Active' && current?.status !== 'Active') {
    // I10: until a new key works, the other one is all that the user has.
    return full(
      `${other.id} is the user's only Active key, because ${currentKeyId} is ${current?.status ?? 'gone'}`,
      `make ${currentKeyId} Active again, or delete it in IAM and put another pair into the profile`,
    );
  }
  const deactivatedAt = facts.recordedDeactivation(other.id);
  if (other.status !== 'Active' && deactivatedAt !== undefined && !isOver(deactivatedAt, now)) {
    // I5: the hold since the recorded deactivation stands, also for somebody who is in a hurry.
    return full(
      `${other.id} was made Inactive less than ${QUIET_DAYS} days ago, and is held as the way back`,
      `end the hold by hand with finish --delete, or wait`,
    );
  }
  return { kind: 'removable', key: other, ...quietness(other, now) };
}

function quietness(key: KeyWithUse, now: Date): { isQuiet: boolean; because: string } {
  const { lastUse } = key;
  const state = key.status === 'Active' ? 'Active' : 'Inactive';
  // Unknown is not unused (I11).
  if (lastUse === 'unreadable') {
    return { isQuiet: false, because: `${state}, and its last use could not be read` };
  }
  if (lastUse.used === 'never') {
    // A young key may be waiting for its first use.
    return isOver(key.createdAt, now)
      ? { isQuiet: true, because: `${state} and never used` }
      : { isQuiet: false, because: `${state}, never used, and younger than ${QUIET_DAYS} days` };
  }
  return isOver(lastUse.at, now)
    ? { isQuiet: true, because: `${state} and not used for ${QUIET_DAYS} days` }
    : { isQuiet: false, because: `${state}, and used in the last ${QUIET_DAYS} days` };
}

function isOver(since: Date, now: Date): boolean {
  return now.getTime() - since.getTime() >= QUIET_DAYS * MS_PER_DAY;
}

function full(because: string, hint: string): SlotVerdict {
  return { kind: 'full', because, hint };
}
