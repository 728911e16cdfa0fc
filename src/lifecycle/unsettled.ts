// What became of a change that was asked for and whose end is not on record (I16): judged by the keys as
// they are now. Pure: the run records and tells it, the dry run foretells it.

import type { KeyChangeWord } from '../base/events.ts';
import type { FoundChange } from './found-changes.ts';
import { UserHistory } from './history.ts';
import type { AccessKey } from './keys.ts';
import { REQUEST_LANDS_WITHIN_MS } from './late-key.ts';
import { formatOf, type KeyIntent, type KeyStep } from './record.ts';
import type { UnsettledStep } from './unsettled-steps.ts';

/** The end of one step. */
export interface Settled {
  /** What goes on record, so that nobody asks again. */
  readonly outcome: KeyStep;
  /** Undefined where nothing is to be seen of it. */
  readonly found: FoundChange | undefined;
}

type Outcome = Exclude<KeyStep, KeyIntent>['type'];

const ENDS = {
  deleting: { change: 'deleted', outcome: 'deleted', status: undefined },
  retiring: { change: 'deactivated', outcome: 'retired', status: 'Inactive' },
  reactivating: { change: 'reactivated', outcome: 'reactivated', status: 'Active' },
} as const satisfies Record<
  KeyIntent['type'],
  {
    readonly change: KeyChangeWord;
    readonly outcome: Outcome;
    /** Of the key, once it is done; undefined when the key is gone then. */
    readonly status: AccessKey['status'] | undefined;
  }
>;

/** The steps whose end is known by now; `keys` are all keys of the user, none when the user is gone. */
export function settledBy(
  history: UserHistory,
  keys: readonly AccessKey[],
  now: Date,
): readonly Settled[] {
  return history.unsettled.flatMap((step) => settle(step, keys, now) ?? []);
}

/** The history as it is once they are on record; the same when there are none. */
export function withSettled(
  history: UserHistory,
  settled: readonly Settled[],
  now: Date,
): UserHistory {
  const last = history.records.at(-1);
  if (last === undefined || settled.length === 0) return history;
  const added = settled.map(({ outcome: step }) => {
    return { ...last, v: formatOf(step), at: now, rotation: null, step } as const;
  });
  return new UserHistory([...history.records, ...added]);
}

function settle(
  { intent, at }: UnsettledStep,
  keys: readonly AccessKey[],
  now: Date,
): Settled | undefined {
  const { keyId, reason, type } = intent;
  const { change, outcome, status } = ENDS[type];
  const key = keys.find(({ id }) => id === keyId);
  if (key?.status === status) {
    return { outcome: { type: outcome, keyId }, found: { change, keyId, reason } };
  }
  // I13: a request may land long after it was sent, and AWS's list is older than its answers. Of a key
  // that somebody deleted since nobody will ever know more.
  const mayLand = now.getTime() - at.getTime() < REQUEST_LANDS_WITHIN_MS;
  if (key !== undefined && mayLand) return undefined;
  return { outcome: { type: 'lapsed', keyId }, found: undefined };
}
