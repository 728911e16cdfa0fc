// Takes a rotation back during grace and hold. Here it is decided which one, and the intent is
// journaled; perform-undo.ts does the work, also for a later run that finds the intent.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import type { DeliveryTarget, OldKeyFate } from '../lifecycle/record.ts';
import { foldRotations, isOpen, type Rotation } from '../lifecycle/rotation.ts';
import { destinationsOf, type ExecutorContext } from './context.ts';
import { currentState } from './perform.ts';
import { assertNotOwn, performUndo, secretOf, type UndoneRotation } from './perform-undo.ts';
import { requireKey } from './retire-key.ts';
import { newId, type UserSession } from './runtime.ts';

type Undoable = Extract<Rotation, { readonly newKeyId: AccessKeyId }>;

/**
 * Undoes the named rotation of the user, or the latest one: its old key comes back, and the new key
 * is made Inactive last. Throws `nothing-to-undo`, `key-changed` when the old key is gone, `own-key`
 * when the new key signs these calls (I7).
 */
export async function undoRotation(
  user: string,
  rotationId: string | undefined,
  context: ExecutorContext,
): Promise<UndoneRotation> {
  return await context.runtime.exclusively(user, async (session) => {
    const rotation = find(user, rotationId, session);
    return await undo(rotation, rotation.oldKeyId, 'deactivate', session, context);
  });
}

/** Two pairs, both held by the one destination of this run. */
export interface SwappedPair {
  readonly user: string;
  /** The key to go back to. */
  readonly toKeyId: AccessKeyId;
  readonly fromKeyId: AccessKeyId;
}

/**
 * Puts the one pair back in the place of the other, whoever replaced it; the other key stays Active,
 * so that this can be undone too. An undo of the same pair that an earlier run left is finished
 * instead, whichever way it goes. Throws like undoRotation.
 */
export async function undoReplacement(
  pair: SwappedPair,
  context: ExecutorContext,
): Promise<UndoneRotation> {
  return await context.runtime.exclusively(pair.user, async (session) => {
    const [{ kind, place }] = context.destinations(pair.user, pair.toKeyId);
    const target = { kind, place };
    const open = foldRotations(session.records()).find(isOpen);
    if (open?.phase === 'undoing' && isOfPair(open, pair, target)) {
      return await performUndo(open, session, context);
    }
    const rotation = await rotationOf(pair, target, session);
    return await undo(rotation, pair.toKeyId, 'keep', session, context);
  });
}

async function undo(
  rotation: Undoable,
  toKeyId: AccessKeyId,
  fromKeyFate: OldKeyFate,
  session: UserSession,
  context: ExecutorContext,
): Promise<UndoneRotation> {
  if (rotation.phase === 'undoing') return await performUndo(rotation, session, context);
  const { id, user, oldKeyId, newKeyId } = rotation;
  const intent = { toKeyId, fromKeyId: toKeyId === oldKeyId ? newKeyId : oldKeyId, fromKeyFate };
  // All that would stop it, before anything is journaled.
  const secret = await secretOf(toKeyId, destinationsOf(rotation, context), context);
  assertNotOwn(user, intent, secret, context);
  assertNoOther(rotation, session);
  await requireKey(user, toKeyId, context);
  await session.record(id, { type: 'undoing', ...intent });
  const state = currentState(session, id);
  if (state.phase === 'undoing') return await performUndo(state, session, context);
  throw new KeyturnError('internal', `rotation ${id} is ${state.phase}, not being undone`);
}

function find(user: string, rotationId: string | undefined, session: UserSession): Undoable {
  const rotation = foldRotations(session.records()).findLast((each) =>
    rotationId === undefined ? madeKey(each) : each.id === rotationId,
  );
  if (rotation !== undefined && 'newKeyId' in rotation) return rotation;
  throw new KeyturnError(
    'nothing-to-undo',
    rotationId === undefined
      ? `the journal knows of no rotation of ${user} that made a key`
      : `the journal knows of no rotation ${rotationId} of ${user} that made a key`,
    { hint: 'keyturn status lists what is open; look into the right --state-dir' },
  );
}

/** One that was undone by an earlier version is over; the one before it is not meant. */
function madeKey(rotation: Rotation): boolean {
  return 'newKeyId' in rotation || (rotation.phase === 'closed' && rotation.reason === 'undone');
}

/** Whichever of the two is the older one. */
function isOfPair(rotation: Undoable, pair: SwappedPair, { kind, place }: DeliveryTarget): boolean {
  const { targets, oldKeyId, newKeyId } = rotation;
  const keys = [oldKeyId, newKeyId];
  const isSamePlace = targets.some((target) => target.kind === kind && target.place === place);
  return isSamePlace && keys.includes(pair.toKeyId) && keys.includes(pair.fromKeyId);
}

/** The rotation of this pair to this destination; taken on when the journal knows of none. */
async function rotationOf(
  pair: SwappedPair,
  target: DeliveryTarget,
  session: UserSession,
): Promise<Undoable> {
  const { toKeyId, fromKeyId } = pair;
  const known = foldRotations(session.records()).findLast(
    (each): each is Undoable => 'newKeyId' in each && isOfPair(each, pair, target),
  );
  if (known !== undefined) return known;
  const open = foldRotations(session.records()).find(isOpen);
  if (open !== undefined) throw notFinished(open);
  const id = newId();
  await session.record(id, { type: 'found', oldKeyId: toKeyId, newKeyId: fromKeyId, target });
  const found = currentState(session, id);
  if ('newKeyId' in found) return found;
  throw new KeyturnError('internal', `rotation ${id} is ${found.phase}, not found`);
}

/** One thing at a time: what else is open has its own way to its end. */
function assertNoOther({ id }: Rotation, session: UserSession): void {
  const open = foldRotations(session.records()).find((each) => isOpen(each) && each.id !== id);
  if (open !== undefined) throw notFinished(open);
}

function notFinished({ user, phase, oldKeyId, targets }: Rotation): KeyturnError {
  const where = targets.map(({ kind, place }) => `${kind} ${place}`.trim()).join(', ');
  return new KeyturnError(
    'needs-operator',
    `a rotation of ${user} (${oldKeyId}, to ${where}) is not finished (${phase}), so there is ` +
      'nothing to undo yet',
    { hint: 'let it finish first: keyturn recover, or run the command that began it again' },
  );
}
