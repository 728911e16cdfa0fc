// The promise that no key gets older than so many days, and the age at which it has to be replaced for that:
// a run has to come by, the old key has to be quiet or its deadline has to come, and it is held before it goes.

import { QUIET_DAYS } from '../lifecycle/retire-policy.ts';
import type { Path } from './fault.ts';
import type { Said, Settings } from './settings.ts';
import { longestClosedDays } from './window.ts';

export interface Promised {
  readonly maxAgeDays: number;
  readonly path: Path | undefined;
  /** Until the key is gone, or until it is Inactive. */
  readonly until: 'deleted' | 'inactive';
  /** The age at which a key has to be replaced; less than 1 where that is too late for every key. */
  readonly beginDays: number;
  /** What takes time between that day and the end, in words with its days. */
  readonly parts: readonly (readonly [what: string, days: number])[];
  /** Why it cannot be kept whatever the numbers; undefined where it can. */
  readonly never: string | undefined;
  /** Why it holds for some keys alone; undefined where it holds for all. */
  readonly unless: string | undefined;
}

type Timing = Pick<
  Settings,
  | 'lookAheadDays'
  | 'retire'
  | 'quietDays'
  | 'deadlineDays'
  | 'holdDays'
  | 'rotateWindows'
  | 'retireWindows'
> & { readonly until: 'deleted' | 'inactive' | undefined };

export function promised({ value: maxAgeDays, path }: Said<number>, timing: Timing): Promised {
  const { retire, deadlineDays, holdDays, lookAheadDays } = timing;
  const until = timing.until ?? (holdDays.value === undefined ? 'inactive' : 'deleted');
  const parts = partsOf(timing, until);
  const needed = parts.reduce((sum, [, days]) => sum + days, 0);
  const isUncertain = retire.value === 'when-quiet' && deadlineDays.value === undefined;
  return {
    maxAgeDays,
    path,
    until,
    parts,
    beginDays: Math.floor(maxAgeDays - needed),
    never: whyNever(timing, until, lookAheadDays.value),
    unless: isUncertain
      ? 'a key that stays in use stays Active: only "retire_deadline_days" ends that'
      : undefined,
  };
}

function whyNever({ retire, holdDays }: Timing, until: Promised['until'], scheduleDays: number) {
  if (retire.value === 'never')
    return 'with "retire: never" the old key stays Active until a person ends it';
  if (until === 'deleted' && holdDays.value === undefined) {
    return 'with "hold_days: never" no key is deleted; write "max_age_until: inactive", or a number of days to hold';
  }
  return scheduleDays > 0
    ? undefined
    : 'nobody says how often keyturn runs; write "before_next_run: 1d" for every day';
}

function partsOf(timing: Timing, until: Promised['until']): readonly (readonly [string, number])[] {
  const { lookAheadDays, retire, quietDays, deadlineDays, holdDays } = timing;
  const rotate = lookAheadDays.value + longestClosedDays(timing.rotateWindows.value);
  const retiring = lookAheadDays.value + longestClosedDays(timing.retireWindows.value);
  const wait: readonly [string, number] =
    deadlineDays.value === undefined
      ? ['of quiet', quietDays.value ?? QUIET_DAYS]
      : ['until the deadline', deadlineDays.value];
  return [
    ['until a run begins', rotate],
    ...(retire.value === 'when-quiet'
      ? [wait, ['until a run deactivates', retiring] as const]
      : []),
    ...(until === 'deleted' && holdDays.value !== undefined
      ? [['of hold', holdDays.value] as const, ['until a run deletes', retiring] as const]
      : []),
  ];
}

/** The sum in words: `1 until a run begins, 14 of quiet, …`. */
export function sumInWords({ parts }: Promised): string {
  return parts.map(([what, days]) => `${inDays(days)} ${what}`).join(', ');
}

export function inDays(days: number): string {
  return String(Math.round(days * 100) / 100);
}
