// Which places have the new key before all of them do, and what was found there later.

import type { DeliveryReceipt, DeliveryTarget, JournaledTarget, RotationStep } from './record.ts';
import type { Rotation } from './rotation.ts';

export type Placed = Extract<RotationStep, { readonly type: 'placed' }>;

type Known = Pick<Rotation, 'placed' | 'found' | 'pairMark'>;

/** What the records say of the pair and its places, besides the receipts of a delivery to all of them. */
export function knownAfter(rotation: Rotation, step: RotationStep): Known {
  const pairMark = step.type === 'proved' ? step.pairMark : rotation.pairMark;
  const placed = placedAfter(rotation, step);
  const found = foundAfter(rotation, step);
  return {
    ...(pairMark !== undefined && { pairMark }),
    // What ends has to be said, where the next state is made from this one.
    ...((placed !== undefined || rotation.placed !== undefined) && { placed }),
    ...((found !== undefined || rotation.found !== undefined) && { found }),
  };
}

/** A place that is given the key once all that were named have it is one of them from then on. */
export function targetsAfter(rotation: Rotation, step: RotationStep): Rotation['targets'] {
  const { targets } = rotation;
  if (step.type !== 'placed' || !('receipts' in rotation)) return targets;
  return targets.some((each) => isAt(each, step.target)) ? targets : [...targets, step.target];
}

/** What every place has, or none has yet. */
const ENDS_PLACED: ReadonlySet<RotationStep['type']> = new Set(['delivered', 'created', 'adopted']);

function placedAfter(rotation: Rotation, step: RotationStep): Known['placed'] {
  const { targets, placed } = rotation;
  if (ENDS_PLACED.has(step.type)) return undefined;
  if (step.type !== 'placed' || 'receipts' in rotation) return placed;
  return targets.map((each, index) => receiptFor(each, step) ?? placed?.[index]);
}

/** An undo changes what the places are to have. */
function foundAfter({ targets, found }: Rotation, step: RotationStep): Known['found'] {
  if (step.type === 'undoing') return undefined;
  if (step.type !== 'placed' && step.type !== 'place-found') return found;
  const now = step.type === 'placed' || step.state === 'fine' ? undefined : step.state;
  const after = targets.map((each, index) => (isAt(each, step.target) ? now : found?.[index]));
  return after.some((state) => state !== undefined) ? after : undefined;
}

function isAt(one: DeliveryTarget, other: DeliveryTarget): boolean {
  return one.kind === other.kind && one.place === other.place;
}

/** The receipts of a delivery, one of them new. */
export function receiptsWith(
  step: Placed,
  targets: readonly JournaledTarget[],
  receipts: readonly DeliveryReceipt[],
): readonly DeliveryReceipt[] {
  return targets.map(
    (each, index) =>
      receiptFor(each, step) ?? receipts[index] ?? { kind: each.kind, reference: each.place },
  );
}

function receiptFor(at: JournaledTarget, { target, receipt }: Placed): DeliveryReceipt | undefined {
  return isAt(at, target) ? receipt : undefined;
}
