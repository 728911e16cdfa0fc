// Keys of which the journal says that they are done with.

import { UserHistory } from '../../src/lifecycle/history.ts';
import type { Rotation } from '../../src/lifecycle/rotation.ts';
import type { JournalView } from './journal-view.ts';
import type { SimKey } from './world.ts';

/** Why rotations are closed that have no key any more. */
const GONE: readonly string[] = ['new-key-gone', 'no-key-was-made', 'discarded'];

/** A rotation has made it Inactive, or an undo has, and clean-up will delete it. */
export function isReplaced(key: SimKey, journal: JournalView): boolean {
  const { rotations } = new UserHistory(journal.recordsOf(key.user));
  const isTakenBack = (each: Rotation) =>
    each.phase === 'undone' && each.newKeyId === key.id && key.status === 'Inactive';
  return [...rotations].some(
    (each) => isTakenBack(each) || (each.phase === 'deactivated' && each.oldKeyId === key.id),
  );
}

/** A key of ours whose rotation was closed as if it had none. */
export function isAbandoned(key: SimKey, journal: JournalView): boolean {
  const { rotations } = new UserHistory(journal.recordsOf(key.user));
  const closed = [...rotations].filter(
    (each) => each.phase === 'closed' && GONE.includes(each.reason),
  );
  return closed.some(({ id }) => journal.newKeyOf(id) === key.id);
}
