// Whether a user has room for a new key, and if not, which key may make room: an Inactive one, and never one
// that is Active (I5, I15). Used where a person (or --yes) decides; the fleet rotator never removes a key to
// make room on its own.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY } from '../base/clock.ts';
import { type AccessKey, KEYS_PER_USER_MAX } from './keys.ts';
import { HOLD_DAYS, isHeld, judgeHold, type RetiringKey } from './retirement.ts';

export interface SlotFacts {
  readonly keys: readonly AccessKey[];
  /** The key that is to be replaced. */
  readonly currentKeyId: AccessKeyId;
  /** Whether the calls depend on a key (I7). */
  readonly dependsOn: (keyId: AccessKeyId) => boolean;
  /** What is known of a key that could go. */
  readonly about: (key: AccessKey) => RetiringKey;
}

/** A key that may be deleted to make room, if whoever decides agrees. */
export interface RemovableKey {
  readonly key: AccessKey;
  /** Its hold is over: it may go without asking when `--yes` was given. */
  readonly isIdle: boolean;
  readonly because: string;
}

export type SlotVerdict =
  | { readonly kind: 'free' }
  | ({ readonly kind: 'removable' } & RemovableKey)
  | {
      readonly kind: 'full';
      readonly because: string;
      readonly way: WayToRoom;
      /** Left out where another code says it. */
      readonly code?: 'two-active-keys';
    };

/** What would make room where nothing may be deleted for it. */
export type WayToRoom =
  | { readonly kind: 'delete-in-iam' }
  | { readonly kind: 'sign-otherwise' }
  /** The other key, which is Active: it is made Inactive and held first. */
  | { readonly kind: 'deactivate-first'; readonly keyId: AccessKeyId }
  /** Something still holds the other key. */
  | { readonly kind: 'find-user' }
  /** The key that is to be replaced. */
  | { readonly kind: 'activate'; readonly keyId: AccessKeyId }
  /** The key that is held. */
  | { readonly kind: 'wait-or-delete'; readonly keyId: AccessKeyId; readonly until: Date };

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
    return full(`the user has ${keys.length} keys`, { kind: 'delete-in-iam' });
  }
  const other = otherKey(facts);
  if (other === undefined) {
    const second = keys.find(({ id }) => id !== currentKeyId);
    return full(
      `the second key, ${second?.id}, signs the calls, or may have opened the session that does`,
      { kind: 'sign-otherwise' },
    );
  }
  const current = keys.find(({ id }) => id === currentKeyId);
  if (other.status === 'Active' && current?.status !== 'Active') {
    // I10: until a new key works, the other one is all that the user has.
    return full(
      `${other.id} is the user's only Active key, because ${currentKeyId} is ${current?.status ?? 'gone'}`,
      { kind: 'activate', keyId: currentKeyId },
    );
  }
  if (other.status === 'Active') return activeInTheWay(other.id);
  const about = facts.about(other);
  const { deactivatedAt } = about;
  if (deactivatedAt !== undefined && isHeld(about, now)) {
    // I5: the hold since the recorded deactivation stands, also for somebody who is in a hurry.
    const until = new Date(deactivatedAt.getTime() + HOLD_DAYS * MS_PER_DAY);
    return full(`${other.id} is Inactive, and held for ${HOLD_DAYS} days as the way back`, {
      kind: 'wait-or-delete',
      keyId: other.id,
      until,
    });
  }
  const hold = judgeHold(about, HOLD_DAYS, now);
  const why = hold.kind === 'ask-last-use' ? 'nobody can tell when it was used' : hold.reason;
  const because = hold.kind === 'delete' ? why : `Inactive, but ${why}`;
  return { kind: 'removable', key: other, isIdle: hold.kind === 'delete', because };
}

/** I5, I15: it is made Inactive first, when nothing uses it, and held; then it may make room. */
function activeInTheWay(keyId: AccessKeyId): SlotVerdict {
  const because = `the second key, ${keyId}, is Active, and no Active key is deleted to make room`;
  return { ...full(because, { kind: 'deactivate-first', keyId }), code: 'two-active-keys' };
}

function full(because: string, way: WayToRoom) {
  return { kind: 'full', because, way } as const;
}
