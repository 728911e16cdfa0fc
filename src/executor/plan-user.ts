// What a run would do with one user, by reads alone (I12). It asks the same pure decisions as the
// real run; it takes no claim, writes no journal, and calls nothing that changes AWS.

import { toKeyturnError } from '../base/errors.ts';
import { judgeUser } from '../lifecycle/due.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import type { JournalRecord } from '../lifecycle/record.ts';
import { foldRotations, isOpen, type Rotation } from '../lifecycle/rotation.ts';
import { ownKeyError } from './blocked.ts';
import { cleanUpUser } from './cleanup-user.ts';
import type { ExecutorContext } from './context.ts';
import { prepareDelivery } from './delivery.ts';
import type { CleanupOutcome, RotationOutcome, UserOutcome } from './outcome.ts';
import { mayReplaceOwnKey } from './own-key.ts';
import { previewRecovery } from './recover-rotation.ts';
import { blocked, type Candidate, duePolicy, oldKeyOf } from './rotate-user.ts';

export async function planUser(
  candidate: Candidate,
  keysSeen: readonly AccessKey[],
  records: readonly JournalRecord[],
  context: ExecutorContext,
): Promise<UserOutcome> {
  const { user } = candidate;
  const open = foldRotations(records).find(isOpen);
  if (open !== undefined) {
    const rotation = await planRecovery(open, keysSeen, context);
    if (rotation !== undefined || open.phase === 'undoing')
      return { user, rotation, cleanup: undefined };
  }
  if (context.policy.recoverOnly === true) return { user, rotation: undefined, cleanup: undefined };
  let keys = keysSeen;
  let cleanup: CleanupOutcome | undefined;
  if (context.policy.cleanupInactive) {
    cleanup = await cleanUpUser(user, keys, records, context, async () => {});
    const deleted = new Set(cleanup?.deleted);
    keys = keys.filter(({ id }) => !deleted.has(id));
  }
  const verdict = judgeUser(keys, duePolicy(context), context.clock.now());
  if (verdict.kind === 'nothing-due') return { user, rotation: undefined, cleanup };
  if (verdict.kind === 'blocked') {
    return { user, rotation: await blocked(user, verdict, keys, context), cleanup };
  }
  return { user, rotation: await planRotation(user, verdict.oldKey, context), cleanup };
}

async function planRotation(
  user: string,
  oldKey: AccessKey,
  context: ExecutorContext,
): Promise<RotationOutcome> {
  try {
    await prepareDelivery(user, oldKey.id, context);
    return { kind: 'would-rotate', oldKey, resumed: false };
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    return { kind: 'failed', oldKey, error, newKeyId: undefined, resumed: false, keys: undefined };
  }
}

async function planRecovery(
  open: Rotation,
  keys: readonly AccessKey[],
  context: ExecutorContext,
): Promise<RotationOutcome | undefined> {
  const oldKey = oldKeyOf(open, keys);
  try {
    const decision = await previewRecovery(open, keys, context);
    if (decision.kind === 'close' || open.phase === 'undoing') return undefined;
    const goesOn = decision.kind === 'resume' || decision.kind === 'adopt';
    const isOwn = open.oldKeyId === context.gateway.caller.accessKeyId;
    if (goesOn && isOwn && !mayReplaceOwnKey(context)) throw ownKeyError(open.user, open.oldKeyId);
    return { kind: 'would-rotate', oldKey, resumed: true };
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    const newKeyId = 'newKeyId' in open ? open.newKeyId : undefined;
    return { kind: 'failed', oldKey, error, newKeyId, resumed: true, keys: undefined };
  }
}
