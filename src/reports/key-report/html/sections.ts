// The parts of the page, in the order in which a reader wants them: am I fine, what do I do next, and then the rest,
// worst first. A part about which there is nothing to say is left out.

import { plural } from '../../words.ts';
import type { KeyReport } from '../document.ts';
import { timesIn } from '../report-words.ts';
import { agesChart, FILLS, weeksChart } from './charts.ts';
import { keysMarkup, ROWS_PER_PAGE } from './key-rows.ts';
import { html, type Markup } from './markup.ts';
import { problemsMarkup } from './problem-list.ts';
import {
  accountsTable,
  controlsTable,
  exemptionsTable,
  rotationsTable,
  unreadTable,
  unusedTable,
} from './tables.ts';

export interface Section {
  readonly id: string;
  /** In the list of parts. */
  readonly title: string;
  /** Undefined where there is nothing to say. */
  readonly render: (report: KeyReport) => Markup | undefined;
}

/** A part with its heading, and what has to be known to read it. */
function part(id: string, heading: string, body: Markup, note = ''): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${heading}</h2>
${note !== '' && html`<p class="note">${note}</p>`}
${body}
</section>`;
}

function figures({ summary, since, unused_days: days }: KeyReport): Markup {
  const { keys, active, overdue, exempt, in_grace: grace, unused, retired, problems } = summary;
  const day = since.slice(0, 10);
  const all: readonly (readonly [label: string, count: number, tone: string, about: string])[] = [
    ['keys', keys, '', `${active} Active, ${summary.inactive} Inactive`],
    [
      'overdue',
      overdue,
      overdue > 0 ? 'bad' : 'good',
      exempt === 0
        ? 'none is exempt'
        : `${exempt} more ${exempt === 1 ? 'is' : 'are'} due, and exempt`,
    ],
    ['need a person', problems, problems > 0 ? 'warn' : 'good', 'nothing goes on by itself'],
    ['in grace', grace, grace > 0 ? 'info' : '', 'replaced, Active until unused'],
    ['unused', unused, unused > 0 ? 'warn' : 'good', `for ${days} days or longer`],
    ['retired', retired, '', `made Inactive since ${day}`],
  ];
  const cards = all.map(
    ([label, count, tone, about]) =>
      html`<div class="${tone}"><dt>${label}</dt><dd>${count}</dd><dd>${about}</dd></div>`,
  );
  return part('figures', 'At a glance', html`<dl class="figures">${cards}</dl>`);
}

/** What to do next, beside the picture that says how urgent it is. */
function next(report: KeyReport): Markup {
  const items = report.next_steps.map(
    ({ text, command }) =>
      html`<li>${timesIn(text)}${command !== null && html`<br><code>${command}</code>`}</li>`,
  );
  return html`<div class="pair">
${part('next', 'What to do next', html`<ol class="steps">${items}</ol>`)}
${ages(report)}
</div>`;
}

function swatch(name: keyof typeof FILLS, text: string): Markup {
  return html`<li><svg width="10" height="10" aria-hidden="true"><rect class="f-${name}" fill="${FILLS[name]}" width="10" height="10"/></svg> ${text}</li>`;
}

function ages(report: KeyReport): Markup {
  const rows = report.ages.buckets
    .filter(({ keys }) => keys > 0)
    .map(
      ({ from_days: from, to_days: to, keys, overdue, exempt }) =>
        html`<tr><th scope="row">${to === null ? `${from} or more` : `${from} to ${to - 1}`}</th><td class="number">${keys}</td><td class="number">${overdue}</td><td class="number">${exempt}</td></tr>`,
    );
  const legend = html`<ul class="legend">${swatch('fine', 'not due, or replaced')}${swatch('overdue', 'overdue')}${report.summary.exempt > 0 && swatch('exempt', 'due, and exempt')}</ul>`;
  const table = asTable('ages-table', {
    summary: 'Ages as a table',
    head: heads('Days', 'Keys', 'Overdue', 'Exempt'),
    rows,
  });
  return part('ages', 'How old the keys are', html`${agesChart(report)}${legend}${table}`);
}

function weeks(report: KeyReport): Markup {
  const rows = report.weeks.map(
    (week) =>
      html`<tr><th scope="row">${week.monday}</th><td class="number">${week.rotated}</td><td class="number">${week.retired}</td><td class="number">${week.deleted}</td><td class="number">${week.undone}</td><td class="number">${week.failed}</td></tr>`,
  );
  const legend = html`<ul class="legend">${swatch('rotated', 'rotated')}${swatch('retired', 'old key retired')}${swatch('failed', 'came to nothing')}</ul>`;
  const table = asTable('weeks-table', {
    summary: 'Weeks as a table',
    head: heads('Week of', 'Rotated', 'Retired', 'Deleted', 'Taken back', 'Failed'),
    rows,
  });
  return part('weeks', 'What was done, week by week', html`${weeksChart(report)}${legend}${table}`);
}

function heads(first: string, ...others: readonly string[]): Markup {
  const numbers = others.map((name) => html`<th scope="col" class="number">${name}</th>`);
  return html`<tr><th scope="col">${first}</th>${numbers}</tr>`;
}

interface FoldedTable {
  readonly summary: string;
  readonly head: Markup;
  readonly rows: readonly Markup[];
}

/** The numbers of a picture, for whoever does not see it. */
function asTable(id: string, { summary, head, rows }: FoldedTable): Markup {
  return html`<details><summary id="${id}">${summary}</summary><div class="scroll" role="group" tabindex="0" aria-labelledby="${id}"><table><thead>${head}</thead><tbody>${rows}</tbody></table></div></details>`;
}

/** A part that is left out where it would be empty. */
function unlessEmpty(count: number, render: () => Markup): Markup | undefined {
  return count === 0 ? undefined : render();
}

export const SECTIONS: readonly Section[] = [
  { id: 'figures', title: 'At a glance', render: figures },
  { id: 'next', title: 'Next', render: next },
  {
    id: 'problems',
    title: 'Needs a person',
    render: (report) =>
      unlessEmpty(report.problems.length, () =>
        part(
          'problems',
          'Needs a person',
          problemsMarkup(report),
          'Grouped by cause. No run goes on with these by itself.',
        ),
      ),
  },
  {
    id: 'rotations',
    title: 'Open rotations',
    render: (report) =>
      unlessEmpty(report.open_rotations.length, () =>
        part(
          'rotations',
          plural(report.open_rotations.length, 'open rotation'),
          rotationsTable(report),
          'A rotation in grace is done but for the end of its old key: both keys work. The bar leads from its beginning to now, the dashed line on to the earliest time at which a run may go on.',
        ),
      ),
  },
  { id: 'weeks', title: 'Week by week', render: weeks },
  {
    id: 'unread',
    title: 'Successors nobody reads',
    render: (report) =>
      unlessEmpty(report.unread_successors.length, () =>
        part(
          'unread',
          'In use, and nobody has used the successor yet',
          unreadTable(report),
          'A hint and no proof: AWS shows uses late, and not all of them. What uses the old key may have to be restarted to read the new one.',
        ),
      ),
  },
  {
    id: 'unused',
    title: 'Unused',
    render: (report) =>
      unlessEmpty(report.summary.unused, () =>
        part(
          'unused',
          `Unused for ${report.unused_days} days or longer`,
          unusedTable(report),
          'Nobody would miss these, as far as AWS shows uses. A key that is not there needs no rotation.',
        ),
      ),
  },
  {
    id: 'exemptions',
    title: 'Exemptions',
    render: (report) =>
      unlessEmpty(report.exemptions.length, () =>
        part(
          'exemptions',
          'Exemptions',
          exemptionsTable(report),
          'Those that end first come first. An exemption that has ended rotates nothing: somebody has to say what holds now.',
        ),
      ),
  },
  {
    id: 'controls',
    title: 'Controls',
    render: (report) =>
      part(
        'controls',
        'Controls',
        controlsTable(report),
        'What the access keys say about controls that auditors ask for. None of them is about access keys alone: the last column says what was looked at.',
      ),
  },
  {
    id: 'accounts',
    title: 'Accounts',
    render: (report) =>
      report.accounts.length + report.skipped_accounts.length + report.summary.accounts_failed < 2
        ? undefined
        : part('accounts', 'Accounts', accountsTable(report)),
  },
  {
    id: 'keys',
    title: 'All keys',
    render: (report) =>
      part(
        'keys',
        report.keys.length > ROWS_PER_PAGE ? `All ${report.keys.length} keys` : 'All keys',
        keysMarkup(report),
      ),
  },
];
