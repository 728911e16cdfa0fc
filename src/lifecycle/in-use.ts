// Whether a key may be in use, before a person makes it Inactive by name (I15). quiet-gate.ts decides, as it
// does for the old key of a rotation; only the answer is another one, because nothing waits for it.

import type { LastUse } from './keys.ts';
import { type QuietPeriod, quietAt, quietPeriod, type UseFacts } from './quiet-gate.ts';
import { NEVER_LOOKED } from './use-history.ts';

/** What is known of the use of a key. More than the key itself is known of those that runs have looked at. */
export type NamedUse = Pick<UseFacts, 'createdAt' | 'lastUse'> &
  Partial<Pick<UseFacts, 'cutOverAt' | 'checkedAt' | 'uses'>>;

export type UseVerdict =
  | { readonly kind: 'unused' }
  | { readonly kind: 'use-unknown' }
  | {
      readonly kind: 'in-use';
      readonly lastUse: Extract<LastUse, { used: 'at' }>;
      /** How long it must be quiet. */
      readonly quiet: QuietPeriod;
      /** When it counts as unused, if nothing uses it until then. */
      readonly notBefore: Date;
    }
  /** Never used, and so young that it may be waiting for its first use. */
  | { readonly kind: 'too-young'; readonly notBefore: Date };

/** Whether the key was used within its quiet days before what AWS's answer can be about. */
export function judgeUse(key: NamedUse, quietDays: number, now: Date): UseVerdict {
  const { createdAt, lastUse, cutOverAt, checkedAt, uses = NEVER_LOOKED } = key;
  if (lastUse === 'unreadable') return { kind: 'use-unknown' };
  const facts = { createdAt, lastUse, cutOverAt, checkedAt, uses, begunAt: now };
  const policy = { quietDays };
  const notBefore = quietAt(facts, policy);
  if (now >= notBefore) return { kind: 'unused' };
  if (lastUse.used === 'never') return { kind: 'too-young', notBefore };
  return { kind: 'in-use', lastUse, quiet: quietPeriod(facts, policy), notBefore };
}
