// Hand-off files that a run left which died between the end of a rotation and their removal (I8).

import type { ExecutorContext } from '../executor/context.ts';
import { isSpent, removeSpentHandoffs } from '../executor/spent-handoffs.ts';
import type { AccountState } from '../journal/journal.ts';

/** Only the user's when one is meant (I6). A user who is being rotated is left to that run. */
export async function settleHandoffs(
  { handoff, journal }: AccountState,
  executor: ExecutorContext,
  scope: string | undefined,
): Promise<void> {
  const left = new Set(await handoff.list());
  if (left.size === 0) return;
  for (const user of await journal.users()) {
    if (scope !== undefined && scope.toLowerCase() !== user.toLowerCase()) continue;
    const records = await journal.recordsOf(user);
    const made = records.flatMap(({ step }) => (step.type === 'created' ? [step.newKeyId] : []));
    const isLeft = made.some((keyId) => left.has(keyId) && isSpent(keyId, records, executor));
    if (!isLeft) continue;
    try {
      await executor.runtime.exclusively(user, (session) => removeSpentHandoffs(session, executor));
    } catch {
      // Its claim is held, or the claim can not be taken: the next run comes by.
    }
  }
}
