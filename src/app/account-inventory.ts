// The users and keys that a run of one account looks at.

import { toKeyturnError } from '../base/errors.ts';
import type { AccountGateway } from '../iam/gateway.ts';
import { type Inventory, takeInventory, type UserKeys } from '../iam/inventory.ts';
import type { AccountState } from '../journal/journal.ts';
import type { AccountOptions, AccountSurroundings } from './account-run.ts';
import { usersWithOpenRotation } from './find-candidates.ts';

export async function accountInventory(
  gateway: AccountGateway,
  state: AccountState,
  { maxParallel: parallel, user, recoverOnly }: AccountOptions,
  { emit, signal }: AccountSurroundings,
): Promise<Inventory> {
  const options = { parallel, emit, signal };
  if (recoverOnly !== true) {
    return await takeInventory(gateway.reader, { ...options, ...(user && { user }) });
  }
  const users: UserKeys[] = [];
  for (const unfinished of (await usersWithOpenRotation(state.journal, user)).values()) {
    try {
      const scoped = await takeInventory(gateway.reader, { ...options, user: unfinished.user });
      users.push(...scoped.users);
    } catch (thrown) {
      // Deleted meanwhile: the executor closes what is open.
      if (toKeyturnError(thrown).code !== 'unknown-user') throw thrown;
    }
  }
  return { users, unreadable: [] };
}

/** I5: for keys that somebody else makes Inactive later, this is the best start of the hold. */
export async function rememberActiveKeys(
  inventory: Inventory,
  state: AccountState,
  now: Date,
): Promise<void> {
  const active = inventory.users.flatMap(({ keys }) =>
    keys.filter(({ status }) => status === 'Active').map(({ id }) => id),
  );
  state.sightings.seenActive(active, now);
  await state.sightings.save();
}
