// Copies of secrets that have done their work.

import { foldRotations } from '../lifecycle/rotation.ts';
import type { ExecutorContext } from './context.ts';
import type { UserSession } from './runtime.ts';

/**
 * Removes the hand-off files of the user's completed rotations to another place (I8). The run that
 * completes one does so itself; this is for one that died right before it. Must run inside the
 * user's claim.
 */
export async function removeSpentHandoffs(
  session: UserSession,
  { handoff }: Pick<ExecutorContext, 'handoff'>,
): Promise<void> {
  for (const rotation of foldRotations(session.records())) {
    const isSpent = rotation.phase === 'completed' && rotation.target.kind !== 'handoff';
    if (isSpent) await handoff.remove(rotation.newKeyId);
  }
}
