// Which of a user's keys must be rotated, and whether there is room for a new one.

import { MS_PER_DAY } from '../base/clock.ts';
import { type AccessKey, KEYS_PER_USER_MAX } from './keys.ts';
import type { Signer } from './signer.ts';

export interface DuePolicy {
  /** A key is due at this age or older, in days of 24 hours. */
  readonly daysThreshold: number;
  /** The keys that the calls depend on (I7). */
  readonly signer: Signer;
}

/** Why a due key cannot be rotated before a person has done something. */
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
  const active = keys.filter((key) => key.status === 'Active').length;
  if (active >= KEYS_PER_USER_MAX) return blocked('two-active-keys');
  const { signer } = policy;
  // I7: the run would deactivate a key that its own calls depend on, whatever room is made.
  if (signer.dependsOn(oldKey.id) && !signer.isReplaceable) return blocked('own-key');
  if (keys.length >= KEYS_PER_USER_MAX) return blocked('no-free-slot');
  return { kind: 'rotate', oldKey };
}
