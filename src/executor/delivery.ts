// What the engine does with the destinations of a rotation: all of them, one after the other. A
// delivery that fails in the middle of the list is repeated as a whole; each is safe to repeat.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import type { Destination } from '../destinations/destination.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import type { DeliveryReceipt, DeliveryTarget } from '../lifecycle/record.ts';
import type { Rotation } from '../lifecycle/rotation.ts';
import { destinationsOf, type ExecutorContext } from './context.ts';

/**
 * The places for a fresh rotation, after each has said that it could take a secret: a key that can
 * not be delivered is better not made. Throws `not-deliverable`.
 */
export async function prepareDelivery(
  user: string,
  oldKeyId: AccessKeyId,
  { destinations }: Pick<ExecutorContext, 'destinations'>,
): Promise<[DeliveryTarget, ...DeliveryTarget[]]> {
  const [first, ...others] = destinations(user, oldKeyId);
  for (const destination of [first, ...others]) await destination.prepare?.();
  return [targetOf(first), ...others.map(targetOf)];
}

function targetOf({ kind, place, alsoProfiles }: Destination): DeliveryTarget {
  return { kind, place, ...(alsoProfiles && { alsoProfiles }) };
}

/** Resolves when every destination has the secret and, read back, holds it (I3). */
export async function deliverEverywhere(
  rotation: Rotation,
  key: IssuedKey,
  context: ExecutorContext,
): Promise<DeliveryReceipt[]> {
  const receipts: DeliveryReceipt[] = [];
  for (const destination of destinationsOf(rotation, context)) {
    const receipt = await destination.deliver(key);
    await assertHeld(rotation, key.keyId, destination, receipt);
    receipts.push(receipt);
    const { kind, reference: place } = receipt;
    context.emit({ code: 'secret-delivered', user: key.user, newKeyId: key.keyId, kind, place });
  }
  return receipts;
}

/** I13: reads every destination again. Throws `delivery-failed` when one does not hold the key. */
export async function assertHeldEverywhere(
  rotation: Rotation,
  newKeyId: AccessKeyId,
  context: ExecutorContext,
): Promise<void> {
  const receipts = 'receipts' in rotation ? rotation.receipts : [];
  for (const [index, destination] of destinationsOf(rotation, context).entries()) {
    const receipt = receipts[index];
    if (receipt !== undefined) await assertHeld(rotation, newKeyId, destination, receipt);
  }
}

async function assertHeld(
  { user }: Rotation,
  newKeyId: AccessKeyId,
  destination: Destination,
  receipt: DeliveryReceipt,
): Promise<void> {
  if (await destination.holds(newKeyId, receipt)) return;
  throw new KeyturnError(
    'delivery-failed',
    `${receipt.kind} ${receipt.reference} does not hold ${newKeyId} of ${user}`,
    { hint: 'the old key was not touched; repair the destination, then run again' },
  );
}
