// Whether the secret that stands beside the ID of a key at a place is its own (I3, I13).

import type { Held } from '../destinations/destination.ts';
import { readingsOf } from '../destinations/readings.ts';
import type { AccountWork } from './account-work.ts';
import { findSecret, type SoughtKey } from './secret-in-texts.ts';

export type PairVerdict =
  | { readonly kind: 'whole' }
  /** The ID of this key, and the secret of another. */
  | { readonly kind: 'half' }
  | { readonly kind: 'unclear'; readonly why: string };

/**
 * Nothing is left to be found out of a place that compares the secret itself.
 * AWS is asked only once custody has the secret no more.
 */
export async function judgePair(
  key: SoughtKey,
  { texts, isCompared }: Held,
  { state, gateway }: AccountWork,
): Promise<PairVerdict> {
  if (texts.length === 0 || isCompared) return { kind: 'whole' };
  const issued = await state.custody.get(key.keyId);
  if (issued !== undefined) {
    const secret = issued.secret.reveal();
    const isThere = texts.some((text) =>
      [...readingsOf(text.reveal())].some((reading) => reading.includes(secret)),
    );
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
