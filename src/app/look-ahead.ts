// What each user would take of what a run may do, found out before anything is done: the run's own decision about
// them, told by reads alone as a dry run tells it, and as if there was no limit.

import pMap from 'p-map';
import type { AccountWork } from '../engine/account-work.ts';
import { foretellUser, type UserListed } from '../engine/foretell-user.ts';
import type { UserOutcome } from '../engine/outcome.ts';
import type { Wanted } from '../lifecycle/decide-user.ts';
import type { RetirePolicy, WhyGoing } from '../lifecycle/retire-policy.ts';
import type { Claim, EndingKey } from './slots.ts';

/** A user whose turn will come. */
export interface Ahead {
  readonly one: UserListed;
  readonly wanted: Wanted;
  /** The account as it is for the user; nothing is held back by a limit. */
  readonly account: AccountWork;
  /** How far the key is over its threshold, where a new one may be made. */
  readonly overdueMs: number | undefined;
}

export async function lookAhead(
  users: readonly Ahead[],
  concurrency: number,
): Promise<readonly Claim[]> {
  return await pMap(users, claimOf, { concurrency });
}

async function claimOf({ one, wanted, account, overdueMs }: Ahead): Promise<Claim> {
  let begins = false;
  let goes: WhyGoing | undefined;
  const { policy } = account;
  const retire: RetirePolicy = {
    ...policy.retire,
    heldBack: (why) => {
      const held = policy.retire.heldBack?.(why);
      if (held === undefined) goes ??= why;
      return held;
    },
  };
  const mayBegin = () => {
    begins = true;
    return true;
  };
  const outcome = await foretellUser(one, wanted, {
    ...account,
    // It is told when the user's turn comes.
    emit: () => {},
    policy: { ...policy, retire, mayBegin, makesPlan: false },
  });
  const { user } = one;
  const end = goes && endingKey(one, { goes, outcome });
  return { user, overdueMs: begins ? overdueMs : undefined, end };
}

function endingKey(
  { oldKey, isEndDoubtful = false }: UserListed,
  { goes, outcome }: { readonly goes: WhyGoing; readonly outcome: UserOutcome },
): EndingKey {
  const { rotation, retirement } = outcome;
  const isEnding =
    retirement?.kind === 'retired' ||
    (rotation?.kind === 'would-rotate' && rotation.fate.status === 'Inactive');
  const madeAt = rotation?.oldKey.createdAt ?? retirement?.oldKey.createdAt ?? oldKey.createdAt;
  return { goes, since: retirement?.since, madeAt, isDoubtful: isEndDoubtful || !isEnding };
}
