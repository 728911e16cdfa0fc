// Whether anybody is to be given a secret that is kept.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { UserHistory } from './history.ts';
import { isOpen, isSettled, type Rotation } from './rotation.ts';

/**
 * `waits` for whoever is to use the key; `needed` by a rotation that is not finished; the others say what became
 * of the key, so that nobody is to be given its secret any more.
 */
export type HandedOffState = 'waits' | 'needed' | 'undone' | 'replaced' | 'deleted';

export function handedOffState(keyId: AccessKeyId, history: UserHistory): HandedOffState {
  if (history.hasDeleted(keyId) || isGone(keyId, history)) return 'deleted';
  const made = history.rotationThatMade(keyId);
  if (made !== undefined && isOpen(made) && !isSettled(made)) return 'needed';
  if (made?.phase === 'undone' && made.undo.fromKeyId === keyId) return 'undone';
  const successor = history.latest(({ oldKeyId }) => oldKeyId === keyId);
  const isReplaced =
    successor !== undefined && isSettled(successor) && successor.phase !== 'undone';
  return isReplaced ? 'replaced' : 'waits';
}

/** Whether somebody else has deleted the key, alone or with its user: a run has found that, and closed its rotation. */
function isGone(keyId: AccessKeyId, history: UserHistory): boolean {
  const madeIt = ({ id }: Rotation) =>
    history.recordsOf(id).some(({ step }) => 'newKeyId' in step && step.newKeyId === keyId);
  const last = history.latest(madeIt);
  if (last?.phase !== 'closed') return false;
  return last.reason === 'new-key-gone' || last.reason === 'user-gone';
}
