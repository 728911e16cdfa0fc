// A rotation whose readers have the new key only some time after its places do, and what that means for the end
// of the old one.

import { asksLastUse, type Rotation } from './rotation.ts';
import { settleMinutes } from './settle.ts';

/**
 * When the readers of its places that follow by themselves have the new key; undefined where the places
 * have it not yet.
 */
export function settledAt(rotation: Rotation): Date | undefined {
  if (!('receipts' in rotation) || rotation.deliveredAt === undefined) return undefined;
  // Who has to be told reads it no sooner than that.
  const { toldAt = rotation.deliveredAt } = rotation.hooks ?? {};
  const from = Math.max(rotation.deliveredAt.getTime(), toldAt.getTime());
  return new Date(from + settleMinutes(rotation.receipts) * 60_000);
}

/** Whether the old key may have to wait though the new one is everywhere. */
export function mayWait(rotation: Rotation): boolean {
  if (rotation.oldKeyFate === 'deactivate') return settles(rotation);
  return asksLastUse(rotation);
}

/** Whether it is asked, before its old key goes, if that may. */
export function isJudged(rotation: Rotation): boolean {
  if (rotation.oldKeyFate === 'deactivate') return rotation.phase !== 'deactivating';
  return asksLastUse(rotation);
}

/** Whether a time must pass until its readers have the new key. */
function settles(rotation: Rotation): boolean {
  return 'receipts' in rotation && settleMinutes(rotation.receipts) > 0;
}
