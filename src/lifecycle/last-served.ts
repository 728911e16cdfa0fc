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
  const made = broughtBy(id, history);
  if (made !== undefined && (hasPlaces(made) || made.phase === 'closed')) return made;
  const last = history.latest((each) => hasPlaces(each) || isBackTo(id, each));
  if (last === undefined || !hasNewKey(last)) return undefined;
  const isInUse = keys.some(
    (key) => key.id === last.newKeyId && key.id !== id && key.status === 'Active',
  );
  return isInUse && !isBackTo(id, last) ? undefined : last;
}

/**
 * The same by what is recorded under a former name of the user. Somebody else may have that name by now, so only
 * what names the key counts.
 */
export function servedUnderFormerName(
  { id }: AccessKey,
  former: UserHistory,
): Rotation | undefined {
  const made = broughtBy(id, former);
  const isThere = made?.phase === 'closed' || (made?.phase !== 'undone' && hasReceipts(made));
  return isThere ? made : former.latest((each) => isBackTo(id, each));
}

/**
 * Rotations of the key that were given up before any place had the new one: what its readers read there, if
 * they do, is the old one still. The latest first, each with places that no later one has.
 */
export function neverDelivered(
  { id }: AccessKey,
  { history }: { readonly history: UserHistory },
): readonly Rotation[] {
  const seen = new Set<string>();
  return [...history.rotations].reverse().filter((each) => {
    if (each.oldKeyId !== id || each.phase !== 'closed' || 'receipts' in each) return false;
    const places = each.targets.map(({ kind, place }) => `${kind} ${place}`);
    const isNew = places.some((place) => !seen.has(place));
    for (const place of places) seen.add(place);
    return isNew;
  });
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

/** Also one that is closed since, because somebody has deleted its old key: the places have the new one. */
function broughtBy(id: AccessKeyId, history: UserHistory): Rotation | undefined {
  const isClosed = (each: Rotation) => each.phase === 'closed' && each.delivery?.newKeyId === id;
  return history.rotationThatMade(id) ?? history.latest(isClosed);
}

function hasReceipts(rotation: Rotation | undefined): boolean {
  return rotation !== undefined && 'receipts' in rotation;
}

function hasPlaces(rotation: Rotation): boolean {
  return isSettled(rotation) && rotation.phase !== 'undone';
}

function isBackTo(id: AccessKeyId, rotation: Rotation): boolean {
  return rotation.phase === 'undone' && rotation.undo.toKeyId === id;
}
