// What is to be made of a place that was looked at between rotations.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { KeyturnError } from '../base/errors.ts';
import type { AccessKey, KeyStatus } from './keys.ts';
import type { FoundState } from './record.ts';
import type { ServedPlace } from './served-places.ts';

/** What a place shows. */
export type PlaceReading =
  /** The ID of the key that it should have, or of the one that is on its way there. */
  | {
      readonly kind: 'holds';
      readonly keyId: AccessKeyId;
      readonly pair: 'whole' | 'half' | 'unseen';
    }
  /** Something else: the IDs of keys in it, as far as they can be read, and what it says to a writer. */
  | {
      readonly kind: 'other';
      readonly keyIds: readonly AccessKeyId[];
      readonly refusal: KeyturnError | undefined;
    }
  /** Somebody has written there since, and it does not show what. */
  | { readonly kind: 'rewritten'; readonly why: KeyturnError }
  | { readonly kind: 'gone'; readonly refusal: KeyturnError | undefined }
  | { readonly kind: 'unreadable'; readonly why: KeyturnError };

export type PlaceState = FoundState | 'unreadable';

export interface PlaceVerdict {
  readonly state: PlaceState;
  /** For people; undefined where all is well. */
  readonly reason: string | undefined;
  /** Whether the secret beside the ID was held against what is known of it. */
  readonly isPairSeen: boolean;
}

/** `keys` are those that the user has; undefined where they could not be read. */
export function judgePlace(
  reading: PlaceReading,
  { keyId, nextKeyId }: Pick<ServedPlace, 'keyId' | 'nextKeyId'>,
  keys: readonly AccessKey[] | undefined,
): PlaceVerdict {
  const verdict = (state: PlaceState, reason: string, isPairSeen = false) => ({
    ...{ state, reason, isPairSeen },
  });
  switch (reading.kind) {
    case 'unreadable':
      return verdict('unreadable', reading.why.message);
    case 'rewritten':
      return verdict('overwritten', reading.why.message);
    case 'gone':
      return verdict('gone', reading.refusal?.message ?? 'it does not exist any more');
    case 'other': {
      const { keyIds, refusal } = reading;
      const named = keyIds.filter((id) => id !== keyId && id !== nextKeyId);
      const what = named.length === 0 ? undefined : `it names ${named.join(' and ')}`;
      return verdict(
        'overwritten',
        refusal?.message ?? what ?? `it does not have ${keyId}, nor any other key that shows`,
      );
    }
    case 'holds': {
      const isPairSeen = reading.pair !== 'unseen';
      const ofKey = `of ${reading.keyId}`;
      if (reading.pair === 'half') {
        return verdict('half-written', `it has the ID ${ofKey}, and not its secret`, true);
      }
      const status = keys && statusOf(reading.keyId, keys);
      if (status === 'Active') return { state: 'fine', reason: undefined, isPairSeen };
      if (status === undefined) return verdict('unreadable', 'the keys of the user are not known');
      return verdict('dead', `${reading.keyId} is ${status}`, isPairSeen);
    }
  }
}

function statusOf(keyId: AccessKeyId, keys: readonly AccessKey[]): KeyStatus | 'gone' {
  return keys.find(({ id }) => id === keyId)?.status ?? 'gone';
}
