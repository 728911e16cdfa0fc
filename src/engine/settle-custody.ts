// Copies of secrets that have done their work.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { Destination } from '../destinations/destination.ts';
import { deliversCustody } from '../destinations/kinds.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import { type Delivered, isSettled, type Rotation, type Settled } from '../lifecycle/rotation.ts';
import type { AccountWork } from './account-work.ts';
import { type UserWork, whileAlone } from './user-work.ts';

/** A rotation whose places have the new key, or were put back; in the end its old key may be gone. */
type Spent = Settled | (Extract<Rotation, { readonly phase: 'closed' }> & Delivered);

/** Undefined for a rotation that is on its way, or came to nothing. */
export function spentBy(rotation: Rotation): Spent | undefined {
  if (isSettled(rotation)) return rotation;
  if (rotation.phase !== 'closed' || rotation.reason !== 'old-key-gone') return undefined;
  return rotation.delivery && { ...rotation, ...rotation.delivery };
}

/**
 * The rotation has come to its cut-over and every destination holds the secret, so the plain copy in custody goes
 * (I8), unless it is what was delivered. One that stays because of a fault does not undo the
 * rotation: the next run tries again.
 */
export async function settleCustody(rotation: Spent, work: UserWork): Promise<void> {
  const { account, history } = work;
  const { custody } = account.state;
  const { newKeyId, user } = rotation;
  const destinations = await account.places.toTidyUp(rotation);
  if (!isSpent(destinations)) return;
  const about = { user, newKeyId, path: custody.describe(newKeyId) };
  try {
    if (!(await custody.holds(newKeyId))) return;
    if (rotation.phase === 'undone') await assertNotNeeded(rotation, destinations, work);
    else if (isStillServed(rotation, history)) await assertPlaced(rotation, destinations);
    await sealAgain(newKeyId, destinations, work);
    await custody.remove(newKeyId, user);
    account.emit({ code: 'handoff-removed', ...about });
  } catch (thrown) {
    account.emit({ code: 'handoff-kept', ...about, reason: toKeyturnError(thrown).message });
  }
}

/**
 * Whether anybody may still read the key in its places: until a later rotation has cut it off. One that is in
 * grace has brought a successor there, but leaves this key to those who read it before.
 */
function isStillServed({ newKeyId }: Spent, history: UserHistory): boolean {
  const successor = history.latest(({ oldKeyId }) => oldKeyId === newKeyId);
  return successor?.phase !== 'deactivated' && successor?.phase !== 'completed';
}

/**
 * I10: where an undo has left the key Active, its secret stays with somebody. A place that went back keeps it,
 * unless it was never delivered there.
 */
async function assertNotNeeded(
  { newKeyId, user }: Spent,
  destinations: readonly Destination[],
  work: UserWork,
): Promise<void> {
  const listed = (await work.listKeys()).find(({ id }) => id === newKeyId);
  if (listed?.status !== 'Active') return;
  const key = await work.account.state.custody.get(newKeyId);
  if (key === undefined) return;
  for (const { wayBack } of destinations) {
    const kept = await wayBack?.secretOf(newKeyId);
    if (kept?.equals(key.secret) === true) return;
  }
  throw new KeyturnError(
    'delivery-failed',
    `${newKeyId} of ${user} was left Active when its rotation was undone, and this is the only copy of its ` +
      'secret: undo it once more, and the key is made Inactive if nobody uses it',
  );
}

/** In the form in which it stays, for a place that takes one. A run that cannot open it leaves it as it is. */
async function sealAgain(
  newKeyId: AccessKeyId,
  destinations: readonly Destination[],
  { account }: UserWork,
): Promise<void> {
  const sealing = destinations.filter(({ seal }) => seal !== undefined);
  if (sealing.length === 0) return;
  const key = await account.state.custody.get(newKeyId);
  if (key === undefined) return;
  for (const destination of sealing) await destination.seal?.(key);
}

/** I13: every place is read again before the last other copy of the secret goes. */
async function assertPlaced(
  { newKeyId, receipts }: Spent,
  destinations: readonly Destination[],
): Promise<void> {
  for (const [index, destination] of destinations.entries()) {
    const { kind, place: reference } = destination;
    if (await destination.holds(newKeyId, receipts[index] ?? { kind, reference })) continue;
    throw new KeyturnError(
      'delivery-failed',
      `${kind} ${reference} does not hold ${newKeyId} any more, so its readers may be without a ` +
        'working key, and this is the only other copy of its secret: put it back there, or undo the rotation',
    );
  }
}

/**
 * The same for the user's earlier rotations. The run that ends one does so itself; this is for one
 * that died right before it.
 */
export async function settleLeftOver(work: UserWork): Promise<void> {
  // What is kept is asked only for a user of whom something may be: it may be kept of very many.
  const held = work.history.latest(mayBeOfNoUse) && (await work.account.state.custody.list());
  for (const { keyId, user } of held ?? []) {
    const rotation = user === work.user ? work.history.rotationThatMade(keyId) : undefined;
    if (rotation && (await isOfNoUse(rotation, keyId, work))) await forget(keyId, work);
  }
  for (const each of work.history.rotations) {
    const rotation = settlingBy(each);
    if (rotation === undefined || work.history.hasDeleted(rotation.newKeyId)) continue;
    if ((await placesOf(rotation, work.account)) !== undefined) await settleCustody(rotation, work);
  }
}

/**
 * The same for every user who `isMeant`; a user who is being rotated is left to that run. Meant for
 * the beginning of a run: users who have nothing else to do are not looked at again (I8).
 */
export async function settleAllLeftOver(
  account: AccountWork,
  isMeant: (user: string) => boolean,
): Promise<void> {
  const users = new Set<string>();
  for (const held of await account.state.custody.list()) {
    if (held.user === undefined || users.has(held.user) || !isMeant(held.user)) continue;
    if (await isLeftOver(held.keyId, held.user, account)) users.add(held.user);
  }
  for (const user of users) {
    try {
      await whileAlone(user, account, settleLeftOver);
    } catch {
      // Its claim is held, or the claim cannot be taken: the next run comes by.
    }
  }
}

async function isLeftOver(
  keyId: AccessKeyId,
  user: string,
  account: AccountWork,
): Promise<boolean> {
  const history = await account.state.history(user);
  const rotation = history.rotationThatMade(keyId);
  if (rotation === undefined) return false;
  if (isTakenBack(rotation, keyId, history) || isNewKeyGone(rotation)) return true;
  const settling = settlingBy(rotation);
  if (settling === undefined) return false;
  const destinations = await placesOf(settling, account);
  return destinations !== undefined && isSpent(destinations);
}

/** Whether the key was deleted again before any place had it: then its secret is of no use. */
function isTakenBack(rotation: Rotation, keyId: AccessKeyId, history: UserHistory): boolean {
  return isDiscarded(rotation) && history.hasDeleted(keyId);
}

/** Only the secret of a rotation that was closed can be of no use to anybody. */
function mayBeOfNoUse(rotation: Rotation): boolean {
  return isDiscarded(rotation) || isNewKeyGone(rotation);
}

function isDiscarded(rotation: Rotation): boolean {
  return rotation.phase === 'closed' && rotation.reason === 'discarded';
}

/** Whether nobody can ever use the secret: its key does not exist any more. */
async function isOfNoUse(rotation: Rotation, keyId: AccessKeyId, work: UserWork): Promise<boolean> {
  if (isTakenBack(rotation, keyId, work.history)) return true;
  if (!isNewKeyGone(rotation)) return false;
  // A list may be older than a key; the one that closed the rotation was read by an earlier run.
  return !(await work.listKeys()).some(({ id }) => id === keyId);
}

/** Somebody has deleted the new key before the rotation came to its end. */
function isNewKeyGone(rotation: Rotation): boolean {
  return rotation.phase === 'closed' && rotation.reason === 'new-key-gone';
}

/** I8: the secret of a key that is gone. One that stays because of a fault goes with a later run. */
export async function forget(
  newKeyId: AccessKeyId,
  { user, account }: Pick<UserWork, 'user' | 'account'>,
): Promise<void> {
  const { custody } = account.state;
  const about = { user, newKeyId, path: custody.describe(newKeyId) };
  try {
    await custody.remove(newKeyId, user);
    account.emit({ code: 'handoff-removed', ...about });
  } catch (thrown) {
    account.emit({ code: 'handoff-kept', ...about, reason: toKeyturnError(thrown).message });
  }
}

/** Whether the rotation has ended in such a way that the plain copy may go. */
function settlingBy(each: Rotation): Spent | undefined {
  const rotation = spentBy(each);
  if (rotation?.phase !== 'undone') return rotation;
  // What went back keeps the new secret too; elsewhere nobody knows whether it was delivered.
  const isKnown = rotation.notPutBack.every(({ kind }) => deliversCustody(kind));
  return isKnown ? rotation : undefined;
}

function isSpent(destinations: readonly Destination[]): boolean {
  return !destinations.some(({ keepsHandoff }) => keepsHandoff === true);
}

/** Undefined where they cannot be reached: keyctl leaves alone what other faces deliver to. */
async function placesOf(
  rotation: Rotation,
  { places }: AccountWork,
): Promise<readonly Destination[] | undefined> {
  try {
    return await places.toTidyUp(rotation);
  } catch {
    return undefined;
  }
}
