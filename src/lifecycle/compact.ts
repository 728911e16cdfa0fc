// Which records a journal still needs. What is dropped could change no decision any more.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { UserHistory } from './history.ts';
import type { JournalRecord } from './record.ts';
import { hasNewKey, isOpen, type Rotation } from './rotation.ts';

/**
 * Keeps, of one user's records and in their order: every rotation that is open; every finished one
 * whose old key may still exist, because the hold is counted from it (I5) and undo needs it; of an
 * undone one also where the key taken back may exist, because its quiet is counted from the undo; of one that
 * went to a place also where its new key may exist, because no key goes that the place holds (I10);
 * every one whose new secret is still handed off, because it tells where that is to be; the
 * latest one, whatever came of it, because its key may yet land (I13); and the records of keys that
 * were not deleted, or that a rotation replaced which is kept.
 */
export function neededRecords(
  records: readonly JournalRecord[],
  handedOff: ReadonlySet<AccessKeyId> = new Set(),
): JournalRecord[] {
  const deleted = new Set(
    records.flatMap(({ rotation, step }) =>
      rotation === null && step.type === 'deleted' ? [step.keyId] : [],
    ),
  );
  const rotations = [...new UserHistory(records).rotations];
  const latest = rotations.at(-1)?.id;
  const mayMatter = (each: Rotation) => {
    if (each.phase === 'closed') return false;
    if (hasNewKey(each) && handedOff.has(each.newKeyId)) return true;
    // Its places have the key, or may have it; what is handed off is nobody's place.
    const hasPlace = each.phase === 'undone' || each.targets.some(({ place }) => place !== '');
    const isNewToo = hasNewKey(each) && hasPlace && !deleted.has(each.newKeyId);
    return isNewToo || !deleted.has(each.oldKeyId);
  };
  const isNeeded = (each: Rotation) => each.id === latest || isOpen(each) || mayMatter(each);
  const needed = new Set(rotations.filter(isNeeded).map(({ id }) => id));
  const replaced = new Set(
    rotations.filter(({ id }) => needed.has(id)).map(({ oldKeyId }) => oldKeyId),
  );
  return records.filter(({ rotation, step }) => {
    if (rotation !== null) return needed.has(rotation);
    return 'keyId' in step && (!deleted.has(step.keyId) || replaced.has(step.keyId));
  });
}
