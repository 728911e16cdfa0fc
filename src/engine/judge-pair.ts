// Whether the secret that stands beside the ID of a key at a place is its own (I3, I13).

import type { Held } from '../destinations/destination.ts';
import { canBeRead } from '../destinations/readings.ts';
import type { AccountWork } from './account-work.ts';
import { findMarked, findSecret, type MarkedKey } from './secret-in-texts.ts';

export type PairVerdict =
  | { readonly kind: 'whole' }
  /** The ID of this key, and the secret of another. */
  | { readonly kind: 'half' }
  | { readonly kind: 'unclear'; readonly why: string };

/**
 * Nothing is left to be found out of a place that compares the secret itself.
 * AWS is asked only where neither custody nor the record tells: the question would count as a use of the key.
 */
export async function judgePair(
  key: MarkedKey,
  { texts, isCompared }: Held,
  { state, gateway }: AccountWork,
): Promise<PairVerdict> {
  if (texts.length === 0 || isCompared) return { kind: 'whole' };
  const issued = await state.custody.get(key.keyId);
  if (issued !== undefined) {
    const secret = issued.secret.reveal();
    return { kind: canBeRead(secret, texts) ? 'whole' : 'half' };
  }
  if (key.pairMark !== undefined) {
    const isThere = findMarked(key.keyId, key.pairMark, texts) !== undefined;
    return { kind: isThere ? 'whole' : 'half' };
  }
  const found = await findSecret(key, texts, gateway.verifier);
  switch (found.kind) {
    case 'found':
      return { kind: 'whole' };
    case 'unclear':
      return { kind: 'unclear', why: found.reason };
    case 'key-refused':
      return { kind: 'unclear', why: 'AWS does not accept the key' };
    case 'named':
    case 'nothing':
      return { kind: 'half' };
  }
}
