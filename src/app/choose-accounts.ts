// Which accounts a run is about: those of the organization, or those that are named.

import type { AccountsGateway, Entrance, ListedAccount } from '../aws/accounts-gateway.ts';
import { KeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import { bySetting } from '../base/settings-words.ts';

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
  /** Where the accounts differ: how each is entered, or why it is not. */
  readonly entranceOf?: (
    account: Pick<ListedAccount, 'id' | 'name'>,
    accounts: AccountsGateway,
  ) => Promise<Entrance | Spared | Unjudged>;
}

/** An account that is not entered, although it is listed. */
export interface Spared {
  /** Why, in words that follow a colon. */
  readonly spared: string;
}

/** An account of which nobody tells whether it is meant: it is not entered, and that is a failure (I11). */
export interface Unjudged {
  readonly unjudged: KeyturnError;
}

export interface ChosenAccount extends Pick<ListedAccount, 'id' | 'isManagement'> {
  readonly entrance?: Entrance;
}

/** The accounts that are not worked on; filled while accounts are chosen. */
export interface Choice {
  /** Those that are suspended, closed or not yet active: AWS refuses every call in them. */
  readonly skipped: Pick<ListedAccount, 'id' | 'state'>[];
  /** Accounts that were named and are not in the organization, and those that nobody could judge. */
  readonly unknown: { readonly id: string; readonly error: KeyturnError }[];
}

export async function* chooseAccounts(
  accounts: AccountsGateway,
  selection: AccountSelection,
  choice: Choice,
  emit: EventSink,
): AsyncGenerator<ChosenAccount> {
  const excluded = new Set(selection.excluded);
  const enter = (account: EnteredAccount) =>
    entered(account, selection, { accounts, choice, emit });
  if (!selection.organization) {
    for (const id of selection.named ?? []) {
      if (excluded.has(id)) continue;
      const account = await enter({ id, name: undefined, isManagement: false });
      if (account !== undefined) yield account;
    }
    return;
  }
  const named = selection.named === undefined ? undefined : new Set(selection.named);
  const seen = new Set<string>();
  // Which accounts are spared is known before the first one is entered.
  const listed = excluded.size === 0 ? accounts.list() : await withAll(excluded, accounts.list());
  for await (const { id, name, isActive, state, isManagement } of listed) {
    // Accounts that join or leave meanwhile can shift the pages, so that one is listed twice.
    if (seen.has(id)) continue;
    seen.add(id);
    if (excluded.has(id) || named?.has(id) === false) continue;
    if (isActive) {
      const account = await enter({ id, name, isManagement });
      if (account !== undefined) yield account;
    } else {
      choice.skipped.push({ id, state });
      emit({ code: 'account-skipped', account: id, state });
    }
  }
  for (const id of named ?? []) {
    if (!seen.has(id) && !excluded.has(id)) choice.unknown.push({ id, error: unknownAccount(id) });
  }
}

type EnteredAccount = Pick<ListedAccount, 'id' | 'name' | 'isManagement'>;

interface Entering {
  readonly accounts: AccountsGateway;
  readonly choice: Choice;
  readonly emit: EventSink;
}

/** Undefined for one that the operator spares, and for one that nobody can judge, which are told. */
async function entered(
  { id, name, isManagement }: EnteredAccount,
  { entranceOf }: AccountSelection,
  { accounts, choice, emit }: Entering,
): Promise<ChosenAccount | undefined> {
  const entrance = await entranceOf?.({ id, name }, accounts);
  if (entrance === undefined) return { id, isManagement };
  if ('unjudged' in entrance) {
    choice.unknown.push({ id, error: entrance.unjudged });
    const { message: reason } = entrance.unjudged;
    emit({ code: 'account-not-judged', account: id, reason });
    return undefined;
  }
  if (!('spared' in entrance)) return { id, isManagement, entrance };
  emit({ code: 'account-spared', account: id, because: entrance.spared });
  return undefined;
}

/** The whole list. Throws `unknown-excluded-account`: whoever was meant would not be spared. */
async function withAll(
  excluded: ReadonlySet<string>,
  accounts: AsyncIterable<ListedAccount>,
): Promise<readonly ListedAccount[]> {
  const all: ListedAccount[] = [];
  for await (const account of accounts) all.push(account);
  const ids = new Set(all.map(({ id }) => id));
  const unknown = [...excluded].filter((id) => !ids.has(id));
  if (unknown.length === 0) return all;
  const are = unknown.length === 1 ? 'is' : 'are';
  throw new KeyturnError(
    'unknown-excluded-account',
    `${unknown.join(' and ')} of --exclude-accounts ${are} not in the organization`,
    { hint: 'check the ID, so that the account that is meant is spared; no account was entered' },
  );
}

function unknownAccount(id: string): KeyturnError {
  return new KeyturnError('unknown-account', `account ${id} is not in the organization`, {
    hint: [
      bySetting(
        { flag: '--organization', key: '"organization: true" in the configuration' },
        (how) => `check the ID; without ${how}, accounts outside it are entered too`,
      ),
    ],
  });
}
