// Which of a user's keys must be rotated, and whether there is room for a new one.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY } from '../base/clock.ts';
import { type AccessKey, KEYS_PER_USER_MAX } from './keys.ts';

export interface DuePolicy {
  /** A key is due at this age or older, in days of 24 hours. */
  readonly daysThreshold: number;
  /** The key that signs the calls (I7). */
  readonly signingKeyId: AccessKeyId;
  /** Whether it may be replaced all the same, by a run that then signs with the new one. */
  readonly mayReplaceSigningKey?: boolean;
}

/** Why a due key can not be rotated before a person has done something. */
export type BlockReason = 'two-active-keys' | 'no-free-slot' | 'own-key';

export type UserVerdict =
  | { readonly kind: 'nothing-due' }
  | { readonly kind: 'rotate'; readonly oldKey: AccessKey }
  | {
      readonly kind: 'blocked';
      readonly oldKey: AccessKey;
      readonly code: BlockReason;
    };

/** Only Active keys can be due: an Inactive key signs nothing, whatever its age. */
export function isDue(key: AccessKey, daysThreshold: number, now: Date): boolean {
  return (
    key.status === 'Active' && now.getTime() - key.createdAt.getTime() >= daysThreshold * MS_PER_DAY
  );
}

/** The verdict for one user; with several due keys it speaks of the oldest. */
export function judgeUser(keys: readonly AccessKey[], policy: DuePolicy, now: Date): UserVerdict {
  const due = keys
    .filter((key) => isDue(key, policy.daysThreshold, now))
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  const oldKey = due[0];
  if (oldKey === undefined) return { kind: 'nothing-due' };
  const blocked = (code: BlockReason): UserVerdict => ({
    kind: 'blocked',
    oldKey,
    code,
  });
  if (keys.length >= KEYS_PER_USER_MAX) {
    const active = keys.filter((key) => key.status === 'Active').length;
    return blocked(active >= 2 ? 'two-active-keys' : 'no-free-slot');
  }
  // I7: the run would deactivate the key that signs its own calls.
  if (oldKey.id === policy.signingKeyId && policy.mayReplaceSigningKey !== true)
    return blocked('own-key');
  return { kind: 'rotate', oldKey };
}
