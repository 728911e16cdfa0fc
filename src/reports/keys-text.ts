// `keyturn keys` for people, and for spreadsheets.

import { textInOneLine } from '../base/hint.ts';
import { localDay, localTimes } from '../base/local-time.ts';
import { printableAll } from '../base/printable.ts';
import { csv } from './csv.ts';
import { type FittedColumn, fittedTable } from './fitted-table.ts';
import type { KeysReport, ListedKeyLine } from './keys-report.ts';
import { pageFor, type TextStyle, type Tone } from './page.ts';
import { skippedWords } from './skipped-words.ts';
import { plural } from './words.ts';

/** Of so few keys the page also says what to do about each. */
const HINTS_MAX = 12;
const USER_WIDTH_MIN = 14;
const MS_PER_DAY = 86_400_000;

export function renderKeys(given: KeysReport, style: TextStyle): string {
  const report = printableAll(given);
  const { paint, wrap } = pageFor(style);
  const sections = [
    paint('bold', wrap('', heading(report))),
    report.keys.length === 0
      ? ''
      : fittedTable({
          columns: columnsOf(report),
          tones: report.keys.map(toneOf),
          notes: notesOf(report),
          width: style.width,
          paint,
        }),
    report.errors
      .map(({ code, message, username, account_id: account }) => {
        const who = [account, username].filter((each) => each !== null).join('/');
        return paint('red', wrap('', `${who}: ${message} [${code}]`));
      })
      .join('\n'),
    footnotes(report)
      .map((text) => paint('dim', wrap('', text)))
      .join('\n'),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function heading({ accounts, keys, summary }: KeysReport): string {
  const [only, second] = accounts;
  const about =
    second === undefined && only !== undefined
      ? [`account ${only.account_id}`, asOf(only)]
      : [plural(summary.accounts, 'account')];
  const shown =
    keys.length === summary.keys
      ? plural(keys.length, 'key')
      : `${keys.length} of ${plural(summary.keys, 'key')}`;
  return [`${shown} of ${plural(summary.users, 'user')}`, ...about].join(' · ');
}

function asOf({ source, as_of: time }: KeysReport['accounts'][number]): string {
  return localTimes(
    source === 'credential-report' ? `credential report of ${time}` : `read at ${time}`,
  );
}

function columnsOf({ keys, accounts, execution_time: now }: KeysReport): FittedColumn[] {
  const isSeveral = accounts.length > 1;
  return [
    ...(isSeveral ? [{ title: 'ACCOUNT', cells: keys.map((key) => key.account_id) }] : []),
    { title: 'USER', cells: keys.map((key) => key.username), shrinksTo: USER_WIDTH_MIN },
    {
      title: 'KEY',
      cells: keys.map(({ access_key_id: id, created }) => id ?? `made ${localDay(created)}`),
    },
    { title: 'STATUS', cells: keys.map(({ status }) => status) },
    { title: 'AGE', cells: keys.map(({ age_days: age }) => `${age} d`) },
    {
      title: 'LAST USED',
      label: 'last used ',
      cells: keys.map((key) => useCell(key, now, true)),
      shorter: keys.map((key) => useCell(key, now, false)),
    },
    { title: 'STATE', cells: keys.map(({ state_text: text }) => text) },
  ];
}

/** "3 d ago, ec2 in us-east-1" */
function useCell(key: ListedKeyLine, now: string, withRegion: boolean): string {
  const { last_used: used, last_used_service: service, last_used_region: region } = key;
  if (used === null) return 'not known';
  if (used === 'never') return 'never';
  const days = Math.floor((Date.parse(now) - Date.parse(used)) / MS_PER_DAY);
  const where = [
    ...(service === null ? [] : [service]),
    ...(withRegion && region !== null ? [region] : []),
  ];
  return [
    days <= 0 ? 'today' : `${days} d ago`,
    ...(where.length === 0 ? [] : [where.join(' ')]),
  ].join(', ');
}

function toneOf({ state, warning }: ListedKeyLine): Tone | undefined {
  if (state === 'blocked') return 'red';
  if (state === 'due' || state === 'open' || warning !== null) return 'yellow';
  return state === 'not-due' || state === 'held' ? 'dim' : undefined;
}

/** A command never stands without its words: some of them say that it cuts off whatever uses the key. */
function notesOf({ keys }: KeysReport): string[][] {
  const isShort = keys.length <= HINTS_MAX;
  return keys.map(({ warning, hint, username, account_id: account }, index) => {
    const before = keys[index - 1];
    const isOfSameUser = before?.username === username && before.account_id === account;
    const isSaid = isOfSameUser && before.hint === hint;
    return [
      ...(warning === null ? [] : [`! ${warning}`]),
      ...(isShort && hint !== null && !isSaid ? [hint] : []),
    ];
  });
}

function footnotes(report: KeysReport): string[] {
  const { summary, accounts, days_threshold: days, signed_by: signedBy } = report;
  const { skipped_accounts: skipped } = report;
  const { keys_shown: shown, keys_without_id: unnamed, keys_undecided: undecided } = summary;
  const byReport = accounts.some(({ source }) => source === 'credential-report');
  return [
    ...(shown === 0
      ? ['No key is like that.']
      : [`Due means ${plural(days, 'day')} or older. AWS shows uses hours late.`]),
    ...(unnamed === 0
      ? []
      : [
          `${plural(unnamed, 'key')} without ID: a credential report has none. --ids reads them, a call for each user; so does --user NAME.`,
        ]),
    ...(undecided === 0
      ? []
      : [`${plural(undecided, 'key')} not shown: AWS does not tell when they were last used.`]),
    ...(skipped.length === 0
      ? []
      : [`${plural(skipped.length, 'account')} ${skippedWords(skipped)}`]),
    ...(byReport && shown > 0
      ? ['What was changed since the report by others than keyturn is not in it.']
      : []),
    ...(signedBy === null ? [] : [`Signed by ${signedBy}.`]),
  ];
}

const CSV_COLUMNS = [
  'account_id',
  'username',
  'access_key_id',
  'status',
  'created',
  'age_days',
  'last_used',
  'last_used_service',
  'last_used_region',
  'due',
  'state',
  'state_text',
  'until',
  'blocked_by',
  'rotation',
  'secret_waits',
  'warning',
  'hint',
] as const satisfies readonly (keyof ListedKeyLine)[];

/** One row for each key, under the names of the JSON document. */
export function keysCsv(given: KeysReport): string {
  const { keys } = printableAll(given);
  return csv(
    CSV_COLUMNS,
    keys
      .map((key) => ({ ...key, hint: key.hint === null ? null : textInOneLine(key.hint) }))
      .map((key) => CSV_COLUMNS.map((column) => key[column])),
  );
}
