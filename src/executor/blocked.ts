// Why a due key can not be rotated now, and what its owner can do about it.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError, unreachable } from '../base/errors.ts';
import type { UserVerdict } from '../lifecycle/due.ts';
import { describeKey } from './key-details.ts';
import type { KeyDetails } from './outcome.ts';

type Blocked = Extract<UserVerdict, { kind: 'blocked' }>;

export function blockedError(
  user: string,
  verdict: Blocked,
  keys: readonly KeyDetails[],
  cleanupInactive: boolean,
  now: Date,
): KeyturnError {
  const described = keys.map((key) => describeKey(key, now)).join(' and ');
  switch (verdict.code) {
    case 'two-active-keys': {
      const quiet = quietest(keys);
      const other = keys.find(({ id }) => id !== quiet.id) ?? quiet;
      return new KeyturnError(
        'two-active-keys',
        `${user} has two Active keys: ${described}; there is no room for a new one`,
        {
          hint:
            `move what still uses ${quiet.id} to ${other.id}, then make it Inactive: ` +
            `aws iam update-access-key --user-name ${user} --access-key-id ${quiet.id} --status Inactive; ` +
            'delete it when nothing misses it, and run again',
        },
      );
    }
    case 'no-free-slot': {
      const inactive = keys.find(({ status }) => status !== 'Active');
      return new KeyturnError(
        'no-free-slot',
        `${user} has two keys: ${described}; there is no room for a new one`,
        {
          hint: cleanupInactive
            ? 'the Inactive key has not been Inactive for long enough yet; see cleanup_results for when and why'
            : `delete ${inactive?.id ?? 'the Inactive key'} if nothing needs it, or run with --cleanup-inactive`,
        },
      );
    }
    case 'own-key':
      return ownKeyError(user, verdict.oldKey.id);
    default:
      return unreachable(verdict.code);
  }
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
