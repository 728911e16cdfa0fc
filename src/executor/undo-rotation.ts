// Takes a rotation back during grace and hold: the old key works again, destinations that can be put
// back are put back, and the new key is made Inactive last, if nothing seems to use it.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import type { DeliveryReceipt } from '../lifecycle/record.ts';
import { foldRotations, isOpen, type Rotation } from '../lifecycle/rotation.ts';
import { ownKeyError } from './blocked.ts';
import { destinationsOf, type ExecutorContext } from './context.ts';
import { readLastUse } from './key-details.ts';
import { reactivateKey } from './retire-key.ts';
import type { UserSession } from './runtime.ts';

export interface UndoneRotation {
  readonly user: string;
  readonly rotation: string;
  readonly oldKeyId: AccessKeyId;
  readonly newKeyId: AccessKeyId;
  /** Whether the old key had to be made Active again. */
  readonly reactivated: boolean;
  readonly putBack: readonly DeliveryReceipt[];
  /** Destinations that still hold the new secret: their readers must go back by hand. */
  readonly notPutBack: readonly DeliveryReceipt[];
  readonly newKey: 'made-inactive' | 'was-inactive' | 'gone' | 'left-active';
}

type Undoable = Extract<Rotation, { readonly newKeyId: AccessKeyId }>;

/**
 * Undoes the named rotation of the user, or the latest one. Throws `nothing-to-undo`, `key-changed`
 * when the old key is gone, `own-key` when the new key signs these calls (I7).
 */
export async function undoRotation(
  user: string,
  rotationId: string | undefined,
  context: ExecutorContext,
): Promise<UndoneRotation> {
  return await context.runtime.exclusively(user, async (session) => {
    const rotation = find(user, rotationId, session);
    const { oldKeyId, newKeyId } = rotation;
    // I7: the new key goes last, and must not be the one that this run depends on.
    if (newKeyId === context.gateway.caller.accessKeyId) throw ownKeyError(user, newKeyId);
    const was = await reactivateKey(user, oldKeyId, session, context);
    const delivered = 'receipts' in rotation ? rotation.receipts : [];
    const putBack = await putBackWhereItCan(rotation, delivered, context);
    if (isOpen(rotation)) await session.record(rotation.id, { type: 'closed', reason: 'undone' });
    const newKey = await deactivateNew(rotation, session, context);
    return {
      user,
      rotation: rotation.id,
      oldKeyId,
      newKeyId,
      reactivated: was === 'reactivated',
      putBack,
      notPutBack: delivered.filter((receipt) => !putBack.includes(receipt)),
      newKey,
    };
  });
}

function find(user: string, rotationId: string | undefined, session: UserSession): Undoable {
  const rotation = foldRotations(session.records()).findLast(
    (each): each is Undoable =>
      'newKeyId' in each && (rotationId === undefined || each.id === rotationId),
  );
  if (rotation !== undefined) return rotation;
  throw new KeyturnError(
    'nothing-to-undo',
    rotationId === undefined
      ? `the journal knows of no rotation of ${user} that made a key`
      : `the journal knows of no rotation ${rotationId} of ${user} that made a key`,
    { hint: 'keyturn status lists what is open; look into the right --state-dir' },
  );
}

async function putBackWhereItCan(
  rotation: Undoable,
  delivered: readonly DeliveryReceipt[],
  context: ExecutorContext,
): Promise<DeliveryReceipt[]> {
  const putBack: DeliveryReceipt[] = [];
  if (delivered.length === 0) return putBack;
  for (const [index, destination] of destinationsOf(rotation, context).entries()) {
    const receipt = delivered[index];
    if (receipt === undefined || destination.putBack === undefined) continue;
    await destination.putBack(rotation.oldKeyId);
    putBack.push(receipt);
  }
  return putBack;
}

async function deactivateNew(
  rotation: Undoable,
  session: UserSession,
  context: ExecutorContext,
): Promise<UndoneRotation['newKey']> {
  const { user, newKeyId } = rotation;
  const { reader, writer } = context.gateway;
  const keys: AccessKey[] = await reader.listAccessKeys(user);
  const newKey = keys.find(({ id }) => id === newKeyId);
  if (newKey === undefined) return 'gone';
  if (newKey.status !== 'Active') return 'was-inactive';
  if (await mayBeInUse(rotation, session, context)) return 'left-active';
  await session.recordKey({ type: 'retiring', keyId: newKeyId, reason: 'undo' });
  await writer.setStatus(user, newKeyId, 'Inactive');
  context.emit({ code: 'key-deactivated', user, keyId: newKeyId });
  await session.recordKey({ type: 'retired', keyId: newKeyId });
  return 'made-inactive';
}

/** AWS dates a use by its own clock, and our last check can be under way when it is recorded. */
const OWN_CHECKS_MS = 6 * 60_000;

/**
 * Whether somebody works with the new key already: then making it Inactive would be an outage, and
 * the person decides. Our own checks with STS are no use; unknown is not unused (I11).
 */
async function mayBeInUse(
  { id, newKeyId }: Undoable,
  session: UserSession,
  context: ExecutorContext,
): Promise<boolean> {
  const lastUse = await readLastUse(context.gateway.reader, { id: newKeyId });
  if (lastUse === 'unreadable') return true;
  if (lastUse.used === 'never') return false;
  const checked = session
    .records()
    .findLast(({ rotation, step }) => rotation === id && step.type === 'verified');
  const isOwn =
    lastUse.service === 'sts' &&
    (checked === undefined || lastUse.at.getTime() <= checked.at.getTime() + OWN_CHECKS_MS);
  return !isOwn;
}
