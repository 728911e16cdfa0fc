// Which rotation tells where a key is read, when the key is to be replaced (I14).

import type { UserHistory } from './history.ts';
import type { AccessKey } from './keys.ts';
import { hasNewKey, isSettled, type Rotation } from './rotation.ts';

/**
 * The rotation whose places have the key: the one that made it. Of a key that none made it is the user's
 * last one, unless the key of that one is still in use: then the places have that other key. What was
 * undone does not count.
 */
export function lastServed(
  { id }: AccessKey,
  { keys, history }: { readonly keys: readonly AccessKey[]; readonly history: UserHistory },
): Rotation | undefined {
  const made = history.rotationThatMade(id);
  if (made !== undefined && hasPlaces(made)) return made;
  const last = history.latest(hasPlaces);
  if (last === undefined || !hasNewKey(last)) return undefined;
  const isInUse = keys.some(
    (key) => key.id === last.newKeyId && key.id !== id && key.status === 'Active',
  );
  return isInUse ? undefined : last;
}

function hasPlaces(rotation: Rotation): boolean {
  return isSettled(rotation) && rotation.phase !== 'undone';
}
