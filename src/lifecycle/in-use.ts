// Whether a key may be in use, before a person makes it Inactive by name or finishes it (I15). quiet-gate.ts
// decides, as it does for the old key of a rotation; only the answer is another one, because nothing waits for it.

import { latestOf } from '../base/clock.ts';
import { provedAt } from './decide-grace.ts';
import type { UserHistory } from './history.ts';
import type { AccessKey, LastUse } from './keys.ts';
import { knownUse, type QuietPeriod, quietAt, quietPeriod, type UseFacts } from './quiet-gate.ts';
import { settledAt } from './served-late.ts';
import { mayBeginLate } from './settle.ts';
import { NEVER_LOOKED, type UseHistory } from './use-history.ts';

/** What is known of the use of a key. More than the key itself is known of those that runs have looked at. */
export type NamedUse = Pick<UseFacts, 'createdAt' | 'lastUse'> &
  Partial<Pick<UseFacts, 'cutOverAt' | 'settledAt' | 'doubt' | 'checkedAt' | 'uses'>>;

/** All that is known of the use of a key, whatever it is asked for. */
export function namedUse(
  key: AccessKey,
  lastUse: LastUse | 'unreadable',
  { history, usesOf }: { history: UserHistory; usesOf: (key: AccessKey) => UseHistory },
): NamedUse {
  const { id, createdAt } = key;
  const checkedAt = provedAt(id, history);
  const replaced = history.latest((each) => each.oldKeyId === id && 'receipts' in each);
  const isQueued =
    replaced !== undefined && 'receipts' in replaced && mayBeginLate(replaced.receipts);
  return {
    doubt: isQueued ? 'in-queue' : undefined,
    ...{ createdAt, lastUse, checkedAt, cutOverAt: history.cutOverAt(id), uses: usesOf(key) },
    settledAt: replaced && settledAt(replaced),
  };
}

/** What came after its last use, so that its silence before says nothing. */
export interface Newly {
  readonly what: 'replaced' | 'taken-back';
  readonly at: Date;
}

export type UseVerdict =
  | { readonly kind: 'unused' }
  | { readonly kind: 'use-unknown' }
  | {
      readonly kind: 'in-use';
      readonly lastUse: Extract<LastUse, { used: 'at' }>;
      readonly newly: Newly | undefined;
      /** How long it must be quiet. */
      readonly quiet: QuietPeriod;
      /** When it counts as unused, if nothing uses it until then. */
      readonly notBefore: Date;
    }
  /** Never used, and so young that it may be waiting for its first use. */
  | {
      readonly kind: 'too-young';
      readonly newly: Newly | undefined;
      readonly notBefore: Date;
    };

/**
 * Whether the key was used within its quiet days before what AWS's answer can be about; without a number of
 * days, within those that a run waits for.
 */
export function judgeUse(key: NamedUse, quietDays: number | undefined, now: Date): UseVerdict {
  const { cutOverAt, checkedAt, uses = NEVER_LOOKED } = key;
  const facts = { ...key, cutOverAt, checkedAt, uses, begunAt: cutOverAt ?? now };
  const policy = { quietDays };
  const lastUse = knownUse(facts);
  if (lastUse === 'unreadable') return { kind: 'use-unknown' };
  const notBefore = latestOf([quietAt(facts, policy), key.settledAt]) ?? now;
  if (now >= notBefore) return { kind: 'unused' };
  const isQuiet = (known: UseFacts) => quietAt(known, policy) <= now;
  const newly = newlyOf(facts, isQuiet);
  if (lastUse.used === 'never') return { kind: 'too-young', newly, notBefore };
  return { kind: 'in-use', lastUse, newly, quiet: quietPeriod(facts, policy), notBefore };
}

function newlyOf(facts: UseFacts, isQuiet: (facts: UseFacts) => boolean): Newly | undefined {
  const { cutOverAt, uses } = facts;
  const { activeSince } = uses;
  const before = { ...facts, uses: { ...uses, activeSince: undefined } };
  if (activeSince !== undefined && isQuiet(before)) return { what: 'taken-back', at: activeSince };
  const isReplaced = cutOverAt !== undefined && isQuiet({ ...before, cutOverAt: undefined });
  return isReplaced ? { what: 'replaced', at: cutOverAt } : undefined;
}
