// Which accounts a run is about: those of the organization, or those that are named.

import type { AccountsGateway, ListedAccount } from '../aws/accounts-gateway.ts';
import { KeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';

/** What the operator asked for, settled by the command line. */
export interface AccountSelection {
  /** Ask AWS which accounts there are. Without it `named` is the whole list, and AWS is not asked. */
  readonly organization: boolean;
  /** Twelve digits each; with `organization` only those of its accounts. */
  readonly named: readonly string[] | undefined;
  /** Left out whatever else says; twelve digits each. */
  readonly excluded: readonly string[];
  readonly roleName: string;
  readonly externalId: string | undefined;
}

export type ChosenAccount = Pick<ListedAccount, 'id' | 'isManagement'>;

/** The accounts that are not worked on; filled while accounts are chosen. */
export interface Choice {
  /** How many are suspended, closed or not yet active: AWS refuses every call in them. */
  skipped: number;
  /** Accounts that were named and are not in the organization. */
  readonly unknown: { readonly id: string; readonly error: KeyturnError }[];
}

export async function* chooseAccounts(
  accounts: AccountsGateway,
  selection: AccountSelection,
  choice: Choice,
  emit: EventSink,
): AsyncGenerator<ChosenAccount> {
  const excluded = new Set(selection.excluded);
  if (!selection.organization) {
    for (const id of selection.named ?? []) {
      if (!excluded.has(id)) yield { id, isManagement: false };
    }
    return;
  }
  const named = selection.named === undefined ? undefined : new Set(selection.named);
  const seen = new Set<string>();
  for await (const { id, isActive, state, isManagement } of accounts.list()) {
    // Accounts that join or leave meanwhile can shift the pages, so that one is listed twice.
    if (seen.has(id)) continue;
    seen.add(id);
    if (excluded.has(id) || named?.has(id) === false) continue;
    if (isActive) {
      yield { id, isManagement };
    } else {
      choice.skipped += 1;
      emit({ code: 'account-skipped', account: id, state });
    }
  }
  for (const id of excluded) {
    if (!seen.has(id)) emit({ code: 'excluded-account-unknown', account: id });
  }
  for (const id of named ?? []) {
    if (!seen.has(id) && !excluded.has(id)) choice.unknown.push({ id, error: unknownAccount(id) });
  }
}

function unknownAccount(id: string): KeyturnError {
  return new KeyturnError('unknown-account', `account ${id} is not in the organization`, {
    hint: 'check the ID; without --organization, accounts outside it are entered too',
  });
}
