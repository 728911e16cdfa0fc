// The table of all keys: the first rows as markup, and all of them as data for the script, which sorts and filters.
// Both are made from the same cells.

import type { KeyReport, ReportKey } from '../document.ts';
import { type KeyTag, lastUseOf, tagOf } from '../report-words.ts';
import { html, jsonMarkup, type Markup } from './markup.ts';

/** So many rows stand in the page without a script, and on each page with one. */
export const ROWS_PER_PAGE = 100;

/** Classes of the tags. */
export const TAG_TONES: Readonly<Record<KeyTag, string>> = {
  overdue: 'bad',
  blocked: 'bad',
  open: 'warn',
  'in grace': 'info',
  exempt: 'warn',
  due: 'warn',
  unused: 'warn',
  Inactive: 'dim',
  fine: 'good',
};

/** What a filter may ask for. */
export const FILTERS = ['overdue', 'exempt', 'in grace', 'unused', 'Inactive', 'Active'] as const;

/** A row as the script takes it: cells as they are shown, and what they are sorted by. */
type Row = readonly [
  account: number,
  user: string,
  key: string,
  ageDays: number,
  /** -1 where nobody knows, or it never was. */
  usedDaysAgo: number,
  used: string,
  tag: number,
  state: string,
  filters: number,
];

export interface KeyTable {
  readonly accounts: readonly string[];
  readonly tags: readonly string[];
  readonly rows: readonly Row[];
}

const TAGS = Object.keys(TAG_TONES) as KeyTag[];

export function keyTable(report: KeyReport): KeyTable {
  const { keys, accounts, execution_time: now } = report;
  const names = accounts.map(({ account_id: id, account_name: name }) => name ?? id);
  const indexes = new Map(accounts.map(({ account_id: id }, index) => [id, index]));
  const rows = keys.map((key): Row => {
    const use = lastUseOf(key, now);
    return [
      indexes.get(key.account_id) ?? 0,
      key.username,
      key.access_key_id ?? `made ${key.created.slice(0, 10)}`,
      key.age_days,
      use.days ?? -1,
      use.text,
      TAGS.indexOf(tagOf(key)),
      key.state_text,
      filtersOf(key),
    ];
  });
  return { accounts: names, tags: TAGS, rows };
}

/** A bit for each filter. */
function filtersOf(key: ReportKey): number {
  const is: Readonly<Record<(typeof FILTERS)[number], boolean>> = {
    overdue: key.overdue,
    exempt: key.exempt_until !== null,
    'in grace': key.state === 'in-grace',
    unused: key.unused === true,
    Inactive: key.status !== 'Active',
    Active: key.status === 'Active',
  };
  return FILTERS.reduce((bits, name, index) => (is[name] ? bits | (1 << index) : bits), 0);
}

const COLUMNS = ['User', 'Account', 'Key', 'Age', 'Last used', 'State'] as const;

export function keysMarkup(report: KeyReport): Markup {
  const table = keyTable(report);
  const isSeveral = table.accounts.length > 1;
  const heads = COLUMNS.filter((name) => isSeveral || name !== 'Account').map(
    (name) => html`<th scope="col" data-sort="${name}">${name}</th>`,
  );
  const rows = table.rows.slice(0, ROWS_PER_PAGE).map((row) => rowMarkup(row, table, isSeveral));
  const options = FILTERS.map(
    (name, index) => html`<option value="${1 << index}">${name}</option>`,
  );
  const more = table.rows.length - ROWS_PER_PAGE;
  return html`
<form class="filter" id="filter" role="search" hidden>
<p><label for="find">Find a user, a key or an account</label><input id="find" type="search" autocomplete="off" spellcheck="false"></p>
<p><label for="only">Show</label><select id="only"><option value="0">all keys</option>${options}</select></p>
<p role="status" id="shown" aria-live="polite"></p>
</form>
<div class="scroll" role="group" aria-labelledby="keys-title" tabindex="0">
<table id="keys-table"${isSeveral && html` class="several"`}>
<caption class="away">All keys, the most urgent first</caption>
<thead><tr>${heads}</tr></thead>
<tbody>${rows}</tbody>
</table>
</div>
<p class="pager" id="pager" hidden><button type="button" id="page-back">Previous</button> <span id="page-at"></span> <button type="button" id="page-next">Next</button></p>
${more > 0 && html`<p class="rest">Without a script, and on paper, the first ${ROWS_PER_PAGE} of ${table.rows.length} keys are shown. All are in the CSV: <code>keyturn report --format csv</code></p>`}
<script type="application/json" id="data">${jsonMarkup(table)}</script>`;
}

function rowMarkup(row: Row, { accounts, tags }: KeyTable, isSeveral: boolean): Markup {
  const [account, user, key, age, , used, tag, state] = row;
  const word = tags[tag] as KeyTag;
  return html`<tr><th scope="row">${user}</th>${isSeveral && html`<td>${accounts[account] ?? ''}</td>`}<td><code>${key}</code></td><td class="number">${age} d</td><td>${used}</td><td><span class="tag ${TAG_TONES[word]}">${word}</span> ${state}</td></tr>
`;
}
