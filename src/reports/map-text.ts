// `keyturn map` for people.

import { printableAll } from '../base/printable.ts';
import { fittedTable } from './fitted-table.ts';
import type { MappedKey, MapReport } from './map-report.ts';
import type { MapState } from './map-states.ts';
import { type Page, pageFor, type TextStyle, type Tone } from './page.ts';
import { skippedWords } from './skipped-words.ts';
import { plural } from './words.ts';

const USER_WIDTH_MIN = 14;
const MS_PER_DAY = 86_400_000;
const UNREAD_TOLD_MAX = 10;

export function renderMap(given: MapReport, style: TextStyle): string {
  const report = printableAll(given);
  const page = pageFor(style);
  const sections = [
    page.paint('bold', page.wrap('', heading(report))),
    report.keys.length === 0 ? '' : tableOf(report, page, style),
    readsOf(report, page).join('\n'),
    report.errors
      .map(({ code, message, account_id: account, username: user }) => {
        const who = [account, user].filter((each) => each !== null).join('/');
        return page.paint('red', page.wrap('', `${who}: ${message} [${code}]`));
      })
      .join('\n'),
    footnotes(report)
      .map((text) => page.paint('dim', page.wrap('', text)))
      .join('\n'),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

const COUNTED: readonly (readonly [MapState, string])[] = [
  ['placed', 'in one place'],
  ['several-places', 'in several'],
  ['unplaced', 'in none'],
  ['dead', 'dead in a place'],
  ['foreign', 'of other accounts'],
  ['unknown', 'of nobody who is known'],
  ['inactive', 'Inactive and in none'],
];

function heading({ keys, summary }: MapReport): string {
  const counts = summary as Readonly<Record<string, number>>;
  const parts = COUNTED.flatMap(([state, words]) => {
    const count = counts[state.replace('-', '_')] ?? 0;
    return count === 0 ? [] : [`${count} ${words}`];
  });
  const shown = keys.length === summary.keys ? '' : ` (${keys.length} of them shown)`;
  return [
    `${plural(summary.keys, 'key')}${shown}`,
    ...(parts.length === 0 ? [] : [parts.join(', ')]),
  ].join(': ');
}

const TONES: Readonly<Record<MapState, Tone | undefined>> = {
  dead: 'red',
  foreign: 'red',
  unknown: 'yellow',
  unplaced: 'yellow',
  'several-places': 'yellow',
  placed: undefined,
  inactive: 'dim',
};

function tableOf(
  { keys, accounts, execution_time: now }: MapReport,
  { paint }: Page,
  { width }: TextStyle,
): string {
  const isSeveral = accounts.length > 1;
  return fittedTable({
    columns: [
      { title: 'STATE', cells: keys.map(({ state }) => state) },
      ...(isSeveral ? [{ title: 'ACCOUNT', cells: keys.map((key) => key.account_id ?? '-') }] : []),
      {
        title: 'USER',
        cells: keys.map((key) => ownerOf(key, isSeveral)),
        shrinksTo: USER_WIDTH_MIN,
      },
      { title: 'KEY', cells: keys.map(({ access_key_id: id }) => id) },
      { title: 'AGE', cells: keys.map(({ age_days: age }) => (age === null ? '-' : `${age} d`)) },
      { title: 'LAST USED', label: 'last used ', cells: keys.map((key) => useCell(key, now)) },
      { title: 'PLACE', cells: keys.map(placeCell) },
    ],
    tones: keys.map(({ state }) => TONES[state]),
    notes: keys.map(notesOf),
    width,
    paint,
  });
}

function ownerOf({ username, account_id: account, status }: MappedKey, isSeveral: boolean): string {
  if (username === null) return account === null || isSeveral ? '-' : `account ${account}`;
  return status === 'Active' ? username : `${username} (${status})`;
}

function useCell({ last_used: used, last_used_service: service }: MappedKey, now: string): string {
  if (used === null) return 'not known';
  if (used === 'never') return 'never';
  const days = Math.floor((Date.parse(now) - Date.parse(used)) / MS_PER_DAY);
  const when = days <= 0 ? 'today' : `${days} d ago`;
  return service === null ? when : `${when}, ${service}`;
}

function placeCell({ places }: MappedKey): string {
  const [first, ...others] = places;
  if (first === undefined) return '';
  return others.length === 0 ? placeWords(first) : `${placeWords(first)} and ${others.length} more`;
}

function placeWords({
  kind,
  place,
  region,
}: MapReport['unread'][number] | MappedKey['places'][number]): string {
  return `${kind} ${region === null ? '' : `${region}:`}${place}`;
}

/** Further places, and why one would not be written. */
function notesOf({ places }: MappedKey): string[] {
  return places.flatMap((place, index) => {
    const problem = place.problem === null ? '' : `: ${place.problem}`;
    return index === 0 && problem === '' ? [] : [`${placeWords(place)}${problem}`];
  });
}

function readsOf({ reads, unread }: MapReport, { wrap, paint }: Page): string[] {
  const lines = reads.map(({ kind, scope, account_id: account, read, unread: left, error }) => {
    const where = `${kind}${scope === '' ? '' : `=${scope}`}${account === null ? '' : ` of ${account}`}`;
    const text = `${where}: ${plural(read, 'place')} read${left === 0 ? '' : `, ${left} not`}`;
    return error === null
      ? wrap('', text)
      : paint('red', wrap('', `${text}; not to the end: ${error.message} [${error.code}]`));
  });
  const told = unread
    .slice(0, UNREAD_TOLD_MAX)
    .map((place) =>
      paint('yellow', wrap('', `not read: ${placeWords(place)}: ${place.message} [${place.code}]`)),
    );
  const more = unread.length - told.length;
  return [...lines, ...told, ...(more > 0 ? [`and ${more} more, which --json lists`] : [])];
}

function footnotes({
  skipped_accounts: skipped,
  signed_by: signedBy,
  summary,
}: MapReport): string[] {
  return [
    ...((summary as Readonly<Record<string, number>>).unplaced === 0
      ? []
      : ['In none means in none of those that were read.']),
    ...(skipped.length === 0
      ? []
      : [`${plural(skipped.length, 'account')} ${skippedWords(skipped)}`]),
    ...(signedBy === null ? [] : [`Signed by ${signedBy}.`]),
  ];
}
