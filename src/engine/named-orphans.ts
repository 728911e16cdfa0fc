// Keys of which the operator says that nobody made them by hand: which of them a rotation asks about. The
// word is an answer, so a key that nothing asks about is a slip of the pen, and nothing is done.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import { type SameReach, statusCommand } from '../base/key-command.ts';
import type { Recovery } from '../lifecycle/decide-open.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import type { AccountWork } from './account-work.ts';
import { decide } from './decide.ts';

/** The named keys among those of the user that the word is about; by reads alone. */
export async function askedAbout(
  user: string,
  keys: readonly AccessKey[],
  account: AccountWork,
): Promise<AccessKeyId[]> {
  const named = keys.map(({ id }) => id).filter((id) => account.policy.orphans.has(id));
  const asked: AccessKeyId[] = [];
  for (const id of named) if (await isAskedAbout(id, { user, keys }, account)) asked.push(id);
  return asked;
}

async function isAskedAbout(
  id: AccessKeyId,
  { user, keys }: { readonly user: string; readonly keys: readonly AccessKey[] },
  account: AccountWork,
): Promise<boolean> {
  const history = await account.state.history(user);
  // Each by itself: two that are named in one breath stand in each other's way.
  const policy = { ...account.policy, orphans: new Set([id]) };
  const at = { user, account: { ...account, policy }, history };
  const { recover, unexplained } = await decide(at, keys, { kind: 'recovery' });
  if (unexplained?.keyId === id) return true;
  return (
    recover !== undefined && isAnswered(recover, id) && history.isNewcomer(recover.rotation, id)
  );
}

/** Whether it ends with the key's deletion, or stands where a person has to say something about it. */
function isAnswered(recover: Recovery, id: AccessKeyId): boolean {
  const { leadsTo, keyId } = recover;
  if (leadsTo === 'nothing') return keyId === undefined || keyId === id;
  return leadsTo === 'closed' && recover.deletes?.keyId === id;
}

/** Throws `unknown-orphan`. */
export function refuseUnasked(
  orphans: ReadonlySet<AccessKeyId>,
  asked: readonly AccessKeyId[],
  reach: SameReach | undefined,
): void {
  const unasked = [...orphans].filter((id) => !asked.includes(id));
  if (unasked.length === 0) return;
  throw new KeyturnError(
    'unknown-orphan',
    `no rotation asks about ${unasked.join(', ')}, so nothing was done with it`,
    {
      hint: [
        'a key that AWS shows as used, or that is gone, is no orphan; what is open is listed by:',
        statusCommand(reach),
      ],
    },
  );
}
