// Use case of `keyctl --list-all-keys`: every key of the account with its age and last use.

import pMap from 'p-map';
import { keyDetails } from '../../executor/key-details.ts';
import { takeInventory } from '../../iam/inventory.ts';
import { gatewayFor } from './session.ts';
import type { AllKeys, KeyctlContext, SessionOptions } from './types.ts';

const USERS_AT_ONCE = 8;

export async function listAllKeys(
  options: SessionOptions,
  context: KeyctlContext,
): Promise<AllKeys> {
  const gateway = await gatewayFor(options, context);
  try {
    const { emit, signal } = context;
    const inventory = await takeInventory(gateway.reader, {
      parallel: USERS_AT_ONCE,
      emit,
      signal,
    });
    const users = await pMap(
      inventory.users,
      async ({ userName, keys }) => ({
        user: userName,
        keys: await keyDetails(gateway.reader, keys),
      }),
      { concurrency: USERS_AT_ONCE },
    );
    const unreadable = inventory.unreadable.map(({ userName, error }) => ({
      user: userName,
      reason: error.message,
    }));
    return { account: gateway.caller.account, users, unreadable };
  } finally {
    gateway.close();
  }
}
