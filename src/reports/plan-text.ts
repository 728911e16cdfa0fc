// A plan for a person: what changes, what waits and until when, and where a person is needed.

import { minuteOf } from '../base/clock.ts';
import { linesOfHint } from '../base/hint.ts';
import { printableAll } from '../base/printable.ts';
import { type Page, pageFor, type TextStyle, type Tone } from './page.ts';
import type { PlanDocument } from './plan-document.ts';
import {
  ageWord,
  comeAgain,
  countLine,
  MENDS_MAX,
  notShown,
  otherErrors,
  type PlanRow,
  placeLines,
  rowsOf,
  shortKey,
  shortPlan,
  thenLine,
  whyWords,
} from './plan-words.ts';

export interface PlanStyle extends TextStyle {
  /** The command that applies the plan; undefined where it is not applied so. */
  readonly applyCommand: string | undefined;
}

export function renderPlan(given: PlanDocument, style: PlanStyle): string {
  const plan = printableAll(given);
  const page = pageFor(style);
  const { change, wait, stop } = rowsOf(plan);
  const layout = { plan, page, width: style.width };
  const sections = [
    heading(plan, page),
    section('CHANGE', 'green', change, layout),
    section('WAIT', 'yellow', wait, layout),
    section('STOP', 'red', stop, layout),
    issues(plan, page),
    ending(plan, style, page),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

function heading(plan: PlanDocument, { paint, wrap }: Page): string {
  const { plan_id: id, config, created_at: at, expires_at: until, trusted } = plan;
  const title = `Plan ${shortPlan(id)} of ${config.path}, ${minuteOf(new Date(at))}, good until ${minuteOf(new Date(until))}`;
  const lines = [paint('bold', wrap('', title)), wrap('', countLine(plan))];
  if (!trusted)
    lines.push(wrap('', 'Made with --untrusted: it is to look at, and is not applied.'));
  return lines.join('\n');
}

interface Layout {
  readonly plan: PlanDocument;
  readonly page: Page;
  readonly width: number;
}

/** So many columns at least are left for why. */
const WHY_WIDTH_MIN = 36;

function section(title: string, tone: Tone, rows: readonly PlanRow[], layout: Layout): string {
  if (rows.length === 0) return '';
  const { plan, page, width } = layout;
  const isChange = title === 'CHANGE';
  const cells = rows.map((row) => [
    ...(isChange ? [row.key.action] : []),
    row.name,
    shortKey(row.key.key_id),
    ageWord(row.key, plan),
  ]);
  const widths = cells.reduce<number[]>(
    (known, each) => each.map((cell, index) => Math.max(known[index] ?? 0, cell.length)),
    [],
  );
  const lines = rows.flatMap((row, index) => {
    const label = (cells[index] ?? [])
      .map((cell, column) => {
        const isAge = column === widths.length - 1;
        return isAge ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
      })
      .join('  ');
    const before = ` ${label}  `;
    const why = whyWords(row, plan);
    const fits = width - before.length >= WHY_WIDTH_MIN;
    const first = fits
      ? [page.wrap(before, why, before.length)]
      : [before.trimEnd(), page.wrap('     ', why, 5)];
    const alike = rows.slice(0, index).filter(({ key }) => key.code === row.key.code).length;
    return [...first, ...details(row, page, { plan, isMended: alike < MENDS_MAX })];
  });
  return [page.paint(tone, title), ...lines].join('\n');
}

interface Detailed {
  readonly plan: PlanDocument;
  readonly isMended: boolean;
}

function details(row: PlanRow, { wrap }: Page, { plan, isMended }: Detailed): readonly string[] {
  const { key } = row;
  const isStop = key.action === 'blocked' || key.action === 'ask';
  const then = thenLine(row);
  const isTold = key.why.includes('until ');
  const until =
    key.not_before !== null && !isTold ? [`until ${minuteOf(new Date(key.not_before))}`] : [];
  const deadline = key.deadline === null ? [] : [deadlineWord(key.deadline, plan.created_at)];
  return [
    ...placeLines(row).map((line) => wrap('     ', line, 8)),
    ...(key.action === 'wait' ? [...until, ...deadline].map((line) => wrap('     ', line, 5)) : []),
    ...(then === undefined || isStop || key.action === 'wait' ? [] : [wrap('     ', then, 5)]),
    ...(isStop && isMended && key.mend !== null ? mendLines(key.mend, wrap) : []),
  ];
}

/** Commands have lines of their own, so that they can be copied. */
function mendLines(mend: string, wrap: Page['wrap']): readonly string[] {
  return linesOfHint(mend).map(({ kind, text }) =>
    kind === 'command' ? `       ${text}` : wrap('     ', text, 5),
  );
}

function issues(plan: PlanDocument, { paint, wrap }: Page): string {
  const { warnings } = plan;
  const lines = otherErrors(plan).map(({ user, account, code, message }) => {
    const whom = user ?? account;
    return wrap(' ', `${whom === null ? '' : `${whom}: `}${code}: ${message}`, 3);
  });
  const parts = [
    ...(lines.length === 0 ? [] : [[paint('red', 'ERRORS'), ...lines].join('\n')]),
    ...warnings.map((warning) => wrap('', `Warning: ${warning}`)),
  ];
  return parts.join('\n\n');
}

function ending(plan: PlanDocument, { applyCommand }: PlanStyle, page: Page): string {
  const { wrap, withCommand } = page;
  const left = notShown(plan);
  const again = comeAgain(plan);
  return [
    ...(left === undefined ? [] : [wrap('', `Not shown: ${left}.`)]),
    ...(again === undefined ? [] : [wrap('', `Come again: ${again}`)]),
    ...(applyCommand === undefined || plan.counts.change === 0
      ? []
      : [withCommand('To apply it:', applyCommand)]),
    ...(plan.counts.change + plan.counts.wait + plan.counts.stop === 0
      ? ['Nothing is to be done.']
      : []),
  ].join('\n');
}

/** A freeze, a window or a hook beats a deadline. */
function deadlineWord(deadline: string, now: string): string {
  const at = minuteOf(new Date(deadline));
  return deadline > now ? `at the latest ${at}` : `its deadline is over since ${at}`;
}
