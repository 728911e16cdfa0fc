// Why an undo leaves the key Active that it takes back: making it Inactive would be an outage for
// whoever works with it, so what is not known to be unused stays, and the person decides.

import { minuteOf } from '../base/clock.ts';
import type { LeftKey, LeftVerdict } from '../lifecycle/judge-left.ts';
import type { KeyDetails } from '../lifecycle/keys.ts';
import type { JournalRecord } from '../lifecycle/record.ts';
import type { Rotation } from '../lifecycle/rotation.ts';
import { servedAt } from '../lifecycle/served-at.ts';
import type { UserAtHand } from './user-work.ts';

export type LeftActive =
  | Exclude<LeftVerdict, { readonly kind: 'unused' }>
  /** A place has it still, and could not be put back, or was written again meanwhile. */
  | { readonly kind: 'held'; readonly where: string }
  /** Nobody can tell whether a place has it. */
  | { readonly kind: 'unread'; readonly where: string }
  /** A request of an earlier run to make the other key Inactive may land yet: this one is what remains. */
  | { readonly kind: 'request-may-land'; readonly notBefore: Date };

/** Why a key was left Active, in words. */
export function reasonOfLeftActive(left: LeftActive): string {
  switch (left.kind) {
    case 'not-shown-yet':
      return 'its readers may have it, and AWS would not show a use of it yet';
    case 'used':
      return `it was used at ${minuteOf(left.at)}`;
    case 'use-unknown':
      return 'its last use cannot be read';
    case 'held':
      return `${left.where} holds it`;
    case 'unread':
      return `whether ${left.where} holds it cannot be read`;
    case 'request-may-land':
      return 'an earlier request to make the old key Inactive may still land, and this one would be left then';
  }
}

/** A rotation whose undo is on record. */
export type Undoing = Extract<Rotation, { readonly phase: 'undoing' }>;

/** Whether an earlier undo went the same way. */
export function isRepeated({ before, undo }: Undoing): boolean {
  return before.phase === 'undone' && before.undo.fromKeyId === undo.fromKeyId;
}

export interface LeftOf {
  readonly rotation: Undoing | Extract<Rotation, { readonly phase: 'undone' }>;
  /** The key that is taken back. */
  readonly key: KeyDetails;
}

/** What is known of a key that an undo takes back, or has left Active. */
export function leftFacts(
  { rotation, key }: LeftOf,
  { user, account, history }: UserAtHand,
): LeftKey {
  const records = history.recordsOf(rotation.id);
  const deliveredAt = servedAt(records, key.id);
  return {
    ...{ key, lastUse: key.lastUse, deliveredAt },
    checkedAt: records.findLast(({ step }) => isCheck(step))?.at,
    takenAt: rotation.phase === 'undone' || isRepeated(rotation) ? deliveredAt : undefined,
    uses: account.state.sightings.usesOf(user, key),
  };
}

const isCheck = ({ type }: JournalRecord['step']) => type === 'proved' || type === 'verified';
