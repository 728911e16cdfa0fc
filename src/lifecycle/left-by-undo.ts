// The key that an undo has left Active, for lists that ask nobody.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { UserHistory } from './history.ts';
import { hasNewKey } from './rotation.ts';

export interface LeftByUndo {
  readonly rotation: string;
  readonly user: string;
  readonly keyId: AccessKeyId;
  /** The key that its readers go back to. */
  readonly backTo: AccessKeyId;
  readonly undoneAt: Date;
}

/**
 * Undefined where the last rotation that made a key stands, or the journal tells of the end of the key. What
 * others did with it since is not in the journal.
 */
export function leftByUndo(history: UserHistory): LeftByUndo | undefined {
  const last = history.latest(hasNewKey);
  if (last?.phase !== 'undone') return undefined;
  const { id: rotation, user, undo, undoneAt } = last;
  const { fromKeyId: keyId, toKeyId: backTo } = undo;
  if (history.hasDeleted(keyId) || history.hasDeleted(backTo)) return undefined;
  if (history.deactivatedAt(keyId) !== undefined) return undefined;
  return { rotation, user, keyId, backTo, undoneAt };
}
