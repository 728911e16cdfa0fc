// Whose key an ID was, by the journal: AWS forgets a key that is deleted.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import type { AccountState } from '../state/state-store.ts';

export interface RecordedOwner {
  readonly user: string;
  readonly history: UserHistory;
}

/** The user with whose keys the journal names this one; undefined where it does not. */
export async function recordedOwner(
  keyId: AccessKeyId,
  state: AccountState,
): Promise<RecordedOwner | undefined> {
  for (const user of await state.users()) {
    const history = await state.history(user);
    if (history.hasNamed(keyId)) return { user, history };
  }
  return undefined;
}
