// Takes a rotation back during grace and hold. Here it is decided which one, and the intent is
// journaled; perform-undo.ts does the work, also for a later run that finds the intent.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { assert, KeyturnError } from '../base/errors.ts';
import { keyCommand, onRecord, recoverCommand } from '../base/key-command.ts';
import { newId } from '../base/new-id.ts';
import { jointTarget, targetOf } from '../destinations/kinds.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import type { DeliveryTarget } from '../lifecycle/record.ts';
import {
  hasNewKey,
  isOpen,
  type Rotation,
  type UndoIntent,
  type WithNewKey,
} from '../lifecycle/rotation.ts';
import { whyNothingLeft } from '../lifecycle/taken-back.ts';
import type { AccountWork } from './account-work.ts';
import { decide } from './decide.ts';
import { keyGone, requireKey } from './finish-key.ts';
import { repeatOf } from './imagine-undo.ts';
import { unlessRenamed } from './other-name.ts';
import { assertNotOwn, performUndo, secretOf, type UndoneRotation } from './perform-undo.ts';
import { settleSteps } from './settle-steps.ts';
import { type UserAtHand, type UserWork, whileAlone } from './user-work.ts';

/** A rotation of which nothing is in force any more: there is nothing to take back. */
export interface AlreadyBack {
  readonly user: string;
  readonly rotation: string;
  /** In words. */
  readonly why: string;
}

export function isAlreadyBack(result: UndoneRotation | AlreadyBack): result is AlreadyBack {
  return 'why' in result;
}

/**
 * Undoes the named rotation of the user, or the latest one: its old key comes back, and the new key
 * is made Inactive last. Throws `nothing-to-undo`, `key-changed` when the old key is gone, `own-key`
 * when the new key signs these calls (I7).
 */
export async function undoRotation(
  user: string,
  rotationId: string | undefined,
  account: AccountWork,
): Promise<UndoneRotation> {
  return await whileAlone(user, account, async (work) => {
    await settleSteps(work);
    return await undoWhole(await findRotation(rotationId, work), work);
  });
}

/** As undoRotation, for a rotation that was not named by itself: one that is taken back already is left. */
export async function undoUnlessBack(
  user: string,
  rotationId: string,
  account: AccountWork,
): Promise<UndoneRotation | AlreadyBack> {
  return await whileAlone(user, account, async (work) => {
    const back = await alreadyBack(rotationId, work);
    if (back !== undefined) return back;
    return await undoWhole(await findRotation(rotationId, work), work);
  });
}

/** One that was undone before, and of which nothing is left to be done, is told as it stands. */
async function undoWhole(rotation: WithNewKey, work: UserWork): Promise<UndoneRotation> {
  return await unlessRenamed(rotation, work, async () => {
    const repeat = await repeatOf(rotation, work);
    return repeat ?? (await undoWithin(rotation, wholeUndoOf(rotation), work));
  });
}

export async function alreadyBack(
  rotationId: string,
  at: UserAtHand,
): Promise<AlreadyBack | undefined> {
  const rotation = at.history.find(rotationId);
  if (rotation === undefined) return undefined;
  const isUndone = rotation.phase === 'undone';
  const keys = isUndone ? await at.account.gateway.reader.listAccessKeys(at.user) : [];
  const why = whyNothingLeft(rotation, keys);
  return why === undefined ? undefined : { user: at.user, rotation: rotationId, why };
}

/** Back to the old key, and the new one goes. */
export function wholeUndoOf({ oldKeyId, newKeyId }: WithNewKey): UndoIntent {
  return { toKeyId: oldKeyId, fromKeyId: newKeyId, fromKeyFate: 'deactivate' };
}

/** Two pairs, both held by the one destination of this run. */
export interface SwappedPair {
  readonly user: string;
  /** The key to go back to. */
  readonly toKeyId: AccessKeyId;
  readonly fromKeyId: AccessKeyId;
}

/** What an undo comes to: an undo can itself be undone, and one that died is finished first. */
export type UndoKind = 'undo' | 'undo-of-undo' | 'rest-of-undo';

export interface ForeseenUndo {
  readonly kind: UndoKind;
  readonly toKeyId: AccessKeyId;
  readonly fromKeyId: AccessKeyId;
}

/** Which of the two keys undoReplacement will put back, for whoever is to be told before. */
export function foreseeUndo(
  pair: SwappedPair,
  target: DeliveryTarget,
  history: UserHistory,
): ForeseenUndo {
  const { open } = history;
  if (open?.phase === 'undoing' && isOfPair(open, pair, target)) {
    const { toKeyId, fromKeyId } = open.undo;
    return { kind: 'rest-of-undo', toKeyId, fromKeyId };
  }
  const { toKeyId, fromKeyId } = pair;
  const last = history.latest((each) => hasNewKey(each) && isOfPair(each, pair, target));
  const isBack = last?.phase === 'undone' && last.undo.fromKeyId === toKeyId;
  return { kind: isBack ? 'undo-of-undo' : 'undo', toKeyId, fromKeyId };
}

/**
 * Puts the one pair back in the place of the other, whoever replaced it; the other key stays Active,
 * so that this can be undone too. An undo of the same pair that an earlier run left is finished
 * instead, whichever way it goes. Throws like undoRotation.
 */
export async function undoReplacement(
  pair: SwappedPair,
  account: AccountWork,
): Promise<UndoneRotation> {
  return await whileAlone(pair.user, account, async (work) => {
    await settleSteps(work);
    const [destination] = await account.places.forNew(pair.user, pair.toKeyId);
    const target = targetOf(destination);
    const { open } = work.history;
    if (open?.phase === 'undoing' && isOfPair(open, pair, target)) {
      return await performUndo(open, work);
    }
    const { toKeyId, fromKeyId } = pair;
    const rotation = await rotationOf(pair, target, work);
    return await undoWithin(rotation, { toKeyId, fromKeyId, fromKeyFate: 'keep' }, work);
  });
}

/** Takes the rotation back inside a claim that is held. Throws like undoRotation. */
export async function undoWithin(
  rotation: WithNewKey,
  intent: UndoIntent,
  work: UserWork,
): Promise<UndoneRotation> {
  if (rotation.phase === 'undoing') return await performUndo(rotation, work);
  const { id } = rotation;
  await assertPossible(rotation, intent, work);
  await work.record(id, { type: 'undoing', ...intent });
  const state = work.history.rotation(id);
  assert(state.phase === 'undoing', `rotation ${id} is ${state.phase}, not being undone`);
  return await performUndo(state, work);
}

/** All that would stop an undo, before anything is journaled. */
export async function assertPossible(
  rotation: WithNewKey,
  intent: UndoIntent,
  at: UserAtHand,
): Promise<void> {
  const secret = await secretOf(intent.toKeyId, await at.account.places.toFinish(rotation), at);
  assertNotOwn(intent, secret, at);
  await assertNoOther(rotation, at);
  const { status } = await requireKey(intent.toKeyId, at);
  if (status !== 'Active') assertNotStopped(rotation, intent, at);
}

/**
 * A key that was Inactive before the rotation was stopped by somebody, after a leak perhaps: a rotation that never
 * made it Inactive takes nothing back by making it Active.
 */
function assertNotStopped(
  { id, oldKeyId, user }: WithNewKey,
  { toKeyId }: UndoIntent,
  { history, account }: UserAtHand,
): void {
  const [first] = history.recordsOf(id);
  const wasInactive = first?.step.type === 'intended' && first.step.wasInactive === true;
  if (toKeyId !== oldKeyId || !wasInactive) return;
  throw new KeyturnError(
    'was-inactive',
    `${toKeyId} of ${user} was Inactive before it was replaced, so an undo does not make it Active`,
    {
      hint: [
        'nothing was changed; if it had not leaked, make it Active, and undo then:',
        keyCommand('activate', toKeyId, account.policy.reach),
      ],
    },
  );
}

/** The named rotation of the user, or the latest one. Throws when it made no key that is in force. */
export async function findRotation(
  rotationId: string | undefined,
  at: UserAtHand,
): Promise<WithNewKey> {
  const { user, history } = at;
  const rotation = rotationId === undefined ? history.latest(madeKey) : history.find(rotationId);
  if (rotation !== undefined && hasNewKey(rotation)) return rotation;
  if (rotation?.phase === 'closed' && rotation.reason === 'old-key-gone') {
    throw keyGone(rotation.oldKeyId, user);
  }
  const open = rotation === undefined ? history.open : rotation;
  if (open !== undefined && isOpen(open)) throw await notFinished(open, at);
  throw new KeyturnError(
    'nothing-to-undo',
    rotationId === undefined
      ? `the journal knows of no rotation of ${user} that made a key`
      : `the journal knows of no rotation ${rotationId} of ${user} that made a key`,
    {
      hint: [
        'look into the right --state; what keyturn did is listed by:',
        onRecord(['history'], at.account.policy.reach),
      ],
    },
  );
}

/**
 * One that was undone by an earlier version is over, and one whose old key is gone has no way back; the
 * one before it is not meant.
 */
function madeKey(rotation: Rotation): boolean {
  if (rotation.phase !== 'closed') return hasNewKey(rotation);
  return rotation.reason === 'undone' || rotation.reason === 'old-key-gone';
}

/** Whichever of the two is the older one. */
export function isOfPair(
  { targets, oldKeyId, newKeyId }: WithNewKey,
  pair: SwappedPair,
  own: DeliveryTarget,
): boolean {
  const keys = [oldKeyId, newKeyId];
  const isSamePlace = targets.some((target) => jointTarget(own, target) !== undefined);
  return isSamePlace && keys.includes(pair.toKeyId) && keys.includes(pair.fromKeyId);
}

/** The rotation of this pair to this destination; taken on when the journal knows of none. */
async function rotationOf(
  pair: SwappedPair,
  target: DeliveryTarget,
  work: UserWork,
): Promise<WithNewKey> {
  const { history } = work;
  const known = history.latest((each) => hasNewKey(each) && isOfPair(each, pair, target));
  if (known !== undefined && hasNewKey(known)) return known;
  if (history.open !== undefined) throw await notFinished(history.open, work);
  const { toKeyId: oldKeyId, fromKeyId: newKeyId } = pair;
  const id = newId();
  await work.record(id, { type: 'found', oldKeyId, newKeyId, target });
  const found = history.rotation(id);
  assert(hasNewKey(found), `rotation ${id} is ${found.phase}, not found`);
  return found;
}

/** One thing at a time: what else is open has its own way to its end. */
async function assertNoOther({ id }: Rotation, at: UserAtHand): Promise<void> {
  const open = at.history.latest((each) => isOpen(each) && each.id !== id);
  if (open !== undefined) throw await notFinished(open, at);
}

/** Why there is nothing to undo yet: a rotation of the user is open. Undefined when none is. */
export async function whyNotFinished(at: UserAtHand): Promise<KeyturnError | undefined> {
  const { open } = at.history;
  return open && (await notFinished(open, at));
}

/** Says how it is finished, and when: the next run may have to wait, or to ask a person. */
export async function notFinished(open: Rotation, at: UserAtHand): Promise<KeyturnError> {
  const { user, phase, oldKeyId, targets } = open;
  const keys = await at.account.gateway.reader.listAccessKeys(user);
  const { recover } = await decide(at, keys, { kind: 'recovery' });
  const stands = recover?.leadsTo === 'nothing' ? recover.error : undefined;
  const where = targets.map(({ kind, place }) => `${kind} ${place}`.trim()).join(', ');
  return new KeyturnError(
    'needs-operator',
    `a rotation of ${user} (${oldKeyId}, to ${where}) is not finished (${phase}), so there is ` +
      'nothing to undo yet',
    {
      hint: stands?.hintParts ?? [
        'let it finish first: run the command that began it again, or:',
        recoverCommand(user, at.account.policy.reach),
      ],
      notBefore: stands?.notBefore,
    },
  );
}
