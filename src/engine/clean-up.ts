// Deletes a user's keys that have been Inactive for long enough, when the operator opted in.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { CleanUp } from '../lifecycle/decide-user.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import { deleteAsJudged } from './change-key.ts';
import { decideCleanUp } from './decide.ts';
import type { CleanupOutcome } from './outcome.ts';
import type { UserWork } from './user-work.ts';

/** What clean-up comes to when every key that may go does go. */
export function foretoldCleanUp(cleanUp: CleanUp, user: string): CleanupOutcome {
  const unknown = cleanUp.keeps.findLast(({ failed }) => failed);
  const holder = cleanUp.keeps.findLast((kept) => kept.holder !== undefined)?.holder;
  return {
    deleted: cleanUp.deletes.map(({ key }) => key.id),
    kept: cleanUp.keeps.map(({ key, reason, notBefore }) => ({ id: key.id, reason, notBefore })),
    error:
      holder ??
      (unknown &&
        new KeyturnError(
          'last-use-unknown',
          `${unknown.key.id} of ${user} was kept: ${unknown.reason}`,
          { hint: 'grant iam:GetAccessKeyLastUsed on user/* to the caller' },
        )),
  };
}

/** Performs what was decided about these keys of the user. */
export async function cleanUp(
  decided: CleanUp,
  keys: readonly AccessKey[],
  work: UserWork,
): Promise<CleanupOutcome> {
  if (decided.deletes.length === 0) return foretoldCleanUp(decided, work.user);
  // A run beside this one may have seen a key Active after this one had read the sightings (I5).
  await work.account.state.sightings.refresh();
  // The places were read a moment ago, for the decision.
  const free = new Set(decided.deletes.map(({ key }) => key.id));
  const now = (await decideCleanUp(work, keys, free)) ?? { deletes: [], keeps: [] };
  const foretold = foretoldCleanUp(now, work.user);
  const deleted: AccessKeyId[] = [];
  const kept = [...foretold.kept];
  let { error } = foretold;
  for (const { key, reason } of now.deletes) {
    try {
      await deleteAsJudged(key, { by: 'clean-up', why: reason }, work);
      deleted.push(key.id);
    } catch (thrown) {
      error = toKeyturnError(thrown);
      kept.push({ id: key.id, reason: error.message, notBefore: undefined });
    }
  }
  return { deleted, kept, error };
}
