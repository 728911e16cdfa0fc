// Whether a user has room for a new key, and if not, which key may make room. Used where a person
// (or --yes) decides; the fleet rotator never removes a key to make room on its own.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY, minuteOf } from '../base/clock.ts';
import type { Hint } from '../base/hint.ts';
import { deleteNow, type SameReach } from '../base/key-command.ts';
import { type AccessKey, KEYS_PER_USER_MAX } from './keys.ts';
import { HOLD_DAYS, isHeld, judgeIdle, judgeQuiet, type RetiringKey } from './retirement.ts';

export interface SlotFacts {
  readonly keys: readonly AccessKey[];
  /** The key that is to be replaced. */
  readonly currentKeyId: AccessKeyId;
  /** Whether the calls depend on a key (I7). */
  readonly dependsOn: (keyId: AccessKeyId) => boolean;
  /** What is known of a key that could go. */
  readonly about: (key: AccessKey) => RetiringKey;
  /** How another command reaches the user's account, for hints. */
  readonly reach?: SameReach | undefined;
}

/** A key that may be deleted to make room, if whoever decides agrees. */
export interface RemovableKey {
  readonly key: AccessKey;
  /** Nothing seems to use it: it may go without asking when `--yes` was given. */
  readonly isIdle: boolean;
  readonly because: string;
}

export type SlotVerdict =
  | { readonly kind: 'free' }
  | ({ readonly kind: 'removable' } & RemovableKey)
  | { readonly kind: 'full'; readonly because: string; readonly hint: Hint };

/** The key that could make room; undefined when none can, or none need. */
export function otherKey({
  keys,
  currentKeyId,
  dependsOn,
}: Pick<SlotFacts, 'keys' | 'currentKeyId' | 'dependsOn'>): AccessKey | undefined {
  if (keys.length !== KEYS_PER_USER_MAX) return undefined;
  // I7: never the key that is to be replaced, never one that the calls depend on.
  return keys.find(({ id }) => id !== currentKeyId && !dependsOn(id));
}

export function judgeSlot(facts: SlotFacts, now: Date): SlotVerdict {
  const { keys, currentKeyId } = facts;
  if (keys.length < KEYS_PER_USER_MAX) return { kind: 'free' };
  if (keys.length > KEYS_PER_USER_MAX) {
    return full(`the user has ${keys.length} keys`, 'delete keys in IAM until one is left');
  }
  const other = otherKey(facts);
  if (other === undefined) {
    const second = keys.find(({ id }) => id !== currentKeyId);
    return full(
      `the second key, ${second?.id}, signs the calls, or may have opened the session that does`,
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
  const about = facts.about(other);
  const { deactivatedAt } = about;
  if (other.status !== 'Active' && deactivatedAt !== undefined && isHeld(about, now)) {
    // I5: the hold since the recorded deactivation stands, also for somebody who is in a hurry.
    const until = minuteOf(new Date(deactivatedAt.getTime() + HOLD_DAYS * MS_PER_DAY));
    return full(
      `${other.id} was made Inactive less than ${HOLD_DAYS} days ago, and is held as the way back`,
      [
        `run again after ${until}; or, if nothing needs that key, now, after:`,
        deleteNow(other.id, facts.reach),
      ],
    );
  }
  const quiet = judgeQuiet(about, now);
  if (other.status === 'Active' && about.cutOverAt !== undefined && quiet.kind === 'used-since') {
    // As for finish: whoever used it since it was replaced has not heard of its successor.
    return full(
      `${other.id} was used at ${minuteOf(quiet.at)}, after it was replaced`,
      'find what still holds it, give it the new key, and run again a day later',
    );
  }
  return { kind: 'removable', key: other, ...judgeIdle(about, now) };
}

function full(because: string, hint: Hint): SlotVerdict {
  return { kind: 'full', because, hint };
}
