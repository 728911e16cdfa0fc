// What a run would do with one user, by reads alone (I12): the run's own decision, told instead of
// performed. It takes no claim, writes no journal, and calls nothing that changes AWS.

import { type KeyturnError, toKeyturnError } from '../base/errors.ts';
import { endsWithNewKey, type Recovery } from '../lifecycle/decide-open.ts';
import type { UserDecision, Wanted } from '../lifecycle/decide-user.ts';
import { foundIn } from '../lifecycle/found-changes.ts';
import { hooksNotKnown } from '../lifecycle/hook-refusals.ts';
import { isBeyondWatch } from '../lifecycle/hooks.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import { hasNewKey, isGraced, type Rotation } from '../lifecycle/rotation.ts';
import { ownKeyError } from '../lifecycle/signer.ts';
import type { AccountWork } from './account-work.ts';
import { foretoldCleanUp } from './clean-up.ts';
import { decide } from './decide.ts';
import {
  foretoldFate,
  foretoldOutcome,
  retiredOutcome,
  tellGrace,
  waitingOutcome,
} from './grace.ts';
import { whyHeld } from './held-anywhere.ts';
import { holdBegunEnds } from './hold-begun.ts';
import { plannedHooks } from './hooks.ts';
import { assertNotRenamed } from './other-name.ts';
import { failed, failedIn, oldKeyOf, type RotationOutcome, type UserOutcome } from './outcome.ts';
import { planOf, planOfGone } from './plan-user.ts';
import { refusalOf } from './refusal.ts';
import { notBegun, outcomeOf, tellUnexplained, type UserSeen } from './rotate-user.ts';
import { foretellFound, foretellSteps } from './settle-steps.ts';
import type { UserAtHand } from './user-work.ts';

/** A user with the keys that the inventory listed; none for somebody whom AWS does not list. */
export interface UserListed extends UserSeen {
  readonly keys: readonly AccessKey[];
  /** Whether the end of the old key of the open rotation was tried before, or refused by a hook, and did not come. */
  readonly isEndDoubtful?: boolean;
}

export async function foretellUser(
  listed: UserListed,
  wanted: Wanted,
  account: AccountWork,
): Promise<UserOutcome> {
  const { user } = listed;
  try {
    account.signal.throwIfAborted();
    const history = await account.state.foretell(user);
    return await foretell(listed, wanted, { user, account, history });
  } catch (thrown) {
    return notBegun(listed, toKeyturnError(thrown));
  }
}

async function foretell(
  listed: UserListed,
  wanted: Wanted,
  found: UserAtHand,
): Promise<UserOutcome> {
  const { user, history } = found;
  const nothing = { user, rotation: undefined, cleanup: undefined, retirement: undefined };
  const present = await keysUnlessGone(listed, found);
  const { at: looked, keys, landed } = foretellSteps(present ?? [], found);
  if (present === undefined) {
    const plan = await planOfGone(found);
    return { ...outcomeOf(nothing, undefined), ...(plan !== undefined && { plan }) };
  }
  const at = { ...looked, uses: new Map() };
  let decision: UserDecision;
  try {
    decision = await decide(at, keys, wanted);
  } catch (thrown) {
    if (history.open === undefined) throw thrown;
    const about = { oldKey: oldKeyOf(history.open, keys), resumed: true };
    const rotation = failedIn(history.open, toKeyturnError(thrown), about);
    return outcomeOf({ ...nothing, rotation }, undefined);
  }
  tellUnexplained(decision, at);
  const unwatched = watchUnknown(at, keys);
  if (unwatched !== undefined) return outcomeOf({ ...nothing, rotation: unwatched }, decision);
  const { recover, late, cleanUp, grace } = decision;
  for (const each of [recover, late]) if (each !== undefined) tellRecovery(each, at);
  if (recover !== undefined && (recover.leadsTo !== 'closed' || endsWithNewKey(recover))) {
    const held = await heldElsewhere(recover, decision, at);
    const plan = await planOf(
      { decision, landed, before: history, holder: held?.error, refusal: undefined },
      present,
      at,
    );
    const led = held ?? recovered(recover, decision, at);
    return { ...outcomeOf({ ...nothing, ...led }, decision, holdBegunEnds(led, at)), plan };
  }
  const cleanup = cleanUp && foretoldCleanUp(cleanUp, user);
  if (grace !== undefined) tellGrace(grace, at);
  const waits = grace && waitingOutcome(grace);
  const { refusal, ...begun } = rotation(decision, at);
  const told = { decision, landed, before: history, holder: undefined, refusal };
  const plan = await planOf(told, present, at);
  const holdEnds = holdBegunEnds(begun, at);
  return { ...outcomeOf({ user, cleanup, retirement: waits, ...begun }, decision, holdEnds), plan };
}

/** A watch that an earlier run did not bring to its end, of which this run knows nothing. */
function watchUnknown(
  { history, account }: UserAtHand,
  keys: readonly AccessKey[],
): RotationOutcome | undefined {
  const { watched } = history;
  if (watched === undefined || account.policy.hooks !== undefined) return undefined;
  if (isBeyondWatch(watched, keys)) return undefined;
  const about = { oldKey: oldKeyOf(watched, []), resumed: true };
  return failedIn(watched, hooksNotKnown(watched, 'after-retire'), about);
}

/**
 * Undefined when the user was deleted: then the run closes what is open, and tells what it finds. Throws
 * `user-renamed`.
 */
async function keysUnlessGone(
  listed: UserListed,
  at: UserAtHand,
): Promise<readonly AccessKey[] | undefined> {
  const { user, account, history } = at;
  let keys: readonly AccessKey[] | undefined = listed.keys;
  try {
    if (keys.length === 0) keys = await account.gateway.reader.listAccessKeys(user);
  } catch (thrown) {
    const isExpected = history.mayBeUnfinished;
    if (toKeyturnError(thrown).code !== 'unknown-user' || !isExpected) throw thrown;
    keys = undefined;
  }
  await assertNotRenamed(keys, at);
  return keys;
}

/** What recovery would come upon, and a key that it would delete on the way to the end of its rotation. */
function tellRecovery(recover: Recovery, at: UserAtHand): void {
  const { user, account } = at;
  for (const found of foundIn(recover)) foretellFound(found, at);
  if (recover.leadsTo !== 'closed' || recover.deletes === undefined) return;
  account.emit({ code: 'deletion-foretold', user, by: 'recovery', ...recover.deletes });
}

/**
 * A rotation that is just delivered, or not yet, comes to its cut-over in the run, and there a place of the user that
 * is none of its own may still give the old key to its readers (I10). Of a later one it was asked with the decision.
 */
async function heldElsewhere(
  { rotation, leadsTo }: Recovery,
  { keys, gate }: UserDecision,
  at: UserAtHand,
): Promise<(Foretold & { readonly error: KeyturnError }) | undefined> {
  const isUnasked = !('receipts' in rotation) || rotation.phase === 'delivered';
  const comesToCut = leadsTo === 'new-key' && isUnasked && gate?.kind !== 'wait';
  if (!comesToCut || rotation.oldKeyFate === 'keep') return undefined;
  const error = await whyHeld(rotation.oldKeyId, at, rotation.targets);
  const about = { oldKey: oldKeyOf(rotation, keys), resumed: true };
  return error && { rotation: failedIn(rotation, error, about), error };
}

type Foretold = Partial<Pick<UserOutcome, 'rotation' | 'retirement' | 'hooks'>>;

/** What becomes of an open rotation. */
function recovered(recover: Recovery, { keys, gate }: UserDecision, at: UserAtHand): Foretold {
  const { rotation } = recover;
  if (recover.leadsTo === 'way-back') return {};
  const oldKey = oldKeyOf(rotation, keys);
  const about = { oldKey, resumed: true };
  if (recover.leadsTo === 'nothing') return { rotation: failedIn(rotation, recover.error, about) };
  if (recover.leadsTo === 'closed') {
    const fate = { status: 'gone', why: 'somebody has deleted it' } as const;
    return { rotation: { kind: 'would-rotate', ...about, targets: rotation.targets, fate } };
  }
  if (recover.stopsAtOwnKey && gate?.kind !== 'wait') {
    return { rotation: failedIn(rotation, ownKeyError(rotation.user, rotation.oldKeyId), about) };
  }
  // It counted as rotated when its grace began.
  const newKeyId = hasNewKey(rotation) ? rotation.newKeyId : undefined;
  const leaving = { oldKey, newKeyId, targets: rotation.targets };
  if (isGraced(rotation)) {
    const waits = foretoldOutcome(gate, { ...leaving, since: rotation.since });
    const retirement = waits ?? retiredOutcome(rotation, 'Active', gate);
    return withHooks({ retirement }, rotation, at);
  }
  const outcome: Foretold = {
    rotation: {
      ...{ kind: 'would-rotate', ...about, targets: rotation.targets },
      fate: foretoldFate(rotation.oldKeyFate, gate),
    },
    retirement: foretoldOutcome(gate, leaving),
  };
  return withHooks(outcome, rotation, at);
}

/** With the hooks that the run would come to on its way. */
function withHooks(outcome: Foretold, rotation: Rotation | undefined, at: UserAtHand): Foretold {
  const stays = outcome.retirement?.kind === 'waiting';
  const isKept =
    outcome.rotation?.kind === 'would-rotate' && outcome.rotation.fate.status === 'Active';
  const hooks = plannedHooks(rotation, !stays && !isKept, at);
  return hooks.length === 0 ? outcome : { ...outcome, hooks };
}

function rotation(
  { next, unexplained }: UserDecision,
  at: UserAtHand,
): { rotation: RotationOutcome | undefined; refusal: KeyturnError | undefined } & Foretold {
  if (next.kind === 'nothing' || next.kind === 'not-theirs') {
    return { rotation: undefined, refusal: undefined };
  }
  const { oldKey } = next;
  if (next.kind === 'rotate') {
    const { gate, targets, missing } = next;
    const { user, account } = at;
    for (const { kind, place } of missing)
      account.emit({ code: 'place-foretold', user, kind, place });
    const retirement = foretoldOutcome(gate, { oldKey, newKeyId: undefined, targets });
    const fate = foretoldFate(account.policy.oldKeyFate, gate);
    const begun = { kind: 'would-rotate', oldKey, fate, targets, resumed: false } as const;
    const outcome = { rotation: begun, ...(retirement !== undefined && { retirement }) };
    return { refusal: undefined, rotation: begun, ...withHooks(outcome, undefined, at) };
  }
  const keys = next.kind === 'blocked' ? next.keys : undefined;
  const refusal = refusalOf(next, at, unexplained);
  return { refusal, rotation: failed(oldKey, refusal, { keys }) };
}
