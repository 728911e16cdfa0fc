// Copies of secrets that have done their work.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { toKeyturnError } from '../base/errors.ts';
import type { JournalRecord } from '../lifecycle/record.ts';
import { foldRotations, type Rotation } from '../lifecycle/rotation.ts';
import { type ExecutorContext, reachable } from './context.ts';
import type { UserSession } from './runtime.ts';

/** What is needed to find a finished rotation's places and to tidy up behind it. */
export type Tidying = Pick<ExecutorContext, 'destinations' | 'reopen' | 'handoff' | 'emit'>;

type Finished = Extract<Rotation, { phase: 'deactivated' | 'completed' | 'undone' }>;

/**
 * The rotation has ended and every destination holds the secret, so the plain hand-off file goes
 * (I8), unless it is what was delivered. One that stays because of a fault does not undo the
 * rotation: the next run tries again.
 */
export async function settleHandoff(
  rotation: Rotation,
  newKeyId: AccessKeyId,
  context: Tidying,
): Promise<void> {
  const { handoff, emit } = context;
  const destinations = reachable(rotation, context);
  if (destinations.some(({ keepsHandoff }) => keepsHandoff === true)) return;
  try {
    const key = await handoff.get(newKeyId);
    if (key === undefined) return;
    for (const destination of destinations) await destination.seal?.(key);
    await handoff.remove(newKeyId);
  } catch (thrown) {
    const reason = toKeyturnError(thrown).message;
    emit({ code: 'handoff-kept', user: rotation.user, path: handoff.pathOf(newKeyId), reason });
  }
}

/**
 * The same for the user's earlier rotations. The run that ends one does so itself; this is for one
 * that died right before it. Must run inside the user's claim.
 */
export async function removeSpentHandoffs(session: UserSession, context: Tidying): Promise<void> {
  for (const rotation of finishedRotations(session.records())) {
    if (isReachable(rotation, context)) await settleHandoff(rotation, rotation.newKeyId, context);
  }
}

/** Whether the key's rotation has ended and its plain hand-off file is only left over. */
export function isSpent(
  keyId: AccessKeyId,
  records: readonly JournalRecord[],
  context: Tidying,
): boolean {
  const rotation = finishedRotations(records).find(({ newKeyId }) => newKeyId === keyId);
  if (rotation === undefined || !isReachable(rotation, context)) return false;
  return !reachable(rotation, context).some(({ keepsHandoff }) => keepsHandoff === true);
}

function finishedRotations(records: readonly JournalRecord[]): Finished[] {
  return foldRotations(records).filter(
    (rotation): rotation is Finished =>
      rotation.phase === 'deactivated' ||
      rotation.phase === 'completed' ||
      // What went back keeps the new secret too; elsewhere nobody knows whether it was delivered.
      (rotation.phase === 'undone' && rotation.notPutBack.every(({ kind }) => kind === 'handoff')),
  );
}

/** keyctl can not reach what other faces deliver to, and leaves their files alone. */
function isReachable(rotation: Rotation, context: Tidying): boolean {
  try {
    return reachable(rotation, context).length > 0;
  } catch {
    return false;
  }
}
