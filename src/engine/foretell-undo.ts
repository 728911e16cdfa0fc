// What an undo would do, by reads alone (I12): the decisions of perform-undo.ts, told instead of performed.
// It takes no claim, writes no journal, and calls nothing that changes a key or a place. Whether AWS accepts
// the key that would come back is not asked: that key may have to be made Active first.

import { assert } from '../base/errors.ts';
import { UserHistory } from '../lifecycle/history.ts';
import {
  type DeliveryTarget,
  formatOf,
  type RotationRecord,
  type RotationStep,
} from '../lifecycle/record.ts';
import { hasNewKey, type UndoIntent, type WithNewKey } from '../lifecycle/rotation.ts';
import type { AccountWork } from './account-work.ts';
import { requireKey } from './finish-key.ts';
import {
  decideTaken,
  restore,
  type Undoing,
  type UndoneRotation,
  wayBackOf,
  whyHalfWay,
} from './perform-undo.ts';
import {
  type AlreadyBack,
  alreadyBack,
  assertPossible,
  findRotation,
  isOfPair,
  notFinished,
  type SwappedPair,
  wholeUndoOf,
} from './undo-rotation.ts';
import type { UserAtHand } from './user-work.ts';

/** Throws as undoRotation does, before it has changed anything. */
export async function foretellUndo(
  user: string,
  rotationId: string | undefined,
  account: AccountWork,
): Promise<UndoneRotation> {
  const at = { user, account, history: await account.state.history(user) };
  return await foretell(await findRotation(rotationId, at), at);
}

/** What undoUnlessBack would do. */
export async function foretellUnlessBack(
  user: string,
  rotationId: string,
  account: AccountWork,
): Promise<UndoneRotation | AlreadyBack> {
  const at = { user, account, history: await account.state.history(user) };
  const back = await alreadyBack(rotationId, at);
  return back ?? (await foretell(await findRotation(rotationId, at), at));
}

/** What undoReplacement would do. */
export async function foretellReplacement(
  pair: SwappedPair,
  target: DeliveryTarget,
  account: AccountWork,
): Promise<UndoneRotation> {
  const { user, toKeyId, fromKeyId } = pair;
  const at = { user, account, history: await account.state.history(user) };
  const { open } = at.history;
  if (open?.phase === 'undoing' && isOfPair(open, pair, target)) return await theRest(open, at);
  const known = at.history.latest((each) => hasNewKey(each) && isOfPair(each, pair, target));
  const intent: UndoIntent = { toKeyId, fromKeyId, fromKeyFate: 'keep' };
  if (known !== undefined && hasNewKey(known)) return await foretell(known, at, intent);
  if (open !== undefined) throw await notFinished(open, at);
  const found = { type: 'found', oldKeyId: toKeyId, newKeyId: fromKeyId, target } as const;
  const history = imagined('found-by-a-dry-run', found, at);
  const rotation = history.rotation('found-by-a-dry-run');
  assert(hasNewKey(rotation), `rotation ${rotation.id} is ${rotation.phase}, not found`);
  return await foretell(rotation, { ...at, history }, intent);
}

async function foretell(
  rotation: WithNewKey,
  at: UserAtHand,
  intent: UndoIntent = wholeUndoOf(rotation),
): Promise<UndoneRotation> {
  if (rotation.phase === 'undoing') return await theRest(rotation, at);
  await assertPossible(rotation, intent, at);
  const history = imagined(rotation.id, { type: 'undoing', ...intent }, at);
  const begun = history.rotation(rotation.id);
  assert(begun.phase === 'undoing', `rotation ${begun.id} is ${begun.phase}, not being undone`);
  return await theRest(begun, { ...at, history });
}

/** The history as it would be once the step was journaled. */
function imagined(id: string, step: RotationStep, at: UserAtHand): UserHistory {
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
async function theRest(rotation: Undoing, at: UserAtHand): Promise<UndoneRotation> {
  const { user, id, undo } = rotation;
  const { toKeyId, fromKeyId } = undo;
  const back = await wayBackOf(rotation, at);
  const { status } = await requireKey(toKeyId, at);
  const restored = await restore(back, at, (wayBack, pair) => wayBack.canPutBack(pair));
  const stop = whyHalfWay(rotation, restored);
  if (stop !== undefined) throw stop;
  const { putBack, notPutBack, left } = restored;
  const taken = await decideTaken(back, left, at);
  const reactivated = status !== 'Active';
  return { user, rotation: id, toKeyId, fromKeyId, reactivated, putBack, notPutBack, ...taken };
}
