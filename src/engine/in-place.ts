// Whether the places of a rotation have what its end depends on: the pair of the new key, ID and secret, and no
// trace of the old one (I3, I13). Asked by the decision, and once more just before the old key goes.

import { KeyturnError } from '../base/errors.ts';
import { verifyCommand } from '../base/key-command.ts';
import type { Destination, Held } from '../destinations/destination.ts';
import type { DeliveryReceipt } from '../lifecycle/record.ts';
import type { WithNewKey } from '../lifecycle/rotation.ts';
import { assertHeldNowhere, heldError, isNamedIn } from './held-anywhere.ts';
import { judgePair } from './judge-pair.ts';
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
    const { texts, isAsDelivered } = await assertPairHeld(rotation, { destination, receipt }, at);
    if (isAsDelivered || !goes || !isNamedIn(texts, oldKeyId)) continue;
    const where = `${receipt.kind} ${receipt.reference}`;
    throw heldError(oldKeyId, user, { kind: 'held', where });
  }
  // Those of other rotations of the user.
  if (goes) await assertHeldNowhere(oldKeyId, at, targets);
}

/** A place that has, or had, what the receipt says. */
export interface PlaceOnRecord {
  readonly destination: Destination;
  readonly receipt: DeliveryReceipt;
}

/** Reads one place again: ID and secret. Throws `delivery-failed`. */
export async function assertPairHeld(
  rotation: WithNewKey,
  { destination, receipt }: PlaceOnRecord,
  at: UserAtHand,
): Promise<Pick<Held, 'texts'> & { readonly isAsDelivered: boolean }> {
  const held = await assertHeld(rotation, { destination, receipt }, at);
  // A version never changes: it has what was proved and delivered, and was looked at then (I14).
  const isAsDelivered = held.version !== undefined && held.version === receipt.version;
  if (!isAsDelivered) await assertPair(rotation, { held, receipt }, at);
  return { texts: held.texts, isAsDelivered };
}

/** Throws `delivery-failed`. */
export async function assertHeld(
  rotation: WithNewKey,
  { destination, receipt }: PlaceOnRecord,
  at: Pick<UserAtHand, 'account'>,
): Promise<Held> {
  const { user, newKeyId } = rotation;
  const held = await destination.holds(newKeyId, receipt);
  if (held !== undefined) return held;
  throw failed(rotation, `${placeOf(receipt)} does not hold ${newKeyId} of ${user}`, at);
}

/** The ID alone is no pair: the secret beside it must be its own. */
async function assertPair(
  rotation: WithNewKey,
  { held, receipt }: { readonly held: Held; readonly receipt: DeliveryReceipt },
  { account }: UserAtHand,
): Promise<void> {
  const { newKeyId: keyId, oldKeyId, pairMark, user } = rotation;
  const pair = await judgePair({ keyId, oldKeyId, pairMark }, held, account);
  if (pair.kind === 'whole') return;
  const where = placeOf(receipt);
  throw failed(
    rotation,
    pair.kind === 'half'
      ? `${where} holds the ID of ${keyId} of ${user}, and not its secret`
      : `whether ${where} has the secret of ${keyId} of ${user} is not known: ${pair.why}`,
    { account },
  );
}

function placeOf({ kind, reference }: DeliveryReceipt): string {
  return `${kind} ${reference}`;
}

/** A place that had the key may be given it again; one that is being delivered to is, by the run that goes on. */
function failed(
  rotation: WithNewKey,
  message: string,
  { account }: Pick<UserAtHand, 'account'>,
): KeyturnError {
  const repair = 'the old key was not touched; repair the destination, then run again';
  const { reach } = account.policy;
  const heal = verifyCommand(rotation.user, ['--heal', '--dry-run'], reach);
  return new KeyturnError('delivery-failed', message, {
    hint:
      'receipts' in rotation
        ? [repair, 'what could be copied there from a place that still has the pair tells:', heal]
        : repair,
  });
}
