// Which of several places have the new key, before all of them do.

import type { DeliveryReceipt, JournaledTarget, RotationStep } from './record.ts';
import type { Rotation } from './rotation.ts';

export type Placed = Extract<RotationStep, { readonly type: 'placed' }>;

/** What every place has, or none has yet. */
const ENDS_PLACED: ReadonlySet<RotationStep['type']> = new Set(['delivered', 'created', 'adopted']);

/** The receipts so far; those of a delivery to all places are in a field of their own. */
export function placedAfter(rotation: Rotation, step: RotationStep): Pick<Rotation, 'placed'> {
  const { targets, placed } = rotation;
  if (ENDS_PLACED.has(step.type)) return {};
  if (step.type === 'placed' && !('receipts' in rotation)) {
    return { placed: targets.map((each, index) => receiptFor(each, step) ?? placed?.[index]) };
  }
  return placed === undefined ? {} : { placed };
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

function receiptFor(
  { kind, place }: JournaledTarget,
  { target, receipt }: Placed,
): DeliveryReceipt | undefined {
  return kind === target.kind && place === target.place ? receipt : undefined;
}
