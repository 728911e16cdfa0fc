// Use case of `keyturn keys`: every key of one account or of several, as keyturn sees it. Nothing is changed,
// in AWS or in the state.

import type { AccountGateway } from '../../aws/gateway.ts';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import type { AccountsSummary } from '../each-account.ts';
import { byAccount } from '../read-accounts.ts';
import { type AskedAccounts, type ReadAsked, readAskedAccounts } from '../read-asked-accounts.ts';
import type { RunContext } from '../run-context.ts';
import { type AccountKeys, type AccountKeysOptions, listAccountKeys } from './account-keys.ts';

export interface ListKeysOptions
  extends Omit<AccountKeysOptions, 'isOneOfSeveral' | 'maxParallel'>,
    AskedAccounts {}

export interface ListedAccounts
  extends Pick<ReadAsked<AccountKeys>, 'failures' | 'skipped' | 'signedBy'> {
  readonly accounts: readonly AccountKeys[];
}

type ListContext = Omit<RunContext, 'changes'>;

/** Throws what ends all of it: the account, or all accounts, cannot be read. */
export async function listKeys(
  options: ListKeysOptions,
  context: ListContext,
): Promise<ListedAccounts> {
  const { user } = options;
  const read = await readAskedAccounts(options, context, async (gateway, inThis) => {
    const { emit, isOneOfSeveral } = inThis;
    const listing = keysIn(gateway, { ...options, isOneOfSeveral }, { ...context, emit });
    const listed = isOneOfSeveral ? await ofNamed(user, listing) : await listing;
    return { found: listed, users: listed?.usersExamined ?? 0, keys: listed?.keysExamined ?? 0 };
  });
  const { found, failures, skipped, signedBy, summary } = read;
  if (summary !== undefined) assertUserFound(user, found, summary);
  return {
    accounts: found.toSorted(byAccount),
    failures: failures.toSorted(byAccount),
    skipped,
    signedBy,
  };
}

async function keysIn(
  gateway: AccountGateway,
  options: AccountKeysOptions,
  { state: store, clock, emit, signal }: ListContext,
): Promise<AccountKeys> {
  const state = await store.open(gateway.caller.account, 'read');
  return await listAccountKeys({ gateway, state, clock, emit, signal }, options);
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
