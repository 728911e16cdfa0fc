// Use case of `keyctl --list-all-keys`: every key of one account or of several, with its age and last
// use.

import pMap from 'p-map';
import { openAccounts } from '../../aws/accounts.ts';
import type { AccountGateway } from '../../aws/gateway.ts';
import { takeInventory } from '../../aws/inventory.ts';
import { keyDetails } from '../../engine/key-details.ts';
import type { AccountSelection } from '../choose-accounts.ts';
import { byAccount, readAccounts } from '../read-accounts.ts';
import { gatewayFor, gatewayOptions } from './session.ts';
import type { AllKeys, KeyctlContext, ListAllKeysOptions } from './types.ts';

const USERS_AT_ONCE = 8;
const ACCOUNTS_AT_ONCE = 8;

export async function listAllKeys(
  options: ListAllKeysOptions,
  context: KeyctlContext,
): Promise<AllKeys> {
  if (options.accounts !== undefined) {
    return await listSeveral(options, options.accounts, context);
  }
  const gateway = await gatewayFor(options, context);
  try {
    const { account, signedBy } = gateway.caller;
    return {
      account,
      signedBy,
      ...(await keysOf(gateway, context)),
      failures: [],
      skipped: [],
    };
  } finally {
    gateway.close();
  }
}

async function keysOf(
  { reader, caller: { account } }: AccountGateway,
  { emit, signal }: KeyctlContext,
): Promise<Pick<AllKeys, 'users' | 'unreadable'>> {
  const inventory = await takeInventory(reader, { parallel: USERS_AT_ONCE, emit, signal });
  const users = await pMap(
    inventory.users,
    async ({ userName, keys }) => ({
      account,
      user: userName,
      keys: await keyDetails(reader, keys),
    }),
    { concurrency: USERS_AT_ONCE },
  );
  const unreadable = inventory.unreadable.map(({ userName, error }) => ({
    account,
    user: userName,
    reason: error.message,
  }));
  return { users, unreadable };
}

async function listSeveral(
  options: ListAllKeysOptions,
  selection: AccountSelection,
  context: KeyctlContext,
): Promise<AllKeys> {
  const { emit, signal } = context;
  const { roleName, externalId } = selection;
  const accounts = await openAccounts({
    ...gatewayOptions(options, context),
    roleName,
    externalId,
    sessionName: `keyturn-${context.state.run}`,
  });
  const setting = { accounts, selection, openMax: ACCOUNTS_AT_ONCE, emit, signal };
  try {
    const { found, failures, summary } = await readAccounts(setting, async (gateway, inThis) => {
      const one = await keysOf(gateway, { ...context, emit: inThis });
      const keys = one.users.reduce((sum, each) => sum + each.keys.length, 0);
      return { found: one, users: one.users.length, keys };
    });
    return {
      account: undefined,
      signedBy: accounts.caller.signedBy,
      users: found.flatMap(({ users }) => users).toSorted(byAccount),
      unreadable: found.flatMap(({ unreadable }) => unreadable).toSorted(byAccount),
      failures: failures.toSorted(byAccount),
      skipped: summary.skipped,
    };
  } finally {
    accounts.close();
  }
}
