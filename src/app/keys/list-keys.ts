// Use case of `keyturn keys`: every key of one account or of several, as keyturn sees it. Nothing is changed,
// in AWS or in the state.

import { openAccounts } from '../../aws/accounts.ts';
import type { AccountGateway } from '../../aws/gateway.ts';
import { openGateway } from '../../aws/open-gateway.ts';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import type { AccountSelection, Choice } from '../choose-accounts.ts';
import type { AccountsSummary } from '../each-account.ts';
import { type AccountFailure, byAccount, readAccounts } from '../read-accounts.ts';
import type { RunContext } from '../run-context.ts';
import { type AccountKeys, type AccountKeysOptions, listAccountKeys } from './account-keys.ts';

export interface ListKeysOptions extends Omit<AccountKeysOptions, 'isOneOfSeveral'> {
  readonly accounts: AccountSelection | undefined;
  readonly profile: string | undefined;
  /** Undefined means that of the environment, else that of the profile. */
  readonly region: string | undefined;
}

export interface ListedAccounts {
  readonly accounts: readonly AccountKeys[];
  readonly failures: readonly AccountFailure[];
  /** Those in which nobody can work. */
  readonly skipped: Choice['skipped'];
  /** Whose credentials signed the calls, in words. */
  readonly signedBy?: string | undefined;
}

type ListContext = Omit<RunContext, 'changes'>;

/** AWS takes seconds to make a credential report, and nothing is called in that account meanwhile. */
const ACCOUNTS_PER_CALL_SLOT = 4;

/** Throws what ends all of it: the account, or all accounts, cannot be read. */
export async function listKeys(
  options: ListKeysOptions,
  context: ListContext,
): Promise<ListedAccounts> {
  const { accounts: selection, profile, region, maxParallel } = options;
  if (selection !== undefined) return await listSeveral(options, selection, context);
  const gateway = await openGateway({ ...context, profile, region, maxParallel });
  try {
    const account = await keysIn(gateway, { ...options, isOneOfSeveral: false }, context);
    const { signedBy } = gateway.caller;
    return { accounts: [account], failures: [], skipped: [], signedBy };
  } finally {
    gateway.close();
  }
}

async function keysIn(
  gateway: AccountGateway,
  options: AccountKeysOptions,
  { state: store, clock, emit, signal }: ListContext,
): Promise<AccountKeys> {
  const state = await store.open(gateway.caller.account, 'read');
  return await listAccountKeys({ gateway, state, clock, emit, signal }, options);
}

async function listSeveral(
  options: ListKeysOptions,
  selection: AccountSelection,
  context: ListContext,
): Promise<ListedAccounts> {
  const { profile, region, maxParallel, user } = options;
  const { emit, signal, state } = context;
  const { roleName, externalId } = selection;
  const accounts = await openAccounts({
    ...context,
    ...{ profile, region, maxParallel, roleName, externalId },
    sessionName: `keyturn-${state.run}`,
  });
  const openMax = maxParallel * ACCOUNTS_PER_CALL_SLOT;
  const setting = { accounts, selection, openMax, emit, signal };
  try {
    const { found, failures, summary } = await readAccounts(setting, async (gateway, inThis) => {
      const listing = { ...options, isOneOfSeveral: true };
      const listed = await ofNamed(user, keysIn(gateway, listing, { ...context, emit: inThis }));
      return { found: listed, users: listed?.usersExamined ?? 0, keys: listed?.keysExamined ?? 0 };
    });
    assertUserFound(user, found, summary);
    return {
      accounts: found.toSorted(byAccount),
      failures: failures.toSorted(byAccount),
      skipped: summary.skipped,
      signedBy: accounts.caller.signedBy,
    };
  } finally {
    accounts.close();
  }
}

/** A user who is named need not exist in every account. */
async function ofNamed(
  user: string | undefined,
  listing: Promise<AccountKeys>,
): Promise<AccountKeys | undefined> {
  try {
    return await listing;
  } catch (thrown) {
    if (user !== undefined && toKeyturnError(thrown).code === 'unknown-user') return undefined;
    throw thrown;
  }
}

function assertUserFound(
  user: string | undefined,
  found: readonly AccountKeys[],
  { examined }: AccountsSummary,
): void {
  if (user === undefined || found.length > 0 || examined === 0) return;
  throw new KeyturnError(
    'unknown-user',
    `no IAM user named ${JSON.stringify(user)} exists in any of the accounts that were read (${examined})`,
    { hint: 'check the spelling and the accounts' },
  );
}
