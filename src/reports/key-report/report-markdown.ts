// The report as Markdown, for the summary of a job. A step of GitHub Actions takes a megabyte, a comment 65,536
// characters; each table has so many rows at most and says how many more there are, so it fits both.

import { linesOfHint } from '../../base/hint.ts';
import { printableAll } from '../../base/printable.ts';
import { code, escaped } from '../markdown.ts';
import { plural } from '../words.ts';
import type { KeyReport, ReportKey } from './document.ts';
import {
  accountsWord,
  lastUseOf,
  thresholdWord,
  timesIn,
  timeWord,
  verdictOf,
} from './report-words.ts';

/** The first line, which no reader sees. */
export const MARKDOWN_BEGINNING = '<!-- keyturn report -->';

const ROWS_MAX = 30;
const OF_A_CAUSE_MAX = 5;

export function renderMarkdown(given: KeyReport): string {
  const report = printableAll(given);
  const { tone, text } = verdictOf(report);
  const sign = { bad: '🔴', warn: '🟠', good: '🟢' }[tone];
  const parts = [
    MARKDOWN_BEGINNING,
    `### ${sign} ${escaped(text)}`,
    `Access keys of ${escaped(accountsWord(report))} · ${timeWord(report.execution_time)} · ${escaped(thresholdWord(report))}`,
    figures(report),
    steps(report),
    problems(report),
    overdue(report),
    rotations(report),
    unread(report),
    exemptions(report),
    controls(report),
    accounts(report),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function figures({ summary, since }: KeyReport): string {
  const { keys, active, overdue: due, exempt, in_grace: grace, unused, retired, rotated } = summary;
  return table(
    [
      'keys',
      'Active',
      'overdue',
      'exempt',
      'need a person',
      'in grace',
      'unused',
      `rotated since ${since.slice(0, 10)}`,
      'retired',
    ],
    [[keys, active, due, exempt, summary.problems, grace, unused, rotated, retired].map(String)],
    1,
  );
}

function steps({ next_steps: all }: KeyReport): string {
  const lines = all.map(({ text, command }) => {
    const then = command === null ? '' : ` ${code(command)}`;
    return `1. ${escaped(timesIn(text))}${then}`;
  });
  return ['**Next**', '', ...lines].join('\n');
}

function problems({ problems: all, remedies }: KeyReport): string {
  if (all.length === 0) return '';
  const codes = [...new Set(all.map((each) => each.code))];
  const groups = codes.flatMap((word) => {
    const own = all.filter((each) => each.code === word);
    const { title = word, remedy = '' } = remedies[word] ?? {};
    const items = own.slice(0, OF_A_CAUSE_MAX).flatMap((each, index) => {
      const { account_id: account, username: user, access_key_id: key, message, hint } = each;
      const name = escaped(user ?? account ?? '');
      const id = key === null ? '' : ` ${code(key)}`;
      const help = hint === null || index > 0 ? [] : linesOfHint(hint);
      return [
        `  - ${name}${id}: ${escaped(timesIn(message))}`,
        ...help.map(
          (line) =>
            `    - ${line.kind === 'command' ? code(line.text) : escaped(timesIn(line.text))}`,
        ),
      ];
    });
    const more = own.length - OF_A_CAUSE_MAX;
    return [
      `- **${own.length}** ${code(word)} ${escaped(title)} ${withCode(remedy)}`,
      ...items,
      ...(more > 0 ? [`  - and ${more} more`] : []),
    ];
  });
  return ['**Needs a person**', '', ...groups].join('\n');
}

/** Texts of ours mark commands with backquotes. */
function withCode(text: string): string {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? code(part) : escaped(part)))
    .join('');
}

function overdue(report: KeyReport): string {
  const all = report.keys.filter((key) => key.overdue);
  if (all.length === 0) return '';
  return titled(
    plural(all.length, 'overdue key'),
    table(
      ['user', 'key', 'age', 'last used', 'state'],
      all.map((key) => [
        nameOf(key, report),
        keyOf(key),
        `${key.age_days} d`,
        escaped(lastUseOf(key, report.execution_time).text),
        escaped(timesIn(key.state_text)),
      ]),
      ROWS_MAX,
    ),
  );
}

function nameOf(
  { account_id: account, username: user }: Pick<ReportKey, 'account_id' | 'username'>,
  { accounts: all }: KeyReport,
): string {
  return escaped(all.length > 1 ? `${account}/${user}` : user);
}

function keyOf({ access_key_id: id, created }: ReportKey): string {
  return code(id ?? `made ${created.slice(0, 10)}`);
}

function rotations(report: KeyReport): string {
  const { open_rotations: all } = report;
  if (all.length === 0) return '';
  return titled(
    plural(all.length, 'open rotation'),
    table(
      ['user', 'old key', 'new key', 'begun', 'next'],
      all.map((each) => {
        const when = each.next_run_at === null ? '' : `from ${timeWord(each.next_run_at)} on: `;
        return [
          nameOf(each, report),
          code(each.old_key_id),
          code(each.new_key_id ?? '-'),
          each.begun.slice(0, 10),
          escaped(`${when}${timesIn(each.next_step)}`),
        ];
      }),
      ROWS_MAX,
    ),
  );
}

function unread(report: KeyReport): string {
  const { unread_successors: all, execution_time: now } = report;
  if (all.length === 0) return '';
  return titled(
    'In use, and nobody has used the successor yet',
    table(
      ['user', 'old key', 'last used', 'successor'],
      all.map((each) => [
        nameOf(each, report),
        code(each.old_key_id ?? `made ${each.old_key_created.slice(0, 10)}`),
        escaped(lastUseOf(each, now).text),
        code(each.new_key_id ?? `made ${each.new_key_created.slice(0, 10)}`),
      ]),
      ROWS_MAX,
    ),
  );
}

function exemptions({ exemptions: all }: KeyReport): string {
  if (all.length === 0) return '';
  return titled(
    'Exemptions',
    table(
      ['whom', 'owner', 'until', 'days left', 'due keys', 'why'],
      all.map((each) => [
        escaped(each.match),
        escaped(each.owner),
        each.until,
        String(each.days_left),
        String(each.due),
        escaped(each.reason),
      ]),
      ROWS_MAX,
    ),
  );
}

function controls({ controls: all }: KeyReport): string {
  const rows = all.map((each) => {
    const sources = each.sources
      .map(({ framework, number }) => `${framework} ${number}`)
      .join(', ');
    const status = each.status === 'not-met' ? '**not met**' : each.status.replace('-', ' ');
    return [
      escaped(each.requirement),
      escaped(sources),
      status,
      `${each.failing} of ${each.examined}`,
    ];
  });
  return titled(
    'Controls',
    table(['requirement', 'where it stands', 'status', 'fails for'], rows, ROWS_MAX),
  );
}

function accounts({ accounts: all }: KeyReport): string {
  if (all.length < 2) return '';
  const rows = all.map((each) => [
    escaped(each.account_name ?? each.account_id),
    ...[each.keys, each.overdue, each.in_grace, each.unused, each.problems].map(String),
  ]);
  return titled(
    'Accounts',
    table(['account', 'keys', 'overdue', 'in grace', 'unused', 'needs a person'], rows, ROWS_MAX),
  );
}

/** Long tables are folded away. */
function titled(title: string, body: string): string {
  return `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
}

function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  max: number,
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const more = rows.length - max;
  return [
    line(heads),
    line(heads.map(() => '---')),
    ...rows.slice(0, max).map(line),
    ...(more > 0 ? ['', `and ${more} more`] : []),
  ].join('\n');
}
