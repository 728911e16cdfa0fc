// Whether a rotation is taken back already: then an undo of the run that began it leaves it alone.

import type { AccessKey } from './keys.ts';
import type { CloseReason } from './record.ts';
import type { Rotation } from './rotation.ts';

/** Why nothing of a closed rotation is in force; undefined where its new key is. */
const CLOSED: Readonly<Record<CloseReason, string | undefined>> = {
  'no-key-was-made': 'it made no key',
  'never-sent': 'it made no key',
  discarded: 'its new key was deleted again, because nobody could use it',
  'new-key-gone': 'its new key was deleted by somebody',
  'old-key-gone': undefined,
  'user-gone': 'the user is gone',
  undone: 'it is undone already',
};

/**
 * Why there is nothing of it to take back, in words; undefined when there is. `keys` are those of the
 * user: an undo that left the new key Active goes further when it is repeated.
 */
export function whyNothingLeft(rotation: Rotation, keys: readonly AccessKey[]): string | undefined {
  if (rotation.phase === 'closed') return CLOSED[rotation.reason];
  if (rotation.phase !== 'undone') return undefined;
  const { undo, oldKeyId } = rotation;
  // The undo was undone itself.
  if (undo.toKeyId !== oldKeyId) return undefined;
  const taken = keys.find(({ id }) => id === undo.fromKeyId);
  const mayGoFurther = undo.fromKeyFate === 'deactivate' && taken?.status === 'Active';
  return mayGoFurther ? undefined : 'it is undone already';
}
