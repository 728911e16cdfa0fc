// What an undo comes to, by reads alone: the decisions of perform-undo.ts, told instead of performed. The dry run
// tells it, and an undo that is repeated finds out so whether there is anything left for it to do.

import { assert } from '../base/errors.ts';
import { UserHistory } from '../lifecycle/history.ts';
import { formatOf, type RotationRecord, type RotationStep } from '../lifecycle/record.ts';
import type { UndoIntent, WithNewKey } from '../lifecycle/rotation.ts';
import { requireKey } from './finish-key.ts';
import { isHeldAt } from './held-anywhere.ts';
import type { Undoing } from './left-active.ts';
import {
  decideTaken,
  restore,
  type UndoneRotation,
  wayBackOf,
  whyHalfWay,
} from './perform-undo.ts';
import type { UserAtHand } from './user-work.ts';

/** From where the rotation stands, or from the intent, to the end of the undo. */
export async function imagineUndo(
  rotation: WithNewKey,
  intent: UndoIntent,
  at: UserAtHand,
): Promise<UndoneRotation> {
  return (await imagine(rotation, intent, at)).undone;
}

/**
 * An undo that went the same way before, as it stands, where a repeat of it would change nothing; undefined where
 * there is something left for it to do, or it is the first one.
 */
export async function repeatOf(
  rotation: WithNewKey,
  at: UserAtHand,
): Promise<UndoneRotation | undefined> {
  if (rotation.phase !== 'undone' || rotation.undo.toKeyId !== rotation.oldKeyId) return undefined;
  const { undo, notPutBack } = rotation;
  const keys = await at.account.gateway.reader.listAccessKeys(at.user);
  const isBack = keys.some(({ id, status }) => id === undo.toKeyId && status === 'Active');
  if (!isBack || undo.fromKeyFate !== 'deactivate') return undefined;
  const { undone, back } = await imagine(rotation, undo, at);
  if (undone.fromKey === 'made-inactive') return undefined;
  if (undone.notPutBack.length < notPutBack.length) return undefined;
  // Somebody may have written the other pair into a place that had gone back.
  const isThere = await isHeldAt(rotation, { keyId: undo.fromKeyId, targets: back }, at);
  return isThere ? undefined : { ...undone, isRepeat: true };
}

interface Imagined extends Pick<Awaited<ReturnType<typeof restore>>, 'back'> {
  readonly undone: UndoneRotation;
}

async function imagine(
  rotation: WithNewKey,
  intent: UndoIntent,
  at: UserAtHand,
): Promise<Imagined> {
  if (rotation.phase === 'undoing') return await theRest(rotation, at);
  const history = imagined(rotation.id, { type: 'undoing', ...intent }, at);
  const begun = history.rotation(rotation.id);
  assert(begun.phase === 'undoing', `rotation ${begun.id} is ${begun.phase}, not being undone`);
  return await theRest(begun, { ...at, history });
}

/** The history as it would be once the step was journaled. */
export function imagined(id: string, step: RotationStep, at: UserAtHand): UserHistory {
  const { user, account, history } = at;
  const record: RotationRecord = {
    v: formatOf(step),
    at: account.clock.now(),
    run: '',
    account: account.gateway.caller.account,
    user,
    rotation: id,
    step,
  };
  return new UserHistory([...history.records, record]);
}

/** From an undo that is on record to its end. */
async function theRest(rotation: Undoing, at: UserAtHand): Promise<Imagined> {
  const { user, id, undo } = rotation;
  const { toKeyId, fromKeyId } = undo;
  const back = await wayBackOf(rotation, at);
  const { status } = await requireKey(toKeyId, at);
  const restored = await restore(back, at, ({ wayBack }, pair) => wayBack.canPutBack(pair));
  const stop = whyHalfWay(rotation, restored);
  if (stop !== undefined) throw stop;
  const { putBack, notPutBack, back: known } = restored;
  const taken = await decideTaken(back, known, at);
  const reactivated = status !== 'Active';
  const undone = { toKeyId, fromKeyId, reactivated, putBack, notPutBack, ...taken };
  return { undone: { user, rotation: id, isRepeat: false, ...undone }, back: known };
}
