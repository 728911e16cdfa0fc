// The lists of keyctl as tables.

import type { KeyctlReport, KeyLine } from './keyctl-report.ts';
import { days, lastUse, warningLines } from './keyctl-words.ts';
import type { Page } from './page.ts';
import { skippedWords } from './skipped-words.ts';

type Profile = NonNullable<KeyctlReport['profiles']>[number];
type User = NonNullable<KeyctlReport['users']>[number];

/** `-l` says what can be rotated and why not; `-k` says which key each profile holds. */
export function profilesPage(
  report: KeyctlReport,
  profiles: readonly Profile[],
  page: Page,
): string {
  const file = report.credentials_file ?? '';
  if (profiles.length === 0) return page.wrap('', `No profiles in ${file}.`);
  const title = `${profiles.length === 1 ? '1 profile' : `${profiles.length} profiles`}, credentials file ${file}`;
  return [heading(title, page), profileTable(report, profiles, page)].join('\n');
}

function heading(text: string, { paint, wrap }: Page): string {
  return paint('bold', wrap('', text));
}

function profileTable(report: KeyctlReport, profiles: readonly Profile[], page: Page): string {
  const { paint, table } = page;
  if (report.command === 'list-keys') {
    return table(
      ['PROFILE', 'KEY', 'KIND'],
      profiles.map(({ name, kind, access_key_id: id }) => [name, id ?? '-', kind]),
    );
  }
  return table(
    ['PROFILE', 'KIND', 'KEY', ''],
    profiles.map(({ name, kind, access_key_id: id, rotatable, note }) => [
      name,
      kind,
      id ?? '-',
      remark(rotatable, note, paint),
    ]),
  );
}

function remark(rotatable: boolean, note: string | null, paint: Page['paint']): string {
  if (note !== null) return paint(rotatable ? 'yellow' : 'dim', note);
  return rotatable ? '' : paint('dim', 'cannot be rotated');
}

export function userKeysPage(report: KeyctlReport, page: Page): string {
  const keys = report.keys ?? [];
  const who = `IAM user ${report.user_name}, account ${report.account_id}, profile ${report.profile ?? ''}`;
  return [
    heading(who, page),
    page.table(
      ['KEY', 'STATUS', 'AGE', 'LAST USED', ''],
      keys.map((key) => [...columns(key), marks(key, page)]),
    ),
    ...warningLines(report, '', page),
  ].join('\n');
}

export function allKeysPage(report: KeyctlReport, users: readonly User[], page: Page): string {
  const { paint, wrap } = page;
  const accounts = new Map<string, User[]>();
  for (const user of users) {
    const members = accounts.get(user.account_id) ?? [];
    members.push(user);
    accounts.set(user.account_id, members);
  }
  const isSeveral = report.account_id === null;
  const unreadable = report.unreadable ?? [];
  const failures = report.account_failures ?? [];
  const skipped = report.accounts_skipped ?? 0;
  const named = skippedWords(report.skipped_accounts ?? []);
  const total = [...accounts].map(([account, members]) => accountPage(account, members, page));
  return [
    // An account without users has no page of its own, unless it is the only one.
    ...(isSeveral || accounts.size > 0 ? total : [accountPage(report.account_id ?? '', [], page)]),
    ...unreadable.map(({ account_id: account, user_name: user, reason }) =>
      paint(
        'red',
        wrap('', `${isSeveral ? `${account}/` : ''}${user}: keys cannot be read: ${reason}`),
      ),
    ),
    ...failures.map(({ message }) => paint('red', wrap('', message))),
    ...(isSeveral
      ? [accountsLine(accounts.size, failures.length, skipped), named]
          .filter((line) => line !== '')
          .map((line) => paint('dim', wrap('', line)))
      : []),
    ...(report.signed_by ? [paint('dim', wrap('', `signed by ${report.signed_by}`))] : []),
  ].join(isSeveral ? '\n\n' : '\n');
}

function accountPage(account: string, users: readonly User[], page: Page): string {
  const { paint, table } = page;
  const rows = users.flatMap(({ user_name: user, keys }) =>
    keys.map((key, index) => [index === 0 ? user : '', ...columns(key), marks(key, page)]),
  );
  const without = users.filter(({ keys }) => keys.length === 0).length;
  const counts = `account ${account}: ${count(users.length, 'user')}, ${count(rows.length, 'key')}`;
  return [
    heading(counts, page),
    ...(rows.length === 0 ? [] : [table(['USER', 'KEY', 'STATUS', 'AGE', 'LAST USED', ''], rows)]),
    ...(without === 0 ? [] : [paint('dim', `${count(without, 'user')} without a key`)]),
  ].join('\n');
}

function accountsLine(listed: number, failed: number, skipped: number): string {
  return [
    `${count(listed, 'account')} with users`,
    ...(failed === 0 ? [] : [`${failed} not entered or read`]),
    ...(skipped === 0 ? [] : [`${skipped} skipped: suspended or closed`]),
  ].join(', ');
}

function columns(key: KeyLine): string[] {
  const used = lastUse(key).replace(/^(?:last use|used) /, '');
  return [key.access_key_id, key.status, days(key.age_days), used];
}

function marks(key: KeyLine, { paint }: Page): string {
  const said = [...(key.current ? ['CURRENT'] : []), ...(key.too_old ? ['over 90 days'] : [])];
  return paint(key.too_old ? 'yellow' : 'green', said.join(', '));
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
