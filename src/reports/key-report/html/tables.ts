// The tables of the page beside the one of all keys.

import { plural } from '../../words.ts';
import type { KeyReport } from '../document.ts';
import { dayWord, lastUseOf, timesIn, timeWord } from '../report-words.ts';
import { html, type Markup } from './markup.ts';
import { axisOf, axisTrack, shownRotations, track } from './timeline.ts';

/** Rows of a table; the others are in the JSON and the CSV. */
const ROWS_MAX = 60;

interface Table {
  readonly id: string;
  readonly heads: readonly (readonly [title: string, className?: string])[];
  readonly rows: readonly Markup[];
  readonly className?: string;
  /** How many rows there are beside these. */
  readonly more?: number;
  /** What they are, in the line that counts the others. */
  readonly noun?: string;
}

function table({ id, heads, rows, className = '', more = 0, noun = 'row' }: Table): Markup {
  const head = heads.map(
    ([title, name = '']) =>
      html`<th scope="col"${name !== '' && html` class="${name}"`}>${title}</th>`,
  );
  return html`<div class="scroll" role="group" aria-labelledby="${id}-title" tabindex="0"><table${className !== '' && html` class="${className}"`}>
<thead><tr>${head}</tr></thead>
<tbody>${rows}</tbody></table></div>
${more > 0 && html`<p class="rest">and ${plural(more, `more ${noun}`)}: they are in <code>keyturn report --format json</code></p>`}`;
}

/** The account of each row, where there are several. */
function accountCell(report: KeyReport) {
  const isSeveral = report.accounts.length > 1;
  const names = new Map(report.accounts.map((each) => [each.account_id, each.account_name]));
  return {
    head: isSeveral ? ([['Account']] as const) : [],
    cell: (id: string) => (isSeveral ? html`<td>${names.get(id) ?? id}</td>` : html``),
  };
}

const WAITS = { run: 'the next run', time: 'time', hook: 'a hook', operator: 'a person' } as const;
const WAIT_TONES = { run: 'warn', time: 'info', hook: 'warn', operator: 'bad' } as const;

export function rotationsTable(report: KeyReport): Markup {
  const shown = shownRotations(report, ROWS_MAX);
  const axis = axisOf(shown, report.execution_time);
  const { head, cell } = accountCell(report);
  const rows = shown.map((each) => {
    const when = each.next_run_at === null ? '' : `from ${timeWord(each.next_run_at)} on, `;
    const who = each.waits_for === 'operator' || each.waits_for === 'hook' ? '' : 'a run ';
    return html`<tr><th scope="row">${each.username}</th>${cell(each.account_id)}<td class="ids"><code>${each.old_key_id}</code><br>→ <code>${each.new_key_id ?? 'no key yet'}</code></td><td class="time">${track(each, axis)}</td><td><span class="tag ${WAIT_TONES[each.waits_for]}">waits for ${WAITS[each.waits_for]}</span><br>${when}${who}${timesIn(each.next_step)}</td></tr>
`;
  });
  return table({
    id: 'rotations',
    className: 'tracks',
    heads: [['User'], ...head, ['Keys'], ['When'], ['Next']],
    rows: [
      html`<tr aria-hidden="true"><td></td>${cell('')}<td></td><td class="time">${axisTrack(axis)}</td><td></td></tr>`,
      ...rows,
    ],
    more: report.open_rotations.length - shown.length,
    noun: 'rotation',
  });
}

export function unreadTable(report: KeyReport): Markup {
  const { head, cell } = accountCell(report);
  const { unread_successors: all, execution_time: now } = report;
  const rows = all.slice(0, ROWS_MAX).map((each) => {
    const use = lastUseOf(each, now);
    const since = each.waits_since ?? each.new_key_created;
    return html`<tr><th scope="row">${each.username}</th>${cell(each.account_id)}<td><code>${each.old_key_id ?? `made ${dayWord(each.old_key_created)}`}</code></td><td>${use.text}<br><span class="dim when">${timeWord(each.last_used)}</span></td><td><code>${each.new_key_id ?? `made ${dayWord(each.new_key_created)}`}</code></td><td class="when">${dayWord(since)}</td></tr>
`;
  });
  return table({
    id: 'unread',
    heads: [['User'], ...head, ['Old key'], ['Last used'], ['Successor'], ['Ready since']],
    rows,
    more: all.length - rows.length,
    noun: 'key',
  });
}

export function unusedTable(report: KeyReport): Markup {
  const { head, cell } = accountCell(report);
  const all = report.keys
    .filter(({ unused }) => unused === true)
    .toSorted((a, b) => b.age_days - a.age_days);
  const rows = all.slice(0, ROWS_MAX).map(
    (
      key,
    ) => html`<tr><th scope="row">${key.username}</th>${cell(key.account_id)}<td><code>${key.access_key_id ?? `made ${dayWord(key.created)}`}</code></td><td class="number">${key.age_days} d</td><td>${lastUseOf(key, report.execution_time).text}</td></tr>
`,
  );
  return table({
    id: 'unused',
    heads: [['User'], ...head, ['Key'], ['Age', 'number'], ['Last used']],
    rows,
    more: all.length - rows.length,
    noun: 'key',
  });
}

export function exemptionsTable({ exemptions }: KeyReport): Markup {
  const rows = exemptions.map((each) => {
    const { days_left: left } = each;
    const [tone, word] =
      left < 0
        ? ['bad', `ended ${plural(-left, 'day')} ago`]
        : left <= 30
          ? ['warn', left === 0 ? 'ends today' : `${plural(left, 'day')} left`]
          : ['good', `${plural(left, 'day')} left`];
    return html`<tr><th scope="row">${each.match}</th><td>${each.owner}</td><td>${each.until}<br><span class="tag ${tone}">${word}</span></td><td class="number">${each.keys}</td><td class="number">${each.due}</td><td>${each.reason}<br><code class="dim">${each.at}</code></td></tr>
`;
  });
  return table({
    id: 'exemptions',
    heads: [['Whom'], ['Owner'], ['Until'], ['Keys', 'number'], ['Due', 'number'], ['Why']],
    rows,
  });
}

const STATUS = {
  met: ['good', 'met'],
  'not-met': ['bad', 'not met'],
  'not-known': ['warn', 'not known'],
} as const;

export function controlsTable({ controls }: KeyReport): Markup {
  const rows = controls.map((each) => {
    const [tone, word] = STATUS[each.status];
    const beside = [
      ...(each.exempt > 0 ? [`${each.exempt} exempt`] : []),
      ...(each.in_grace > 0 ? [`${each.in_grace} in a rotation under way`] : []),
      ...(each.not_known > 0 ? [`${each.not_known} not known`] : []),
    ].join(', ');
    const sources = each.sources.map(
      ({ framework, number }, index) =>
        html`${index > 0 && html`<br>`}${framework} <strong>${number}</strong>`,
    );
    return html`<tr><th scope="row">${each.requirement}</th><td class="ids">${sources}</td><td><span class="tag ${tone}">${word}</span></td><td>${each.failing} of ${plural(each.examined, each.unit.slice(0, -1))}${beside !== '' && html`<br><span class="dim">${beside}</span>`}</td><td class="dim">${each.judged}</td></tr>
`;
  });
  return table({
    id: 'controls',
    heads: [
      ['Requirement'],
      ['Where it stands'],
      ['Status'],
      ['Fails for'],
      ['What was looked at'],
    ],
    rows,
  });
}

export function accountsTable(report: KeyReport): Markup {
  const numbers = ['keys', 'overdue', 'exempt', 'in_grace', 'unused', 'problems'] as const;
  const rows = report.accounts.slice(0, ROWS_MAX * 4).map((each) => {
    const cells = numbers.map((name) => html`<td class="number">${each[name]}</td>`);
    const oldest = each.oldest_days === null ? '' : `${each.oldest_days} d`;
    return html`<tr><th scope="row">${each.account_name ?? each.account_id}${each.account_name !== null && html`<br><code class="dim">${each.account_id}</code>`}</th><td class="number">${each.users}</td>${cells}<td class="number">${oldest}</td><td class="when">${timeWord(each.as_of)}</td></tr>
`;
  });
  const unread = unreadAccounts(report).map(
    ([id, why]) => html`<tr><th scope="row">${id}</th><td colspan="9">not read: ${why}</td></tr>`,
  );
  const titles = [
    'Users',
    'Keys',
    'Overdue',
    'Exempt',
    'In grace',
    'Unused',
    'Needs a person',
    'Oldest',
  ];
  return table({
    id: 'accounts',
    heads: [['Account'], ...titles.map((title) => [title, 'number'] as const), ['As of']],
    rows: [...unread, ...rows],
    more: report.accounts.length - rows.length,
    noun: 'account',
  });
}

/** Accounts of which nothing is known, with why: those that could not be read, and those in which nobody can work. */
function unreadAccounts(report: KeyReport): readonly (readonly [id: string, why: string])[] {
  const known = new Set(report.accounts.map(({ account_id: id }) => id));
  const failed = report.problems.flatMap(({ account_id: id, username, code }) =>
    id !== null && username === null && !known.has(id) ? [[id, code] as const] : [],
  );
  const skipped = report.skipped_accounts.map(({ account_id: id, state }) => [id, state] as const);
  return [...failed, ...skipped];
}
