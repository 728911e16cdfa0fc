// A hold that begins with what a run itself does: another run may delete the key when it is over (I16).

import { MS_PER_DAY } from '../base/clock.ts';
import type { UserOutcome } from './outcome.ts';
import type { UserAtHand } from './user-work.ts';

type Told = Partial<Pick<UserOutcome, 'rotation' | 'retirement'>>;

/** When clean-up would delete the key that is made Inactive; undefined where none is, or nobody asked for clean-up. */
export function holdBegunEnds(told: Told, { history, account }: UserAtHand): Date | undefined {
  const { cleanUpDays } = account.policy;
  const key = madeInactive(told);
  if (key === undefined || cleanUpDays === undefined) return undefined;
  // A dry run has no record of it: it would begin now.
  const since = history.deactivatedAt(key.id) ?? account.clock.now();
  return new Date(since.getTime() + cleanUpDays * MS_PER_DAY);
}

function madeInactive({ rotation, retirement }: Told) {
  if (retirement?.kind === 'retired') return retirement.oldKey;
  switch (rotation?.kind) {
    case 'rotated':
      return rotation.oldKey.status === 'Inactive' ? rotation.oldKey : undefined;
    case 'would-rotate':
      return rotation.fate.status === 'Inactive' ? rotation.oldKey : undefined;
    default:
      return undefined;
  }
}
