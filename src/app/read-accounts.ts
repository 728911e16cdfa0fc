// Reading in many accounts: what each of them gave, and why the others gave nothing.

import type { AccountGateway } from '../aws/gateway.ts';
import { type KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import {
  type AccountGist,
  type AccountsSummary,
  type AccountsWork,
  eachAccount,
} from './each-account.ts';
import { inAccount } from './in-account.ts';

export interface AccountFailure {
  readonly account: string;
  readonly error: KeyturnError;
}

/** What an account gave, and how much that was; nothing where it has no part in what was asked. */
export interface ReadInAccount<Found> extends Pick<AccountGist, 'users' | 'keys'> {
  readonly found: Found | undefined;
}

export interface ReadAccounts<Found> {
  readonly found: readonly Found[];
  readonly failures: readonly AccountFailure[];
  readonly summary: AccountsSummary;
}

/** Throws the reason of a run that is stopped, and what ended all of it early. `emit` is the sink of one account. */
export async function readAccounts<Found>(
  setting: AccountsWork,
  read: (gateway: AccountGateway, emit: EventSink) => Promise<ReadInAccount<Found>>,
): Promise<ReadAccounts<Found>> {
  const all: Found[] = [];
  const failures: AccountFailure[] = [];
  const summary = await eachAccount(setting, async (account, open) => {
    try {
      const { found, users, keys } = await read(await open(), inAccount(setting.emit, account));
      if (found !== undefined) all.push(found);
      return { users, keys, error: undefined };
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      failures.push({ account, error });
      return { users: 0, keys: 0, error };
    }
  });
  setting.signal.throwIfAborted();
  if (summary.fatal !== undefined) throw summary.fatal;
  failures.push(...summary.unknown.map(({ id, error }) => ({ account: id, error })));
  return { found: all, failures, summary };
}

export function byAccount(
  a: { readonly account: string },
  b: { readonly account: string },
): number {
  return a.account.localeCompare(b.account);
}
