// Whether an entry of a plan has anything to do.

import type { PlanUser } from '../../reports/plan-document.ts';

/** A step, or something that is put on record alone. */
export function hasToDo({ keys, records = false }: Pick<PlanUser, 'keys' | 'records'>): boolean {
  return records || keys.some(({ steps }) => steps.length > 0);
}
