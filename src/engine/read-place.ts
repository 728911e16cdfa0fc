// What a place shows between rotations, by reads alone. AWS is not asked about the pair: the question would be
// signed with the key, and count as a use of it (I15).

import type { AccessKeyId } from '../base/access-key-id.ts';
import { assert, type KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { Destination, Held } from '../destinations/destination.ts';
import { canBeRead, keyIdsIn, readingsOfAll } from '../destinations/readings.ts';
import { REWRITTEN } from '../destinations/written.ts';
import type { PlaceReading } from '../lifecycle/judge-place.ts';
import type { ServedPlace } from '../lifecycle/served-places.ts';
import { findMarked } from './secret-in-texts.ts';
import type { UserAtHand } from './user-work.ts';

/** The place, open. Throws `other-destination`. */
export async function openPlace(
  { rotation, target }: ServedPlace,
  { account }: UserAtHand,
): Promise<Destination> {
  const [only] = await account.places.toTidyUp({ ...rotation, targets: [target] });
  assert(only !== undefined, 'every target is opened, or what it throws is met');
  return only;
}

export async function readPlace(served: ServedPlace, at: UserAtHand): Promise<PlaceReading> {
  try {
    const destination = await openPlace(served, at);
    const { keyId, nextKeyId } = served;
    const held = await heldKey(destination, served);
    if (held !== undefined) {
      return { kind: 'holds', keyId: held.keyId, pair: await pairOf(held, at) };
    }
    const texts = await destination.textsRead?.();
    const isGone = texts?.every((text) => text.reveal().trim() === '') === true;
    const refusal = await refusalOf(destination);
    if (isGone) return { kind: 'gone', refusal };
    const keyIds = keyIdsIn(readingsOfAll(texts ?? []));
    // A place that shows all of it says more than why it would take nothing.
    const isTold = keyIds.some((id) => id !== keyId && id !== nextKeyId);
    return { kind: 'other', keyIds, refusal: isTold ? undefined : refusal };
  } catch (thrown) {
    const why = toKeyturnError(thrown);
    if (why.isStop) throw why;
    return { kind: why.cause === REWRITTEN ? 'rewritten' : 'unreadable', why };
  }
}

type HeldKey = Held & { readonly keyId: AccessKeyId };

async function heldKey(
  destination: Destination,
  { keyId, nextKeyId, receipt, target }: ServedPlace,
): Promise<HeldKey | undefined> {
  const known = receipt ?? { kind: target.kind, reference: target.place };
  const held = await destination.holds(keyId, known);
  if (held !== undefined) {
    // A version never changes, and this one was looked at when it was delivered.
    const isAsDelivered = held.version !== undefined && held.version === receipt?.version;
    return { ...held, keyId, ...(isAsDelivered && { isCompared: true }) };
  }
  if (nextKeyId === undefined) return undefined;
  const next = await destination.holds(nextKeyId, { kind: known.kind, reference: target.place });
  return next && { ...next, keyId: nextKeyId };
}

async function pairOf(
  { keyId, texts, isCompared }: HeldKey,
  { account, history }: UserAtHand,
): Promise<'whole' | 'half' | 'unseen'> {
  if (isCompared) return 'whole';
  if (texts.length === 0) return 'unseen';
  const pairMark = history.rotationThatMade(keyId)?.pairMark;
  if (pairMark !== undefined) {
    return findMarked(keyId, pairMark, texts) === undefined ? 'half' : 'whole';
  }
  const issued = await account.state.custody.get(keyId);
  if (issued === undefined) return 'unseen';
  const secret = issued.secret.reveal();
  return canBeRead(secret, texts) ? 'whole' : 'half';
}

/** What the place says to whoever would write the key there (I14). */
async function refusalOf(destination: Destination): Promise<KeyturnError | undefined> {
  try {
    await destination.prepare?.();
    return undefined;
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.isStop) throw error;
    return error;
  }
}
