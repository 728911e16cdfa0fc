// One user, from claim to result: finish what an earlier run left, clean up, and rotate the due
// key. Expected failures become part of the outcome; the other users go on.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { type KeyturnError, toKeyturnError } from '../base/errors.ts';
import { judgeUser, type UserVerdict } from '../lifecycle/due.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import { foldRotations, isOpen, type Rotation } from '../lifecycle/rotation.ts';
import { blockedError } from './blocked.ts';
import { cleanUpUser, journaledDeleter } from './cleanup-user.ts';
import type { ExecutorContext } from './context.ts';
import { prepareDelivery } from './delivery.ts';
import { keyDetails } from './key-details.ts';
import type { CleanupOutcome, OldKey, RotationOutcome, UserOutcome } from './outcome.ts';
import { mayReplaceOwnKey } from './own-key.ts';
import { advance, currentState } from './perform.ts';
import { recoverRotation, reopenForLateKey } from './recover-rotation.ts';
import { newId, type UserSession } from './runtime.ts';
import { removeSpentHandoffs } from './spent-handoffs.ts';

/** What the inventory saw of a user, for the case that nothing more can be learned. */
export interface Candidate {
  readonly user: string;
  readonly oldKey: OldKey;
  /** Whether there is a key to rotate, or only Inactive ones to clean up. */
  readonly isForRotation: boolean;
}

export async function rotateUser(
  candidate: Candidate,
  context: ExecutorContext,
): Promise<UserOutcome> {
  const { user } = candidate;
  try {
    context.signal.throwIfAborted();
    return await context.runtime.exclusively(user, (session) => work(user, session, context));
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    return candidate.isForRotation
      ? { user, rotation: failed(candidate.oldKey, error), cleanup: undefined }
      : { user, rotation: undefined, cleanup: { deleted: [], kept: [], error } };
  }
}

async function work(
  user: string,
  session: UserSession,
  context: ExecutorContext,
): Promise<UserOutcome> {
  await removeSpentHandoffs(session, context);
  let open = foldRotations(session.records()).find(isOpen);
  // What is acted on is read again inside the claim: the inventory may be minutes old.
  let keys = await keysUnlessGone(user, open, session, context);
  if (keys === undefined) return { user, rotation: undefined, cleanup: undefined };
  open ??= await reopenForLateKey(keys, session, context);
  if (open !== undefined) {
    const recovered = await recover(open, keys, session, context);
    // An operator wanted the old key back: this is not the run to replace it again.
    if (recovered !== undefined || wasUndone(open, session)) {
      return { user, rotation: recovered, cleanup: undefined };
    }
    keys = await context.gateway.reader.listAccessKeys(user);
  }
  if (context.policy.recoverOnly === true) return { user, rotation: undefined, cleanup: undefined };
  let cleanup: CleanupOutcome | undefined;
  if (context.policy.cleanupInactive) {
    const remove = journaledDeleter(user, session, context);
    // I5: this comes before the rotation, so it can not meet a key that the rotation deactivates.
    cleanup = await cleanUpUser(user, keys, session.records(), context, remove);
    const deleted = new Set(cleanup?.deleted);
    keys = keys.filter(({ id }) => !deleted.has(id));
  }
  const verdict = judgeUser(keys, duePolicy(context), context.clock.now());
  return { user, rotation: await act(user, verdict, keys, session, context), cleanup };
}

/** Undefined when the user was deleted: then an open rotation is over, and that is journaled. */
async function keysUnlessGone(
  user: string,
  open: Rotation | undefined,
  session: UserSession,
  context: ExecutorContext,
): Promise<AccessKey[] | undefined> {
  try {
    return await context.gateway.reader.listAccessKeys(user);
  } catch (thrown) {
    const isGone = toKeyturnError(thrown).code === 'unknown-user';
    if (!isGone || open === undefined) throw thrown;
    await session.record(open.id, { type: 'closed', reason: 'user-gone' });
    context.emit({ code: 'rotation-closed', user, reason: 'user-gone' });
    return undefined;
  }
}

async function act(
  user: string,
  verdict: UserVerdict,
  keys: readonly AccessKey[],
  session: UserSession,
  context: ExecutorContext,
): Promise<RotationOutcome | undefined> {
  if (verdict.kind === 'nothing-due') return undefined;
  if (verdict.kind === 'blocked') return await blocked(user, verdict, keys, context);
  const { oldKey } = verdict;
  context.emit({ code: 'rotation-started', user, oldKeyId: oldKey.id });
  return await rotateKey(user, oldKey, keys, session, context);
}

/** A fresh rotation of one key, from the intent to its end or to the step that fails. */
export async function rotateKey(
  user: string,
  oldKey: AccessKey,
  keys: readonly AccessKey[],
  session: UserSession,
  context: ExecutorContext,
): Promise<RotationOutcome> {
  const id = newId();
  try {
    context.signal.throwIfAborted();
    const [target, ...alsoTargets] = await prepareDelivery(user, oldKey.id, context);
    // I1: the intent and the keys as seen are on disk before anything is created.
    await session.record(id, {
      type: 'intended',
      oldKeyId: oldKey.id,
      knownKeyIds: keys.map((key) => key.id),
      oldKeyFate: context.policy.oldKeyFate,
      target,
      ...(alsoTargets.length > 0 && { alsoTargets }),
    });
    return finished(await advance(id, session, context), oldKey, false, context);
  } catch (thrown) {
    return failedRotation(oldKey, toKeyturnError(thrown), session, id, false);
  }
}

/** Undefined when the open rotation ended without a new key in use. */
export async function recover(
  open: Rotation,
  keys: readonly AccessKey[],
  session: UserSession,
  context: ExecutorContext,
): Promise<RotationOutcome | undefined> {
  const oldKey = oldKeyOf(open, keys);
  try {
    const rotation = await recoverRotation(open, keys, session, context);
    if (rotation.phase === 'undone') return undefined;
    if (rotation.phase === 'closed') {
      context.emit({ code: 'rotation-closed', user: open.user, reason: rotation.reason });
      return undefined;
    }
    return finished(rotation, oldKey, true, context);
  } catch (thrown) {
    return failedRotation(oldKey, toKeyturnError(thrown), session, open.id, true);
  }
}

/** Whether recovery has just finished the undo of a rotation that was open. */
export function wasUndone({ id }: Rotation, session: UserSession): boolean {
  return currentState(session, id).phase === 'undone';
}

export async function blocked(
  user: string,
  verdict: Extract<UserVerdict, { kind: 'blocked' }>,
  keys: readonly AccessKey[],
  context: ExecutorContext,
): Promise<RotationOutcome> {
  const details = await keyDetails(context.gateway.reader, keys);
  const now = context.clock.now();
  const error = blockedError(user, verdict, details, context.policy.cleanupInactive, now);
  return { ...failed(verdict.oldKey, error), keys: details };
}

export function duePolicy(context: ExecutorContext) {
  return {
    daysThreshold: context.policy.daysThreshold,
    signingKeyId: context.gateway.caller.accessKeyId,
    mayReplaceSigningKey: mayReplaceOwnKey(context),
  };
}

function finished(
  rotation: Rotation,
  oldKey: OldKey,
  resumed: boolean,
  context: ExecutorContext,
): RotationOutcome {
  if (rotation.phase !== 'deactivated' && rotation.phase !== 'completed') {
    const text = `rotation of ${rotation.user} stopped in phase ${rotation.phase}`;
    return failed(oldKey, toKeyturnError(text), undefined, resumed);
  }
  const { user, oldKeyId, newKeyId, receipts } = rotation;
  context.emit({ code: 'rotation-done', user, oldKeyId, newKeyId });
  const status = rotation.phase === 'deactivated' ? 'Inactive' : oldKey.status;
  return { kind: 'rotated', oldKey: { ...oldKey, status }, newKeyId, receipts, resumed };
}

function failed(
  oldKey: OldKey,
  error: KeyturnError,
  newKeyId?: AccessKeyId,
  resumed = false,
): Extract<RotationOutcome, { kind: 'failed' }> {
  return { kind: 'failed', oldKey, error, newKeyId, resumed, keys: undefined };
}

/** A failure, with what the journal knows of the new key and of a change that may have landed. */
function failedRotation(
  oldKey: OldKey,
  error: KeyturnError,
  session: UserSession,
  rotationId: string,
  resumed: boolean,
): RotationOutcome {
  if (!session.records().some(({ rotation }) => rotation === rotationId)) {
    return failed(oldKey, error, undefined, resumed);
  }
  const state = currentState(session, rotationId);
  const isChanging = state.phase === 'deactivating' || state.phase === 'undoing';
  const status = isChanging ? 'unknown' : oldKey.status;
  const newKeyId = 'newKeyId' in state ? state.newKeyId : undefined;
  return failed({ ...oldKey, status }, error, newKeyId, resumed);
}

/** The old key of an open rotation, as listed now. */
export function oldKeyOf(open: Rotation, keys: readonly AccessKey[]): OldKey {
  const listed = keys.find(({ id }) => id === open.oldKeyId);
  return {
    id: open.oldKeyId,
    createdAt: listed?.createdAt,
    status: listed?.status ?? 'gone',
  };
}
