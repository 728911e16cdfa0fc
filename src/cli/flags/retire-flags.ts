// What becomes of old keys, as every command that rotates is told (I15).

import { KeyturnError } from '../../base/errors.ts';
import type { OldKeyFate } from '../../lifecycle/record.ts';
import {
  DEADLINE_NOTICE_DAYS,
  QUIET_DAYS_MAX,
  QUIET_DAYS_MIN,
  type RetirePolicy,
} from '../../lifecycle/retire-policy.ts';
import type { FlagTable, FlagValues } from './flag.ts';
import * as rule from './value-rules.ts';

const GROUP = 'What becomes of old keys';

export const RETIRE_FLAGS = {
  retire: {
    names: ['retire'],
    rule: rule.choice(['when-quiet', 'now', 'never']),
    group: GROUP,
    about:
      'When the old key becomes Inactive. when-quiet: once AWS shows no use of it for --quiet-days; a key that was idle before goes in the run that replaces it, one in use stays Active, the run says who used it last and when to come again, and a later run finishes. now: as soon as the new key is delivered, whatever uses the old one. never: it stays Active until a person retires it.',
    fallback: 'when-quiet',
  },
  quietDays: {
    names: ['quiet-days'],
    rule: rule.integer('N', QUIET_DAYS_MIN, QUIET_DAYS_MAX),
    group: GROUP,
    about: `With --retire when-quiet: for how long nobody may have used the old key, in days; ${QUIET_DAYS_MIN} to ${QUIET_DAYS_MAX}. Longer all the same for a key whose own uses were further apart.`,
    fallback:
      '14 for a key in steady use, 35 where its use is not known for long, 100 for one that is rarely used',
  },
  retireDeadlineDays: {
    names: ['retire-deadline-days'],
    rule: rule.integer('N', DEADLINE_NOTICE_DAYS, 3650),
    group: GROUP,
    about: `With --retire when-quiet: so many days after the new key was delivered the old one becomes Inactive although something uses it; ${DEADLINE_NOTICE_DAYS} to 3650. It is announced ${DEADLINE_NOTICE_DAYS} days ahead.`,
    fallback: 'no deadline: a key in use stays Active',
  },
} as const satisfies FlagTable;

export type RetireValues = FlagValues<typeof RETIRE_FLAGS>;

export interface RetireOptions {
  /** Of rotations that this run begins. */
  readonly oldKeyFate: OldKeyFate;
  /** Of those that wait. */
  readonly retire: RetirePolicy;
}

const FATES = { 'when-quiet': 'when-quiet', now: 'deactivate', never: 'keep' } as const;

/**
 * Throws `conflicting-flags` for a number of days with which nothing waits: it would promise what does not
 * happen.
 */
export function retireOf(values: RetireValues, fallback: keyof typeof FATES): RetireOptions {
  const retire = values.retire ?? fallback;
  for (const name of ['quietDays', 'retireDeadlineDays'] as const) {
    if (values[name] === undefined || retire === 'when-quiet') continue;
    const flag = `--${RETIRE_FLAGS[name].names[0]}`;
    throw new KeyturnError(
      'conflicting-flags',
      `${flag} ${values[name]} has no effect with --retire ${retire}`,
      { hint: `leave ${flag} out, or use --retire when-quiet` },
    );
  }
  return {
    oldKeyFate: FATES[retire],
    retire: { quietDays: values.quietDays, deadlineDays: values.retireDeadlineDays },
  };
}
