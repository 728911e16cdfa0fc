// Which places may hold a key of a user, as far as the journal knows: asked before any key of theirs goes (I10,
// I13). A place may be written by others, and have a key that no rotation brought there, so every place that a
// rotation of the user ever named counts, until the operator has said that nobody reads it there any more.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { UserHistory } from './history.ts';
import { placesServed } from './last-served.ts';
import type { DeliveryReceipt, JournaledTarget } from './record.ts';
import { hasNewKey, type Rotation } from './rotation.ts';

/** A place, and the last rotation that names it. */
export interface KnownPlace {
  readonly rotation: Rotation;
  readonly target: JournaledTarget;
  /** Of the last delivery there; undefined where none is on record. */
  readonly receipt: DeliveryReceipt | undefined;
}

/** Each place once. */
export function knownPlaces({ rotations }: UserHistory): readonly KnownPlace[] {
  const all = [...rotations];
  const places = new Map<string, KnownPlace>();
  all.forEach((rotation, index) => {
    const left = leftBy(all.slice(index + 1), rotation);
    for (const target of rotation.targets) {
      const name = `${target.kind} ${target.place}`;
      const receipt = receiptAt(rotation, target) ?? places.get(name)?.receipt;
      if (!left.includes(target)) places.set(name, { rotation, target, receipt });
    }
  });
  return [...places.values()];
}

/**
 * Places that a later rotation has moved away from: one that replaces the key which they serve begins only when
 * it serves them too, or when the operator has said that nobody reads them any more.
 */
export function leftBy(later: readonly Rotation[], rotation: Rotation): readonly JournaledTarget[] {
  const served = keyServed(rotation);
  const isLeft = later.some((each) => each.oldKeyId === served && hasServed(each));
  return isLeft ? placesServed(rotation) : [];
}

/** Undefined where the rotation has not come so far. */
export function receiptAt(
  rotation: Rotation,
  target: JournaledTarget,
): DeliveryReceipt | undefined {
  const index = rotation.targets.findIndex(
    ({ kind, place }) => kind === target.kind && place === target.place,
  );
  const known = 'receipts' in rotation ? rotation.receipts[index] : undefined;
  return known ?? rotation.placed?.[index];
}

/** The key that the places of the rotation have, as far as it came; undefined where they have none of it. */
export function keyServed(rotation: Rotation): AccessKeyId | undefined {
  if (rotation.phase === 'undone') return rotation.undo.toKeyId;
  return hasNewKey(rotation) && 'receipts' in rotation ? rotation.newKeyId : undefined;
}

/** One that another tool performed asked nobody about the places of the key that it replaced. */
function hasServed(rotation: Rotation): boolean {
  const { phase } = rotation;
  const isFound = phase === 'completed' && rotation.completedAt === undefined;
  return 'receipts' in rotation && !isFound && phase !== 'undone' && phase !== 'undoing';
}
