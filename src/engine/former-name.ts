// What is recorded about a user under the name that they had before: AWS and the journal both know a key by its ID,
// and the journal files it under the name of that day.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { isSameUser } from '../base/user-name.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import type { UserAtHand } from './user-work.ts';

/** Undefined where a rotation made the key under the present name, or none has named it under another one. */
export async function formerHistory(
  keyId: AccessKeyId,
  { user, account: { state }, history }: UserAtHand,
): Promise<UserHistory | undefined> {
  if (history.rotationThatMade(keyId) !== undefined) return undefined;
  const name = await state.namedUnder(keyId);
  return name === undefined || isSameUser(name, user) ? undefined : await state.history(name);
}
