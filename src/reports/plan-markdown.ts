// A plan as Markdown, for a pull request. Names are escaped, so that nobody is mentioned and no cell is broken;
// where a comment would be too long, what waits goes first, then the places, and never a key that changes or needs a
// person without a line that says how many more there are.

import { minuteOf } from '../base/clock.ts';
import { linesOfHint } from '../base/hint.ts';
import { printableAll } from '../base/printable.ts';
import { code, escaped } from './markdown.ts';
import type { PlanDocument, PlanKey } from './plan-document.ts';
import {
  ageWord,
  comeAgain,
  MENDS_MAX,
  notShown,
  otherErrors,
  type PlanRow,
  rowsOf,
  shortKey,
  shortPlan,
  thenLine,
  whyWords,
} from './plan-words.ts';
import { unique } from './words.ts';

/** GitHub takes 65,536 characters, GitLab far more; a workflow may add a line of its own. */
export const MARKDOWN_MAX = 60_000;

export interface MarkdownStyle {
  /** Where the plan was saved, for whoever wants what is cut. */
  readonly file: string | undefined;
}

export function renderPlanMarkdown(given: PlanDocument, { file }: MarkdownStyle): string {
  const plan = printableAll(given);
  const whole = file === undefined ? 'the plan' : escaped(file);
  const levels: readonly Shown[] = [
    { waits: true, places: true },
    { waits: false, places: true },
    { waits: false, places: false },
  ];
  for (const shown of levels) {
    const page = pageOf(plan, shown, whole);
    if (page.length <= MARKDOWN_MAX) return page;
  }
  return cut(plan, whole);
}

interface Shown {
  readonly waits: boolean;
  readonly places: boolean;
}

function pageOf(plan: PlanDocument, shown: Shown, whole: string): string {
  const { change, wait, stop } = rowsOf(plan);
  return joined([
    ...head(plan),
    table(change, plan, shown),
    ...(stop.length === 0 ? [] : [list('**Stop**', stop, plan)]),
    ...errorsOf(plan),
    shown.waits ? waits(wait, plan) : leftOut(wait.length, 'wait', whole),
    ending(plan),
  ]);
}

/** As many rows as fit, those that need a person first, each list with what it leaves out. */
function cut(plan: PlanDocument, whole: string): string {
  const { change, wait, stop } = rowsOf(plan);
  const fixed = joined([...head(plan), ending(plan), leftOut(wait.length, 'wait', whole)]).length;
  const room = MARKDOWN_MAX - fixed - 2_000;
  const stops = fitting(stop, room / 2, (rows) => list('**Stop**', rows, plan));
  const used = list('**Stop**', stops, plan).length;
  const places = { waits: false, places: false };
  const changes = fitting(change, room - used, (rows) => table(rows, plan, places));
  return joined([
    ...head(plan),
    table(changes, plan, places),
    leftOut(change.length - changes.length, 'change', whole),
    list('**Stop**', stops, plan),
    leftOut(stop.length - stops.length, 'stop', whole),
    leftOut(wait.length, 'wait', whole),
    ending(plan),
  ]);
}

function fitting(
  rows: readonly PlanRow[],
  room: number,
  render: (rows: readonly PlanRow[]) => string,
): readonly PlanRow[] {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (render(rows.slice(0, middle)).length <= room) low = middle;
    else high = middle - 1;
  }
  return rows.slice(0, low);
}

function head(plan: PlanDocument): readonly string[] {
  const { counts, config, created_at: at, expires_at: until, plan_id: id, trusted } = plan;
  const stop = counts.stop > 0 ? `**${counts.stop} stop**` : '0 stop';
  return [
    `### keyturn plan \`${shortPlan(id)}\` · ${counts.change} change · ${counts.wait} wait · ${stop}`,
    `${code(config.path)} · ${timeWord(at)} · good until ${timeWord(until)}`,
    trusted ? '' : 'Made with `--untrusted`: to look at, and not to apply.',
  ];
}

function table(rows: readonly PlanRow[], plan: PlanDocument, { places }: Shown): string {
  if (rows.length === 0) return 'Nothing changes.';
  const lines = rows.map((row) => {
    const { key, name } = row;
    const isEnd =
      key.action === 'deactivate' || key.action === 'delete' || key.action === 'discard';
    const cells = [
      isEnd ? `**${key.action}**` : key.action,
      escaped(name),
      code(shortKey(key.key_id)),
      `${ageWord(key, plan)}, ${escaped(whyWords(row, plan))}`,
      places ? placesOf(row) : '',
      escaped(timesIn(thenLine(row)?.replace(/^then /, '') ?? '')),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| change | user | key | why | goes to | then |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

function placesOf({ user, key }: PlanRow): string {
  const written = user.places.filter(({ at }) => key.steps.some((step) => step.place === at));
  const words = written.map(({ at, confirm }) => {
    const how = confirm === 'read-back' ? '' : confirm === 'written' ? ' (unread)' : ' (not read)';
    return `${code(at)}${how}`;
  });
  return unique(words).join('<br>');
}

function list(title: string, rows: readonly PlanRow[], plan: PlanDocument): string {
  if (rows.length === 0) return '';
  const lines = rows.map((row, index) => {
    const { key, name } = row;
    const why = escaped(timesIn(whyWords(row, plan)));
    const alike = rows.slice(0, index).filter((each) => each.key.code === key.code).length;
    const line = `- ${escaped(name)} ${code(shortKey(key.key_id))} ${ageWord(key, plan)}: ${why}`;
    return [line, ...(alike < MENDS_MAX ? mendLines(key) : [])].join('\n');
  });
  return [title, '', ...lines].join('\n');
}

/** What a person would do, below what stopped; commands as they can be copied. */
function mendLines({ mend }: PlanKey): readonly string[] {
  if (mend === null) return [];
  return linesOfHint(mend).map(
    ({ kind, text }) => `  - ${kind === 'command' ? code(text) : escaped(timesIn(text))}`,
  );
}

function errorsOf(plan: PlanDocument): readonly string[] {
  const errors = otherErrors(plan);
  if (errors.length === 0) return [];
  const lines = errors.slice(0, 20).map(({ user, account, code: word, message }) => {
    const whom = user ?? account;
    return `- ${whom === null ? '' : `${escaped(whom)} `}${code(word)} ${escaped(timesIn(message))}`;
  });
  const more = errors.length > 20 ? [`- ${errors.length - 20} more`] : [];
  return [['**Errors**', '', ...lines, ...more].join('\n')];
}

function waits(rows: readonly PlanRow[], plan: PlanDocument): string {
  if (rows.length === 0) return '';
  const lines = rows.map(({ key, name }) => {
    const isTold = key.why.includes('until ');
    const until = isTold || key.not_before === null ? '' : `, until ${timeWord(key.not_before)}`;
    return `- ${escaped(name)} ${code(shortKey(key.key_id))} ${ageWord(key, plan)}: ${escaped(timesIn(key.why))}${until}`;
  });
  return [`<details><summary>${rows.length} wait</summary>`, '', ...lines, '', '</details>'].join(
    '\n',
  );
}

function leftOut(count: number, what: string, whole: string): string {
  return count <= 0 ? '' : `${count} more ${what}: see ${whole}`;
}

function ending(plan: PlanDocument): string {
  const left = notShown(plan);
  const again = comeAgain(plan);
  return [
    ...(left === undefined ? [] : [`Not shown: ${left}.`]),
    ...(again === undefined ? [] : [`Come again: ${timesIn(again)}.`]),
  ].join(' ');
}

function joined(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function timeWord(time: string): string {
  return `${minuteOf(new Date(time)).replace('T', ' ').replace('Z', '')} UTC`;
}

/** Readers of a pull request are in many zones: UTC, as it is said. */
function timesIn(text: string): string {
  return text.replaceAll(/\b(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?Z/g, '$1 $2 UTC');
}
