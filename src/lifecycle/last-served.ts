// Which rotation tells where a key is read, when the key is to be replaced (I14).

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { UserHistory } from './history.ts';
import type { AccessKey } from './keys.ts';
import type { JournaledTarget } from './record.ts';
import { hasNewKey, isSettled, type Rotation } from './rotation.ts';

/**
 * The rotation whose places have the key: the one that made it, or the one whose undo went back to it. Of a
 * key of neither it is the user's last one, unless the key of that one is still in use: then the places have
 * that other key. What was undone does not count for any other key.
 */
export function lastServed(
  { id }: AccessKey,
  { keys, history }: { readonly keys: readonly AccessKey[]; readonly history: UserHistory },
): Rotation | undefined {
  const made = history.rotationThatMade(id);
  if (made !== undefined && hasPlaces(made)) return made;
  const last = history.latest((each) => hasPlaces(each) || isBackTo(id, each));
  if (last === undefined || !hasNewKey(last)) return undefined;
  const isInUse = keys.some(
    (key) => key.id === last.newKeyId && key.id !== id && key.status === 'Active',
  );
  return isInUse && !isBackTo(id, last) ? undefined : last;
}

/** Where the rotation says that the key is read: of one that was undone, what could be put back. */
export function placesServed(served: Rotation): readonly JournaledTarget[] {
  if (served.phase !== 'undone') return served.targets;
  const { targets, receipts, notPutBack } = served;
  return targets.filter(({ kind, place }, index) => {
    const references = [place, receipts[index]?.reference];
    return !notPutBack.some((left) => left.kind === kind && references.includes(left.reference));
  });
}

function hasPlaces(rotation: Rotation): boolean {
  return isSettled(rotation) && rotation.phase !== 'undone';
}

function isBackTo(id: AccessKeyId, rotation: Rotation): boolean {
  return rotation.phase === 'undone' && rotation.undo.toKeyId === id;
}
