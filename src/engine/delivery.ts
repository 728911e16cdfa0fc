// What the engine does with the destinations of a rotation: all of them, one after the other. A
// delivery that fails in the middle of the list is repeated as a whole; each is safe to repeat.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { toKeyturnError } from '../base/errors.ts';
import type { Destination } from '../destinations/destination.ts';
import { isMeantBy, jointTarget, targetOf, thingsAt } from '../destinations/kinds.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import { placesServed } from '../lifecycle/last-served.ts';
import type { MissingPlace, Question, Targets } from '../lifecycle/questions.ts';
import type { DeliveryReceipt, JournaledTarget } from '../lifecycle/record.ts';
import { hasNewKey, type Rotation, type WithNewKey } from '../lifecycle/rotation.ts';
import { heldAt } from './held-anywhere.ts';
import { assertHeld } from './in-place.ts';
import { placeFacts } from './place-facts.ts';
import type { UserAtHand, UserWork } from './user-work.ts';

/**
 * The places for a fresh rotation, after each has said that it could take a secret: a key that can
 * not be delivered is better not made. Throws `not-deliverable`.
 */
export async function prepareDelivery(
  { user, account }: UserAtHand,
  oldKeyId: AccessKeyId,
): Promise<Prepared> {
  const [first, ...others] = await account.places.forNew(user, oldKeyId);
  const missing: MissingPlace[] = [];
  for (const destination of [first, ...others]) {
    await destination.prepare?.();
    const places = (await destination.making?.missing()) ?? [];
    missing.push(...places.map((place) => ({ kind: destination.kind, place })));
  }
  return { targets: [targetOf(first), ...others.map(targetOf)], missing };
}

interface Prepared {
  readonly targets: Targets;
  /** What is made before the key is. */
  readonly missing: readonly MissingPlace[];
}

/** Makes what was found missing: a key that cannot be delivered is better not made. */
export async function makePlaces(
  oldKeyId: AccessKeyId,
  missing: readonly MissingPlace[],
  { user, account }: UserWork,
): Promise<void> {
  if (missing.length === 0) return;
  const own = await account.places.forNew(user, oldKeyId);
  for (const { making } of own) await making?.make();
  for (const { kind, place } of missing) account.emit({ code: 'place-made', user, kind, place });
  // What only shows once it is there, such as a KMS key that may not be used, must not cost a key.
  for (const destination of own)
    if (destination.making !== undefined) await destination.prepare?.();
}

/** The same for the places of a rotation that is open, which may hold a half of its key by now. */
export async function prepareToFinish(rotation: Rotation, { account }: UserAtHand): Promise<void> {
  const { places, state } = account;
  const key = hasNewKey(rotation) ? await state.custody.get(rotation.newKeyId) : undefined;
  for (const destination of await places.toFinish(rotation)) await destination.prepare?.(key);
}

/**
 * The places of the earlier rotation that this run would not serve: whoever reads the key there would be
 * left with one that stops working. Those that the operator has said are read no more are left out.
 */
export async function placesLeft(
  { oldKeyId, served }: Extract<Question, { ask: 'left' }>,
  at: UserAtHand,
): Promise<readonly JournaledTarget[]> {
  const { user, account } = at;
  let own: readonly Destination[];
  try {
    own = await account.places.forNew(user, oldKeyId);
  } catch (thrown) {
    // That these do not fit the user is told when they are to be prepared.
    if (toKeyturnError(thrown).code === 'not-deliverable') return [];
    throw thrown;
  }
  const things = new Set(own.flatMap(thingsAt));
  const isServed = (target: JournaledTarget) =>
    thingsAt(target).every((thing) => things.has(thing)) ||
    own.some((each) => jointTarget(each, target) !== undefined);
  const { movedFrom = [] } = account.policy;
  const facts = placeFacts(user, account.gateway);
  const left = placesServed(served).filter(
    (target) => !isServed(target) && !movedFrom.some((place) => isMeantBy(place, target, facts)),
  );
  if ('receipts' in served) return left;
  // Nothing was delivered there: whether anybody reads the old key at such a place, the place tells.
  const holding = await Promise.all(
    left.map(async (target) => ({
      target,
      is: await heldAt({ rotation: served, target, receipt: undefined }, oldKeyId, at),
    })),
  );
  return holding.filter(({ is }) => is.kind !== 'nowhere').map(({ target }) => target);
}

/** Resolves when every destination has the secret and, read back, holds it (I3). */
export async function deliverEverywhere(
  rotation: WithNewKey,
  key: IssuedKey,
  { user, account }: UserWork,
): Promise<DeliveryReceipt[]> {
  const receipts: DeliveryReceipt[] = [];
  for (const destination of await account.places.toFinish(rotation)) {
    const terms = account.places.termsAt(targetOf(destination));
    const receipt = { ...terms, ...(await destination.deliver(key)) };
    await assertHeld(rotation, destination, receipt);
    receipts.push(receipt);
    const { kind, reference: place } = receipt;
    account.emit({ code: 'secret-delivered', user, newKeyId: key.keyId, kind, place });
  }
  return receipts;
}
