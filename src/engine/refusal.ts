// Why a key can not be rotated now, and what its owner can do about it.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import type { Next } from '../lifecycle/decide-user.ts';
import type { KeyDetails } from '../lifecycle/keys.ts';
import { describeKey } from './key-details.ts';
import type { UserAtHand } from './user-work.ts';

type Refused = Exclude<Next, { readonly kind: 'nothing' | 'rotate' }>;
type Blocked = Extract<Next, { readonly kind: 'blocked' }>;
type NoRoom = Extract<Next, { readonly kind: 'no-room' }>;

/** The decision not to rotate, for its reader. */
export function refusalOf(next: Refused, at: UserAtHand): KeyturnError {
  switch (next.kind) {
    case 'blocked':
      return blockedError(next, at);
    case 'no-room':
      return noRoomError(next, at);
    case 'not-deliverable':
      return next.error;
    case 'not-theirs':
      return new KeyturnError('key-changed', `${next.keyId} is not a key of ${at.user} any more`, {
        hint: 'look at the user’s keys with keyctl -k, then at the profile',
      });
  }
}

function blockedError(blocked: Blocked, { user, account }: UserAtHand): KeyturnError {
  const { reason, keys, oldKey } = blocked;
  if (reason === 'own-key') return ownKeyError(user, oldKey.id);
  const now = account.clock.now();
  const described = keys.map((key) => describeKey(key, now)).join(' and ');
  if (reason === 'two-active-keys') {
    return new KeyturnError(
      reason,
      `${user} has two Active keys: ${described}; there is no room for a new one`,
      { hint: twoKeysHint(user, keys) },
    );
  }
  const inactive = keys.find(({ status }) => status !== 'Active');
  return new KeyturnError(
    reason,
    `${user} has two keys: ${described}; there is no room for a new one`,
    {
      hint:
        account.policy.cleanUpDays === undefined
          ? `delete ${inactive?.id ?? 'the Inactive key'} if nothing needs it, or run with --cleanup-inactive`
          : 'the Inactive key has not been Inactive for long enough yet; see cleanup_results for when and why',
    },
  );
}

function twoKeysHint(user: string, keys: readonly KeyDetails[]): string {
  const quiet = quietest(keys);
  const other = keys.find(({ id }) => id !== quiet.id) ?? quiet;
  return (
    `move what still uses ${quiet.id} to ${other.id}, then make it Inactive: ` +
    `aws iam update-access-key --user-name ${user} --access-key-id ${quiet.id} --status Inactive; ` +
    'delete it when nothing misses it, and run again'
  );
}

function noRoomError({ slot }: NoRoom, { user }: UserAtHand): KeyturnError {
  if (slot.kind === 'full') {
    return new KeyturnError(
      'no-free-slot',
      `there is no room for a new key of ${user}: ${slot.because}`,
      { hint: slot.hint },
    );
  }
  const { key, because } = slot;
  return new KeyturnError(
    key.status === 'Active' ? 'two-active-keys' : 'no-free-slot',
    `${user} has two keys, and ${key.id} (${because}) would have to go to make room`,
    { hint: 'run in a terminal to be asked, or delete that key in IAM' },
  );
}

/** I7: deactivating it would cut the run off. */
export function ownKeyError(user: string, keyId: AccessKeyId): KeyturnError {
  return new KeyturnError(
    'own-key',
    `${keyId} of ${user} signs the calls of this run, or opens the session that does, so it is not rotated by it`,
    {
      hint:
        'run with a role that does not depend on it, or with another user’s key, to rotate this one; ' +
        'a key that signs by itself is also replaced, last, by a run that is told with --deliver where its successor goes',
    },
  );
}

/** The key that seems least in use: never used, else used longest ago, else the oldest. */
function quietest(keys: readonly KeyDetails[]): KeyDetails {
  const useTime = ({ lastUse }: KeyDetails) => {
    if (lastUse === 'unreadable') return Number.POSITIVE_INFINITY;
    return lastUse.used === 'never' ? Number.NEGATIVE_INFINITY : lastUse.at.getTime();
  };
  const active = keys.filter(({ status }) => status === 'Active');
  const [first] = active.toSorted(
    (a, b) =>
      compare(useTime(a), useTime(b)) || compare(a.createdAt.getTime(), b.createdAt.getTime()),
  );
  if (first === undefined) throw new KeyturnError('internal', 'no Active key to speak of');
  return first;
}

function compare(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
