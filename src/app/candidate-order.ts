// In which order the users of an account take what one alone can have, and who comes last.

import type { AccountWork } from '../engine/account-work.ts';
import type { UserListed } from '../engine/foretell-user.ts';
import { dependsOn } from '../lifecycle/signer.ts';

/**
 * I14: of two users whose places are one the first by name has it, in a dry run and in the run, whoever
 * comes to be rotated first. What does not fit a user is told when that user's turn comes.
 */
export async function takePlaces(
  candidates: readonly UserListed[],
  { places }: AccountWork,
): Promise<void> {
  const due = candidates.filter(({ isForRotation }) => isForRotation);
  for (const { user, oldKey } of due.toSorted((a, b) => (a.user < b.user ? -1 : 1))) {
    await places.forNew(user, oldKey.id).catch(() => undefined);
  }
}

/** I7: a key that the calls depend on goes when there is nobody left to sign for. */
export function ownKeyLast(
  candidates: readonly UserListed[],
  { gateway }: AccountWork,
): readonly (readonly UserListed[])[] {
  const hasOwnKey = ({ user, keys }: UserListed) =>
    keys.some(({ id }) => dependsOn(gateway.caller, user, id));
  return [candidates.filter((one) => !hasOwnKey(one)), candidates.filter(hasOwnKey)];
}
