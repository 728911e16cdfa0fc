// Whose key an ID is, where AWS does not tell the caller: the user's own list of keys, and what the journal
// knows of that user, answer for the keys that are or were the user's own (I14).

import type { KeyReader } from '../aws/gateway.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { toKeyturnError } from '../base/errors.ts';
import { isSameUser } from '../base/user-name.ts';
import type { WhoseKey } from '../lifecycle/keys.ts';
import type { AccountState } from '../state/state-store.ts';

export interface OwnerSources {
  readonly ask: WhoseKey;
  readonly reader: KeyReader;
  readonly state: Pick<AccountState, 'history'>;
}

/**
 * Asks as `ask` does, and of a key that AWS says nothing about whether it is or was one of the user's. A
 * self-service policy allows nobody to ask about a key that was deleted, the own ones included. Where the rotation has
 * its new key, it tells of any other key of the user whether it is Active.
 */
export function ownersKnownTo(
  { user, newKeyId }: { readonly user: string; readonly newKeyId?: AccessKeyId | undefined },
  sources: OwnerSources,
): WhoseKey {
  return async (keyId) => {
    const owner = await sources.ask(keyId);
    const isOther = newKeyId !== undefined && keyId !== newKeyId;
    if (isOther && owner.kind === 'user' && isSameUser(owner.user, user)) {
      return { ...owner, isActive: await isActive(keyId, user, sources.reader) };
    }
    if (owner.kind !== 'unknown') return owner;
    return (await isOneOf(user, keyId, sources)) ? { kind: 'user', user } : owner;
  };
}

/** Where the user's keys cannot be listed, one that AWS says is the user's may well be Active (I11). */
async function isActive(keyId: AccessKeyId, user: string, reader: KeyReader): Promise<boolean> {
  try {
    const key = (await reader.listAccessKeys(user)).find(({ id }) => id === keyId);
    return key?.status === 'Active';
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.isStop) throw error;
    return true;
  }
}

async function isOneOf(
  user: string,
  keyId: AccessKeyId,
  { reader, state }: OwnerSources,
): Promise<boolean> {
  try {
    if ((await state.history(user)).hasNamed(keyId)) return true;
    return (await reader.listAccessKeys(user)).some(({ id }) => id === keyId);
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.isStop) throw error;
    // I11: then it stays unknown, with what AWS said first.
    return false;
  }
}
