// Hand-off files that a run left which died between the end of a rotation and their removal (I8).

import type { ExecutorContext } from '../executor/context.ts';
import { isSpent, removeSpentHandoffs } from '../executor/spent-handoffs.ts';
import type { AccountState } from '../journal/journal.ts';

/** Only the user's when one is meant (I6). What stays now is left to the next run. */
export async function settleHandoffs(
  state: AccountState,
  executor: ExecutorContext,
  scope: string | undefined,
): Promise<void> {
  for (const keyId of await state.handoff.list()) {
    try {
      const user = (await state.handoff.get(keyId))?.user;
      if (user === undefined) continue;
      if (scope !== undefined && scope.toLowerCase() !== user.toLowerCase()) continue;
      if (!isSpent(keyId, await state.journal.recordsOf(user), executor)) continue;
      await executor.runtime.exclusively(user, (session) => removeSpentHandoffs(session, executor));
    } catch {
      // A damaged file is spoken of where its secret is needed; a user who is being rotated is
      // looked after by that run.
    }
  }
}
