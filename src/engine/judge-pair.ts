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
 * What is known of the pair without a question to AWS: from the place itself where it compares the secret, from the
 * record, else from custody. `unseen` where none of them tells.
 */
export async function seenPair(
  { keyId, pairMark }: Pick<MarkedKey, 'keyId' | 'pairMark'>,
  { texts, isCompared }: Held,
  { state }: Pick<AccountWork, 'state'>,
): Promise<'whole' | 'half' | 'unseen'> {
  if (isCompared) return 'whole';
  if (texts.length === 0) return 'unseen';
  if (pairMark !== undefined) {
    return findMarked(keyId, pairMark, texts) === undefined ? 'half' : 'whole';
  }
  const issued = await state.custody.get(keyId);
  if (issued === undefined) return 'unseen';
  return canBeRead(issued.secret.reveal(), texts) ? 'whole' : 'half';
}

/**
 * Nothing is left to be found out of a place that shows no text. AWS is asked only where nobody else tells: the
 * question would count as a use of the key.
 */
export async function judgePair(
  key: MarkedKey,
  held: Held,
  account: AccountWork,
): Promise<PairVerdict> {
  const seen = await seenPair(key, held, account);
  if (seen !== 'unseen') return { kind: seen };
  if (held.texts.length === 0) return { kind: 'whole' };
  const found = await findSecret(key, held.texts, account.gateway.verifier);
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
