// Which records a journal still needs. What is dropped could change no decision any more.

import type { JournalRecord } from './record.ts';
import { foldRotations, isOpen, type Rotation } from './rotation.ts';

/**
 * Keeps, of one user's records and in their order: every rotation that is open; every finished one
 * whose old key may still exist, because the hold is counted from it (I5) and undo needs it; the
 * latest one, whatever came of it, because its key may yet land (I13); and the records of keys that
 * were not deleted.
 */
export function neededRecords(records: readonly JournalRecord[]): JournalRecord[] {
  const deleted = new Set(
    records.flatMap(({ rotation, step }) =>
      rotation === null && step.type === 'deleted' ? [step.keyId] : [],
    ),
  );
  const rotations = foldRotations(records);
  const latest = rotations.at(-1)?.id;
  const isNeeded = (each: Rotation) =>
    each.id === latest || isOpen(each) || (each.phase !== 'closed' && !deleted.has(each.oldKeyId));
  const needed = new Set(rotations.filter(isNeeded).map(({ id }) => id));
  return records.filter(({ rotation, step }) =>
    rotation === null ? 'keyId' in step && !deleted.has(step.keyId) : needed.has(rotation),
  );
}
