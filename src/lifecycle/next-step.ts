// What a rotation does next when all is well. Everything unusual is recover.ts's business.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { isUntold, type KnownHooks, pendingWatch } from './hooks.ts';
import { asksLastUse, hasNewKey, type Rotation, type UndoIntent } from './rotation.ts';

export type NextStep =
  | { readonly perform: 'create' }
  | { readonly perform: 'prove'; readonly newKeyId: AccessKeyId }
  | { readonly perform: 'deliver'; readonly newKeyId: AccessKeyId }
  /** Its readers are told, by the hooks of the operator. */
  | { readonly perform: 'tell'; readonly newKeyId: AccessKeyId }
  /** The old key goes, as was decided. */
  | { readonly perform: 'cut-over'; readonly newKeyId: AccessKeyId }
  /** The old key goes if nobody uses it, and else stays Active for now (I15). */
  | { readonly perform: 'retire'; readonly newKeyId: AccessKeyId }
  /** The old key stays Active: check once more that the new one is in place, and end. */
  | { readonly perform: 'complete'; readonly newKeyId: AccessKeyId }
  | { readonly perform: 'discard'; readonly keyId: AccessKeyId }
  | { readonly perform: 'undo'; readonly intent: UndoIntent }
  /** The time after the old key was made Inactive is watched. */
  | { readonly perform: 'watch'; readonly newKeyId: AccessKeyId }
  | { readonly perform: 'stop' };

const END_OF = { 'when-quiet': 'retire', deactivate: 'retire', keep: 'complete' } as const;

/**
 * The order of a rotation: create, prove, deliver, and only then touch the old key (I3, I4).
 * `create` follows only from the intent of the same run (I2): after a crash, recovery decides.
 */
export function nextStep(rotation: Rotation, known?: KnownHooks): NextStep {
  const isToTell = isUntold(rotation, known) && !isEndedByWord(rotation);
  if (isToTell && hasNewKey(rotation) && (known !== undefined || rotation.phase === 'delivered')) {
    return { perform: 'tell', newKeyId: rotation.newKeyId };
  }
  switch (rotation.phase) {
    case 'intended':
      return { perform: 'create' };
    case 'created':
    case 'delivered-unproved':
      return { perform: 'prove', newKeyId: rotation.newKeyId };
    case 'proved':
      return { perform: 'deliver', newKeyId: rotation.newKeyId };
    case 'delivered':
      return { perform: END_OF[rotation.oldKeyFate], newKeyId: rotation.newKeyId };
    case 'in-grace':
      return { perform: 'retire', newKeyId: rotation.newKeyId };
    case 'deactivating': {
      const isAsked = asksLastUse(rotation);
      return { perform: isAsked ? 'retire' : 'cut-over', newKeyId: rotation.newKeyId };
    }
    case 'discarding':
      return { perform: 'discard', keyId: rotation.unwantedKeyId };
    case 'undoing':
      return { perform: 'undo', intent: rotation.undo };
    case 'deactivated':
      return pendingWatch(rotation) === undefined
        ? { perform: 'stop' }
        : { perform: 'watch', newKeyId: rotation.newKeyId };
    case 'create-unknown':
    case 'orphan-found':
    case 'undone':
    case 'completed':
    case 'closed':
      return { perform: 'stop' };
  }
}

/** A person who names the old key has decided: it goes without the hooks, which are about what a run does. */
function isEndedByWord(rotation: Rotation): boolean {
  return rotation.phase === 'deactivating' && rotation.word !== undefined;
}
