// What the engine does with the destinations of a rotation: all of them, one after the other, and each with a
// receipt of its own in the journal. A delivery to several that fails at some is repeated at those alone.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import { joinedError } from '../base/joined-error.ts';
import type { Destination } from '../destinations/destination.ts';
import { isMeantBy, jointTarget, targetOf, thingsAt } from '../destinations/kinds.ts';
import { REWRITTEN } from '../destinations/written.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import { receiptAt } from '../lifecycle/known-places.ts';
import { placesServed } from '../lifecycle/last-served.ts';
import { placeWord } from '../lifecycle/plan-step.ts';
import type { MissingPlace, PlaceRefusal, Question, Targets } from '../lifecycle/questions.ts';
import type { DeliveryReceipt, DeliveryTarget, JournaledTarget } from '../lifecycle/record.ts';
import { hasNewKey, type Rotation, type WithNewKey } from '../lifecycle/rotation.ts';
import type { AccountWork } from './account-work.ts';
import { heldAt } from './held-anywhere.ts';
import { assertHeld, type PlaceOnRecord } from './in-place.ts';
import { judgePair } from './judge-pair.ts';
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
  const errors: KeyturnError[] = [];
  for (const destination of [first, ...others]) {
    const error = await failureAt(async () => {
      await destination.prepare?.();
      const places = (await destination.making?.missing()) ?? [];
      missing.push(...places.map((place) => ({ kind: destination.kind, place })));
    });
    if (error !== undefined) errors.push(others.length === 0 ? error : naming(destination, error));
  }
  const error = joinedError(errors);
  if (error !== undefined) throw error;
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
  work: UserWork,
): Promise<void> {
  const { user, account } = work;
  if (missing.length === 0) return;
  for (const each of missing) work.assertPlanned({ do: 'make-place', place: placeWord(each) });
  const own = await account.places.forNew(user, oldKeyId);
  for (const { making } of own) await making?.make();
  for (const { kind, place } of missing) account.emit({ code: 'place-made', user, kind, place });
  // What only shows once it is there, such as a KMS key that may not be used, must not cost a key.
  for (const destination of own)
    if (destination.making !== undefined) await destination.prepare?.();
}

/**
 * Which places of a rotation that is open would not take its key: each is asked, and may hold a half of the key by
 * now.
 */
export async function prepareToFinish(
  rotation: Rotation,
  { account }: UserAtHand,
): Promise<readonly PlaceRefusal[]> {
  const { custody } = account.state;
  const key = hasNewKey(rotation) ? await custody.get(rotation.newKeyId) : undefined;
  const refused: PlaceRefusal[] = [];
  for (const [target, destination] of await targeted(rotation, account)) {
    const error = await failureAt(() => destination.prepare?.(key));
    if (error !== undefined) refused.push({ target, error: named(rotation, target, error) });
  }
  return refused;
}

/**
 * The places of the earlier rotation that this run would not serve: whoever reads the key there would be
 * left with one that stops working. Those that the operator has said are read no more are left out.
 */
export async function placesLeft(
  { oldKeyId, served, ifHeldAt }: Extract<Question, { ask: 'left' }>,
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
  const left = (ifHeldAt === undefined ? placesServed(served) : [ifHeldAt]).filter(
    (target) => !isServed(target) && !movedFrom.some((place) => isMeantBy(place, target, facts)),
  );
  if (ifHeldAt === undefined && 'receipts' in served) return left;
  // Nobody here has delivered the key there: whether anybody reads it at such a place, the place tells.
  const holding = await Promise.all(
    left.map(async (target) => ({
      target,
      is: await heldAt({ rotation: served, target, receipt: undefined }, oldKeyId, at),
    })),
  );
  return holding.filter(({ is }) => is.kind !== 'nowhere').map(({ target }) => target);
}

/**
 * Resolves when every destination has the secret and, read back, holds it (I3). One that fails keeps no other
 * from its secret: what each has is on record before the next one is written, and is not written again by the
 * run that takes the rotation up. Throws what the failed ones say, all of it.
 */
export async function deliverEverywhere(
  rotation: WithNewKey,
  key: IssuedKey,
  work: UserWork,
): Promise<DeliveryReceipt[]> {
  const receipts: DeliveryReceipt[] = [];
  const errors: KeyturnError[] = [];
  for (const [target, destination] of await targeted(rotation, work.account)) {
    const known = receiptAt(rotation, target);
    const refused = work.refused.find((each) => isSamePlace(each.target, target))?.error;
    let receipt: DeliveryReceipt | undefined;
    const error =
      refused ??
      (await failureAt(async () => {
        receipt = await deliverTo(rotation, { target, destination, known, key }, work);
      }));
    if (error !== undefined) errors.push(named(rotation, target, error));
    if (receipt === undefined) continue;
    receipts.push(receipt);
    // The record of the delivery as a whole says it of the last one.
    const isLast = receipts.length === rotation.targets.length;
    if (receipt !== known && !isLast) await work.record(rotation.id, placedAt(target, receipt));
  }
  const error = joinedError(errors);
  if (error !== undefined) throw tellingCustody(error, key.keyId, work);
  return receipts;
}

/** Until every place has the secret, whoever reads of the failure wants to know where it is. */
function tellingCustody(error: KeyturnError, keyId: AccessKeyId, { account }: UserWork) {
  const { code, message, hintParts, notBefore, cause } = error;
  if (code !== 'delivery-failed') return error;
  const hint = [...hintParts, `the new secret is kept in ${account.state.custody.describe(keyId)}`];
  return new KeyturnError(code, message, { hint, notBefore, cause });
}

export function placedAt(target: JournaledTarget, receipt: DeliveryReceipt) {
  return { type: 'placed', target: targetOf(target), receipt } as const;
}

interface Delivering {
  /** As the journal names it. */
  readonly target: JournaledTarget;
  readonly destination: Destination;
  /** Of an earlier run. */
  readonly known: DeliveryReceipt | undefined;
  readonly key: IssuedKey;
}

/** Writes the place, unless it still has what an earlier run has written there (I13). */
async function deliverTo(
  rotation: WithNewKey,
  { target, destination, known, key }: Delivering,
  work: UserWork,
): Promise<DeliveryReceipt> {
  if (known !== undefined && (await stillHolds(rotation, { destination, receipt: known }, work))) {
    return known;
  }
  work.assertPlanned({ do: 'deliver', place: placeWord(target) });
  return await deliverOne(rotation, { destination, key }, work);
}

/** Resolves when the destination has the secret and, read back, holds it (I3). */
export async function deliverOne(
  rotation: WithNewKey,
  { destination, key }: Pick<Delivering, 'destination' | 'key'>,
  work: UserWork,
): Promise<DeliveryReceipt> {
  const { user, account } = work;
  const terms = account.places.termsAt(targetOf(destination));
  const receipt = { ...terms, ...(await destination.deliver(key)) };
  await assertHeld(rotation, { destination, receipt }, work);
  const { kind, reference: place } = receipt;
  account.emit({ code: 'secret-delivered', user, newKeyId: key.keyId, kind, place });
  return receipt;
}

/** What cannot be read is not written either: it would be no better known after that (I11). */
export async function stillHolds(
  { newKeyId: keyId, oldKeyId, pairMark }: WithNewKey,
  { destination, receipt }: PlaceOnRecord,
  { account }: Pick<UserAtHand, 'account'>,
): Promise<boolean> {
  const held = await destination.holds(keyId, receipt).catch((thrown: unknown) => {
    // Somebody wrote there, and nothing shows what: it is looked at and written like any other place (I14).
    if (toKeyturnError(thrown).cause === REWRITTEN) return undefined;
    throw thrown;
  });
  if (held === undefined) return false;
  return (await judgePair({ keyId, oldKeyId, pairMark }, held, account)).kind === 'whole';
}

/** The places of an open rotation that would be written by the run that goes on with it. */
export async function placesToWrite(
  rotation: Rotation,
  at: UserAtHand,
): Promise<readonly JournaledTarget[]> {
  if (!hasNewKey(rotation)) return rotation.targets;
  const toWrite: JournaledTarget[] = [];
  for (const [target, destination] of await targeted(rotation, at.account)) {
    const receipt = receiptAt(rotation, target);
    const has = receipt !== undefined && (await stillHolds(rotation, { destination, receipt }, at));
    if (!has) toWrite.push(target);
  }
  return toWrite;
}

async function targeted(
  rotation: Rotation,
  { places }: AccountWork,
): Promise<readonly (readonly [JournaledTarget, Destination])[]> {
  const destinations = await places.toFinish(rotation);
  return rotation.targets.flatMap((target, index) => {
    const destination = destinations[index];
    return destination === undefined ? [] : [[target, destination] as const];
  });
}

/** What a place says that fails. Whoever stops the run, or dies, stops it for all places. */
async function failureAt(work: () => Promise<void> | undefined): Promise<KeyturnError | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof KeyturnError) || thrown.isStop) throw thrown;
    return thrown;
  }
}

/** Of several places a reader must be told which one it is. */
function named({ targets }: Rotation, target: DeliveryTarget, error: KeyturnError): KeyturnError {
  return targets.length === 1 ? error : naming(target, error);
}

function naming({ kind, place }: DeliveryTarget, error: KeyturnError): KeyturnError {
  const { code, message, hintParts: hint, notBefore, cause } = error;
  if (message.includes(place)) return error;
  return new KeyturnError(code, `${kind} ${place}: ${message}`, { hint, notBefore, cause });
}

function isSamePlace(one: DeliveryTarget, other: DeliveryTarget): boolean {
  return one.kind === other.kind && one.place === other.place;
}
