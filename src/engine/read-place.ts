// What a place shows between rotations, by reads alone. AWS is not asked about the pair: the question would be
// signed with the key, and count as a use of it (I15).

import type { AccessKeyId } from '../base/access-key-id.ts';
import { NO_SUCH_THING } from '../base/aws-stores.ts';
import { assert, type KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { Destination, Held } from '../destinations/destination.ts';
import { keyIdsIn, readingsOfAll } from '../destinations/readings.ts';
import { REWRITTEN } from '../destinations/written.ts';
import type { PlaceReading } from '../lifecycle/judge-place.ts';
import type { ServedPlace } from '../lifecycle/served-places.ts';
import { seenPair } from './judge-pair.ts';
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
      const pairMark = at.history.rotationThatMade(held.keyId)?.pairMark;
      const pair = await seenPair({ keyId: held.keyId, pairMark }, held, at.account);
      return { kind: 'holds', keyId: held.keyId, pair };
    }
    const texts = await destination.textsRead?.();
    // One that could be made reads as an empty one.
    const missing = (await destination.making?.missing()) ?? [];
    const isEmpty = texts?.every((text) => text.reveal().trim() === '') === true;
    const refusal = await refusalOf(destination);
    const isGone = isEmpty || missing.length > 0 || refusal?.cause === NO_SUCH_THING;
    if (isGone) return { kind: 'gone', refusal };
    const keyIds = keyIdsIn(readingsOfAll(texts ?? []));
    // A place that shows all of it says more than why it would take nothing.
    const isTold = keyIds.some((id) => id !== keyId && id !== nextKeyId);
    return { kind: 'other', keyIds, refusal: isTold ? undefined : refusal };
  } catch (thrown) {
    const why = toKeyturnError(thrown);
    if (why.isStop) throw why;
    if (why.cause === NO_SUCH_THING) return { kind: 'gone', refusal: why };
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
