// Which places of a user should have which key now, as far as the journal knows: what is looked at between
// rotations.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { UserHistory } from './history.ts';
import { keyServed, leftBy, receiptAt } from './known-places.ts';
import type { DeliveryReceipt, FoundState, JournaledTarget, JournalRecord } from './record.ts';
import { hasNewKey, type Rotation } from './rotation.ts';

export interface ServedPlace {
  /** The last rotation that brought a key there, or took one back. */
  readonly rotation: Rotation;
  readonly target: JournaledTarget;
  /** Undefined where the place was put back, or its rotation came to no proper end. */
  readonly receipt: DeliveryReceipt | undefined;
  /** The key that its readers should find. */
  readonly keyId: AccessKeyId;
  /** The key that an open rotation is bringing there: its readers may find that one already. */
  readonly nextKeyId: AccessKeyId | undefined;
}

/** Each place once, as the last rotation left it that came so far. */
export function servedPlaces(history: UserHistory): readonly ServedPlace[] {
  const all = [...history.rotations];
  const places = new Map<string, ServedPlace>();
  all.forEach((rotation, index) => {
    const left = leftBy(all.slice(index + 1), rotation);
    for (const target of rotation.targets) {
      const name = `${target.kind} ${target.place}`;
      if (left.includes(target)) continue;
      const served = servedBy(rotation, target, history);
      const before = places.get(name);
      if (served !== undefined) places.set(name, { rotation, target, ...served });
      else if (before !== undefined && hasNewKey(rotation)) {
        places.set(name, { ...before, nextKeyId: rotation.newKeyId });
      }
    }
  });
  return [...places.values()];
}

/** A place that was found not to be as its rotation left it, and was not found well since. */
export interface WrongPlace {
  readonly served: ServedPlace;
  readonly state: Exclude<FoundState, 'fine'>;
  readonly foundAt: Date;
}

export function wrongPlaces(history: UserHistory): readonly WrongPlace[] {
  return servedPlaces(history).flatMap((served) => {
    const { rotation, target } = served;
    const state = rotation.found?.[rotation.targets.indexOf(target)];
    if (state === undefined || state === 'fine') return [];
    const record = history
      .recordsOf(rotation.id)
      .findLast(
        ({ step }) =>
          step.type === 'place-found' &&
          step.target.kind === target.kind &&
          step.target.place === target.place,
      );
    return [{ served, state, foundAt: record?.at ?? rotation.intendedAt }];
  });
}

type Served = Pick<ServedPlace, 'receipt' | 'keyId' | 'nextKeyId'>;

/** Undefined where the rotation has brought nothing there, as far as is known. */
function servedBy(
  rotation: Rotation,
  target: JournaledTarget,
  history: UserHistory,
): Served | undefined {
  if (rotation.phase === 'closed') {
    const served = servedBeforeClosing(history.recordsOf(rotation.id));
    return served && { ...served, receipt: undefined, nextKeyId: undefined };
  }
  // Either key may be there until the undo has come to its end.
  if (rotation.phase === 'undoing') {
    const { toKeyId: keyId, fromKeyId: nextKeyId } = rotation.undo;
    return { keyId, nextKeyId, receipt: undefined };
  }
  const receipt = rotation.phase === 'undone' ? undefined : receiptAt(rotation, target);
  const keyId = keyServed(rotation) ?? (receipt && hasNewKey(rotation) && rotation.newKeyId);
  return keyId ? { keyId, receipt, nextKeyId: undefined } : undefined;
}

/** Of one that was closed after its delivery: somebody had deleted one of its keys. */
function servedBeforeClosing(
  records: readonly JournalRecord[],
): { readonly keyId: AccessKeyId } | undefined {
  let keyId: AccessKeyId | undefined;
  let isDelivered = false;
  for (const { step } of records) {
    if (step.type === 'created' || step.type === 'adopted') keyId = step.newKeyId;
    if (step.type === 'delivered') isDelivered = true;
    if (step.type === 'undone') return undefined;
  }
  return isDelivered && keyId !== undefined ? { keyId } : undefined;
}
