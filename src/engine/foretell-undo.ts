// What an undo would do, by reads alone (I12): the decisions of perform-undo.ts, told instead of performed.
// It takes no claim, writes no journal, and calls nothing that changes a key or a place. Whether AWS accepts
// the key that would come back is not asked: that key may have to be made Active first.

import { assert } from '../base/errors.ts';
import type { DeliveryTarget } from '../lifecycle/record.ts';
import { hasNewKey, type UndoIntent, type WithNewKey } from '../lifecycle/rotation.ts';
import type { AccountWork } from './account-work.ts';
import { imagined, imagineUndo, repeatOf } from './imagine-undo.ts';
import { unlessRenamed } from './other-name.ts';
import type { UndoneRotation } from './perform-undo.ts';
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
  const at = { user, account, history: await account.state.foretell(user) };
  return await foretell(await findRotation(rotationId, at), at);
}

/** What undoUnlessBack would do. */
export async function foretellUnlessBack(
  user: string,
  rotationId: string,
  account: AccountWork,
): Promise<UndoneRotation | AlreadyBack> {
  const at = { user, account, history: await account.state.foretell(user) };
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
  const at = { user, account, history: await account.state.foretell(user) };
  const { open } = at.history;
  const intent: UndoIntent = { toKeyId, fromKeyId, fromKeyFate: 'keep' };
  if (open?.phase === 'undoing' && isOfPair(open, pair, target)) {
    return await imagineUndo(open, open.undo, at);
  }
  const known = at.history.latest((each) => hasNewKey(each) && isOfPair(each, pair, target));
  if (known !== undefined && hasNewKey(known)) return await foretellIntent(known, intent, at);
  if (open !== undefined) throw await notFinished(open, at);
  const found = { type: 'found', oldKeyId: toKeyId, newKeyId: fromKeyId, target } as const;
  const history = imagined('found-by-a-dry-run', found, at);
  const rotation = history.rotation('found-by-a-dry-run');
  assert(hasNewKey(rotation), `rotation ${rotation.id} is ${rotation.phase}, not found`);
  return await foretellIntent(rotation, intent, { ...at, history });
}

async function foretell(rotation: WithNewKey, at: UserAtHand): Promise<UndoneRotation> {
  return await unlessRenamed(rotation, at, async () => {
    const repeat = await repeatOf(rotation, at);
    return repeat ?? (await foretellIntent(rotation, wholeUndoOf(rotation), at));
  });
}

async function foretellIntent(
  rotation: WithNewKey,
  intent: UndoIntent,
  at: UserAtHand,
): Promise<UndoneRotation> {
  if (rotation.phase !== 'undoing') await assertPossible(rotation, intent, at);
  return await imagineUndo(rotation, intent, at);
}
