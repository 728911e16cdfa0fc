// Reading in the accounts that a command is about: the caller's own, or several. Whoever reads writes it once.

import { openAccounts } from '../aws/accounts.ts';
import type { AccountGateway } from '../aws/gateway.ts';
import { openGateway } from '../aws/open-gateway.ts';
import type { EventSink } from '../base/events.ts';
import type { AccountSelection, Choice } from './choose-accounts.ts';
import type { AccountsSummary } from './each-account.ts';
import { type AccountFailure, type ReadInAccount, readAccounts } from './read-accounts.ts';
import type { RunContext } from './run-context.ts';

export interface AskedAccounts {
  /** Undefined for the caller's own account alone. */
  readonly accounts: AccountSelection | undefined;
  readonly profile: string | undefined;
  /** Undefined means that of the environment, else that of the profile. */
  readonly region: string | undefined;
  readonly maxParallel: number;
}

export interface ReadAsked<Found> {
  readonly found: readonly Found[];
  readonly failures: readonly AccountFailure[];
  /** Those in which nobody can work. */
  readonly skipped: Choice['skipped'];
  /** Whose credentials signed the calls, in words. */
  readonly signedBy: string | undefined;
  /** Undefined for the caller's own account alone. */
  readonly summary: AccountsSummary | undefined;
}

/** What is read in an account, which is one of several or the only one. */
export type ReadOne<Found> = (
  gateway: AccountGateway,
  inThis: { readonly emit: EventSink; readonly isOneOfSeveral: boolean },
) => Promise<ReadInAccount<Found>>;

/** AWS takes seconds to make a credential report, and nothing is called in that account meanwhile. */
const ACCOUNTS_PER_CALL_SLOT = 4;

/** Throws what ends all of it: the account, or all accounts, cannot be read. */
export async function readAskedAccounts<Found>(
  asked: AskedAccounts,
  context: Omit<RunContext, 'changes'>,
  read: ReadOne<Found>,
): Promise<ReadAsked<Found>> {
  const { accounts: selection, profile, region, maxParallel } = asked;
  const { emit, signal, state } = context;
  if (selection === undefined) {
    const gateway = await openGateway({ ...context, profile, region, maxParallel });
    try {
      const { found } = await read(gateway, { emit, isOneOfSeveral: false });
      return {
        found: found === undefined ? [] : [found],
        failures: [],
        skipped: [],
        signedBy: gateway.caller.signedBy,
        summary: undefined,
      };
    } finally {
      gateway.close();
    }
  }
  const { roleName, externalId } = selection;
  const accounts = await openAccounts({
    ...context,
    ...{ profile, region, maxParallel, roleName, externalId },
    sessionName: `keyturn-${state.run}`,
  });
  const openMax = maxParallel * ACCOUNTS_PER_CALL_SLOT;
  try {
    const setting = { accounts, selection, openMax, emit, signal };
    const { found, failures, summary } = await readAccounts(setting, (gateway, inThis) =>
      read(gateway, { emit: inThis, isOneOfSeveral: true }),
    );
    const { skipped } = summary;
    return { found, failures, skipped, summary, signedBy: accounts.caller.signedBy };
  } finally {
    accounts.close();
  }
}
