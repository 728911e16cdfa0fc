// The document of `keyturn keys`, from what was listed.

import type { KeyturnError } from '../../base/errors.ts';
import { hintText } from '../../base/hint.ts';
import type { SameReach } from '../../base/key-command.ts';
import type { KeyView } from '../../lifecycle/key-state.ts';
import type { KeysReport, ListedKeyLine } from '../../reports/keys-report.ts';
import { lastUseFields } from '../last-use-fields.ts';
import type { AccountKeys, ShownUser } from './account-keys.ts';
import { ageDays, hintWords, stateEnds, stateWords, warningWords } from './key-words.ts';
import type { ListedAccounts } from './list-keys.ts';

export interface KeysReportFacts {
  readonly now: Date;
  readonly daysThreshold: number;
  /** How another command reaches the account. */
  readonly reach: (account: string) => SameReach;
}

export function buildKeysReport(
  { accounts, failures, skipped, signedBy }: ListedAccounts,
  facts: KeysReportFacts,
): KeysReport {
  const users = accounts.flatMap(({ account, shown }) =>
    shown.map((each) => ({ ...each, account })),
  );
  const keys = users.toSorted(byUrgencyOfUser).flatMap((user) => linesOf(user, facts));
  const unreadable = accounts.flatMap(({ account, unreadable: all }) =>
    all.map(({ userName, error }) => issue(error, account, userName)),
  );
  return {
    command: 'list',
    execution_time: facts.now.toISOString(),
    days_threshold: facts.daysThreshold,
    signed_by: signedBy ?? null,
    accounts: accounts.map(accountLine),
    keys,
    errors: [...failures.map(({ account, error }) => issue(error, account, null)), ...unreadable],
    skipped_accounts: skipped.map(({ id, state }) => ({ account_id: id, state })),
    summary: {
      accounts: accounts.length,
      accounts_failed: failures.length,
      accounts_skipped: skipped.length,
      users: sum(accounts, ({ usersExamined }) => usersExamined),
      keys: sum(accounts, ({ keysExamined }) => keysExamined),
      keys_shown: keys.length,
      keys_without_id: keys.filter(({ access_key_id: id }) => id === null).length,
      keys_undecided: sum(accounts, ({ unknown }) => unknown),
    },
  };
}

export interface UserOfAccount extends ShownUser {
  readonly account: string;
}

/** The keys of a user stay together: what is to be done with one depends on the other. */
export function byUrgencyOfUser(a: UserOfAccount, b: UserOfAccount): number {
  const [first, other] = [a.views[0], b.views[0]];
  if (first === undefined || other === undefined) return 0;
  return (
    first.urgency - other.urgency ||
    first.key.createdAt.getTime() - other.key.createdAt.getTime() ||
    a.account.localeCompare(b.account) ||
    a.user.localeCompare(b.user)
  );
}

function linesOf(user: UserOfAccount, facts: KeysReportFacts): ListedKeyLine[] {
  return user.views.map((view) => lineOf(view, user, facts));
}

/** A key as the documents have it. */
export function lineOf(
  view: KeyView,
  { account, user, keys, history, usesOf }: UserOfAccount,
  { now, reach }: Pick<KeysReportFacts, 'now' | 'reach'>,
): ListedKeyLine {
  const { key, state, warning } = view;
  const hint = hintWords(view, { user, keys, history, usesOf, now, reach: reach(account) });
  return {
    account_id: account,
    username: user,
    access_key_id: key.id ?? null,
    status: key.status,
    created: key.createdAt.toISOString(),
    age_days: ageDays(key, now),
    ...lastUseFields(key.lastUse),
    due: view.isDue,
    state: state.kind,
    state_text: stateWords(view, now),
    until: stateEnds(state)?.toISOString() ?? null,
    blocked_by: state.kind === 'blocked' ? state.by : null,
    rotation: ('rotation' in state && state.rotation?.id) || null,
    secret_waits: view.isSecretWaiting,
    warning: warning === undefined ? null : warningWords(warning, now),
    hint: hint === undefined ? null : hintText(hint),
    urgency: view.urgency,
  };
}

function accountLine({ account, source, usersExamined, keysExamined }: AccountKeys) {
  return {
    account_id: account,
    source: source.kind,
    as_of: source.asOf.toISOString(),
    fallback_reason: source.fallbackReason ?? null,
    users: usersExamined,
    keys: keysExamined,
  };
}

/** What kept something from being read, as the documents have it. */
export function issue(
  { code, message, hint }: KeyturnError,
  account: string,
  username: string | null,
) {
  return { code, message, hint: hint ?? null, username, account_id: account };
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
