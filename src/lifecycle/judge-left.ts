// Whether the new key that an undo takes back may be made Inactive: at the undo, and whenever it is repeated. It
// is unused, or it was used and is quiet by now: the uses that count are those since its readers are to have the
// other key again.

import { judgeUse } from './in-use.ts';
import type { AccessKey } from './keys.ts';
import { knownUse } from './quiet-gate.ts';
import { QUIET_DAYS } from './retire-policy.ts';
import { judgeTakenBack, type TakenBack, type TakenBackVerdict } from './retirement.ts';
import type { UseHistory } from './use-history.ts';

export interface LeftKey extends TakenBack {
  readonly key: AccessKey;
  /** Since when its readers are to have the other key; undefined when that is now. */
  readonly takenAt: Date | undefined;
  /** On which days it was used, as far as runs have looked. */
  readonly uses: UseHistory;
}

export type LeftVerdict =
  | Exclude<TakenBackVerdict, { readonly kind: 'used' }>
  | {
      readonly kind: 'used';
      readonly at: Date;
      /** For how long nothing must have used it. */
      readonly quietDays: number;
      /** When that is over, if nothing uses it until then. */
      readonly notBefore: Date;
    };

export function judgeLeft(facts: LeftKey, now: Date): LeftVerdict {
  const taken = judgeTakenBack({ ...facts, lastUse: knownUse(facts) }, now);
  if (taken.kind !== 'used') return taken;
  const { key, lastUse, uses, checkedAt, takenAt = now } = facts;
  const use = { ...key, lastUse, uses, checkedAt, cutOverAt: takenAt };
  const verdict = judgeUse(use, QUIET_DAYS, now);
  switch (verdict.kind) {
    case 'unused':
      // Its readers have it since a short time ago: a use since then would not show yet, whatever was before.
      return withoutUses(facts, now);
    case 'use-unknown':
      return { kind: 'use-unknown' };
    case 'in-use':
    case 'too-young': {
      const quietDays = verdict.kind === 'in-use' ? verdict.quiet.days : QUIET_DAYS;
      return { kind: 'used', at: taken.at, quietDays, notBefore: verdict.notBefore };
    }
  }
}

function withoutUses(
  facts: TakenBack,
  now: Date,
): Exclude<TakenBackVerdict, { readonly kind: 'used' }> {
  const verdict = judgeTakenBack({ ...facts, lastUse: { used: 'never' } }, now);
  return verdict.kind === 'used' ? { kind: 'unused' } : verdict;
}
