// What is remembered of keys that were read: which were Active, and which not (I5).

import type { UserKeys } from '../aws/inventory.ts';
import type { InactiveKey, Seen } from '../state/state-store.ts';

export function seenKeys(users: readonly UserKeys[], at: Date): readonly Seen[] {
  const keyIds = users.flatMap(({ keys }) =>
    keys.filter(({ status }) => status === 'Active').map(({ id }) => id),
  );
  return [
    { at, keyIds },
    { at, inactive: users.flatMap(inactiveOf) },
  ];
}

function inactiveOf({ userName: user, keys }: UserKeys): InactiveKey[] {
  return keys.filter(({ status }) => status === 'Inactive').map((key) => ({ user, key, keys }));
}
