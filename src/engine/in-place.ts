// Whether the places of a rotation have what its end depends on: the pair of the new key, ID and secret, and no
// trace of the old one (I3, I13). Asked by the decision, and once more just before the old key goes.

import { KeyturnError } from '../base/errors.ts';
import type { Destination, Held } from '../destinations/destination.ts';
import { readingsOf } from '../destinations/readings.ts';
import type { DeliveryReceipt } from '../lifecycle/record.ts';
import type { WithNewKey } from '../lifecycle/rotation.ts';
import { assertHeldNowhere, heldError, isNamedIn } from './held-anywhere.ts';
import { findSecret } from './secret-in-texts.ts';
import type { UserAtHand } from './user-work.ts';

/** What of the old key is in order. */
export interface Leaves {
  /** It stays Active, so that its places do not matter. */
  readonly stays?: boolean;
  /** A person wants it Inactive whatever reads it. */
  readonly althoughHeld?: boolean;
}

/**
 * Reads every place again. Throws `delivery-failed` when one does not hold the new pair, and `held-by-place`
 * when one holds the old key and that is to go.
 */
export async function assertInPlaces(
  rotation: WithNewKey,
  at: UserAtHand,
  { stays = false, althoughHeld = false }: Leaves = {},
): Promise<void> {
  const { oldKeyId, targets, user } = rotation;
  const receipts = 'receipts' in rotation ? rotation.receipts : [];
  const destinations = await at.account.places.toFinish(rotation);
  const goes = !stays && !althoughHeld;
  for (const [index, destination] of destinations.entries()) {
    const receipt = receipts[index];
    if (receipt === undefined) continue;
    const held = await assertHeld(rotation, destination, receipt);
    // A version never changes: it has what was proved and delivered, and was looked at then (I14).
    if (held.version !== undefined && held.version === receipt.version) continue;
    await assertPair(rotation, { held, receipt }, at);
    if (!goes || !isNamedIn(held.texts, oldKeyId)) continue;
    const where = `${receipt.kind} ${receipt.reference}`;
    throw heldError(oldKeyId, user, { kind: 'held', where });
  }
  // Those of other rotations of the user.
  if (goes) await assertHeldNowhere(oldKeyId, at, targets);
}

/** Throws `delivery-failed`. */
export async function assertHeld(
  { user, newKeyId }: WithNewKey,
  destination: Destination,
  receipt: DeliveryReceipt,
): Promise<Held> {
  const held = await destination.holds(newKeyId, receipt);
  if (held !== undefined) return held;
  throw failed(`${placeOf(receipt)} does not hold ${newKeyId} of ${user}`);
}

interface Placed {
  readonly held: Held;
  readonly receipt: DeliveryReceipt;
}

/** The ID alone is no pair: the secret beside it must be its own. AWS is asked once custody has it no more. */
async function assertPair(
  { newKeyId, oldKeyId, user }: WithNewKey,
  { held: { texts, isCompared }, receipt }: Placed,
  { account }: UserAtHand,
): Promise<void> {
  if (texts.length === 0 || isCompared) return;
  const issued = await account.state.custody.get(newKeyId);
  if (issued !== undefined) {
    const secret = issued.secret.reveal();
    const isThere = texts.some((text) =>
      [...readingsOf(text.reveal())].some((reading) => reading.includes(secret)),
    );
    if (isThere) return;
  } else {
    const { verifier } = account.gateway;
    const found = await findSecret({ keyId: newKeyId, oldKeyId }, texts, verifier);
    if (found.kind === 'found') return;
    if (found.kind === 'unclear' || found.kind === 'key-refused') {
      const why = found.kind === 'unclear' ? found.reason : 'AWS does not accept the key';
      const where = placeOf(receipt);
      throw failed(
        `whether ${where} has the secret of ${newKeyId} of ${user} is not known: ${why}`,
      );
    }
  }
  const where = placeOf(receipt);
  throw failed(`${where} holds the ID of ${newKeyId} of ${user}, and not its secret`);
}

function placeOf({ kind, reference }: DeliveryReceipt): string {
  return `${kind} ${reference}`;
}

function failed(message: string): KeyturnError {
  return new KeyturnError('delivery-failed', message, {
    hint: 'the old key was not touched; repair the destination, then run again',
  });
}
