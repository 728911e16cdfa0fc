// `keyturn undo` of several rotations, for people: what was taken back in one table, and one cause told once.

import { minuteOf } from '../base/clock.ts';
import { ERROR_CODES, isErrorCode } from '../base/error-codes.ts';
import { printableAll } from '../base/printable.ts';
import { type Page, pageFor, type TextStyle } from './page.ts';
import type { UndoneRotationReport, UndoSeveralReport } from './undo-report.ts';
import { FOR_NOW, newKeyWords } from './undo-text.ts';
import { plural, unique } from './words.ts';

export interface UndoSeveralStyle extends TextStyle {
  /** The command line that was typed: a repeat goes further. */
  readonly sameCommand: string;
}

type Failure = UndoSeveralReport['not_undone'][number];

export function renderUndoSeveral(given: UndoSeveralReport, style: UndoSeveralStyle): string {
  const report = printableAll(given);
  const page = pageFor(style);
  const failed = report.not_undone.filter(({ code }) => !isStop(code));
  const left = report.not_undone.filter(({ code }) => isStop(code));
  const sections = [
    undoneSection(report, page),
    placesSection(report, page),
    stillActiveSection(report, style, page),
    failedSection(failed, report.dry_run, page),
    leftSection(left, report.dry_run ? undefined : style.sameCommand, page),
    skippedSection(report, page),
    elsewhereSection(report, page),
    page.paint('dim', page.wrap('', summaryLine(report))),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function undoneSection({ undone, dry_run: dryRun, ...report }: UndoSeveralReport, page: Page) {
  const { undone_run_id: run } = report;
  const ofRun = run === null ? '' : ` of run ${run}`;
  if (undone.length === 0) {
    return page.wrap('', `Nothing${ofRun} ${dryRun ? 'would be' : 'was'} undone.`);
  }
  const count = `${plural(undone.length, 'rotation')}${ofRun}`;
  const one = undone.length === 1;
  const title = dryRun
    ? `Would undo ${count}; nothing was changed. The old ${one ? 'key' : 'keys'} would be Active:`
    : `Undone: ${count}. The old ${one ? 'key is' : 'keys are'} Active:`;
  return [
    page.paint('green', page.wrap('', title)),
    page.table(
      ['USER', 'OLD KEY', 'NEW KEY', 'NEW IS'],
      undone.map((each) => [
        each.username,
        each.old_key_id,
        each.new_key_id,
        // Why it waits is told once for all of them.
        newKeyWords(isWaiting(each) ? { ...each, new_key_reason: FOR_NOW } : each, dryRun),
      ]),
    ),
  ].join('\n');
}

/** Whether the new key stays Active only until AWS would show a use of it. */
function isWaiting({ new_key: word, next_run_at: at, ...one }: UndoneRotationReport): boolean {
  return word === 'left-active' && at !== null && one.new_key_quiet_from === null;
}

/** What was put back, and what its readers must go back to by hand. */
function placesSection({ undone, dry_run: dryRun }: UndoSeveralReport, page: Page): string {
  const rowsOf = (name: 'put_back' | 'not_put_back') =>
    undone.flatMap((one) =>
      one[name].map(({ kind, reference }, index) => [
        index === 0 ? one.username : '',
        // A path speaks for itself.
        reference.startsWith('/') ? reference : `${kind} ${reference}`,
      ]),
    );
  const back = rowsOf('put_back');
  const manual = rowsOf('not_put_back');
  const title = dryRun ? 'OLD SECRET WOULD BE BACK IN' : 'OLD SECRET BACK IN';
  const goBack = dryRun
    ? 'These would stay as they are; whoever took a new secret from here would have to go back to the old one:'
    : 'Whoever took a new secret from here must go back to the old one:';
  return [
    ...(back.length === 0 ? [] : [page.table(['USER', title], back)]),
    ...(manual.length === 0
      ? []
      : [[page.wrap('', goBack), page.table(['USER', 'PLACE'], manual)].join('\n')]),
  ].join('\n\n');
}

/** New keys that stay Active: those that a repeat may end, and those that wait for a person. */
function stillActiveSection(
  { undone, dry_run: dryRun }: UndoSeveralReport,
  { sameCommand }: UndoSeveralStyle,
  page: Page,
): string {
  const waiting = undone.filter(isWaiting);
  const others = undone.filter((each) => each.new_key === 'left-active' && !isWaiting(each));
  const sections: string[] = [];
  const from = waiting
    .map(({ next_run_at: at }) => at ?? '')
    .sort()
    .at(-1);
  if (from !== undefined) {
    const why = `${plural(waiting.length, 'new key')} may be in use, and AWS would not show it yet.`;
    const again = `Run this again after ${minuteOf(new Date(from))}, and those that nobody used are made Inactive:`;
    sections.push(dryRun ? page.wrap('', why) : page.withCommand(`${why} ${again}`, sameCommand));
  }
  if (!dryRun) sections.push(...hintsOf(others, page));
  return sections.join('\n\n');
}

function hintsOf(rows: readonly { readonly hint: string | null }[], page: Page): string[] {
  return unique(rows.map(({ hint }) => hint ?? '')).flatMap((hint) =>
    hint === '' ? [] : [page.wrap('', hint)],
  );
}

function isStop(code: string): boolean {
  return isErrorCode(code) && ERROR_CODES[code].kind === 'stop';
}

/** Each hint once, behind the last one that it is about. */
function failedSection(failed: readonly Failure[], dryRun: boolean, page: Page): string {
  if (failed.length === 0) return '';
  const count = plural(failed.length, 'rotation');
  const title = dryRun ? `Could not undo ${count}` : `Not undone: ${count}`;
  const lines = unique(failed.map(({ hint }) => hint ?? '')).flatMap((hint) => [
    ...failed
      .filter((one) => (one.hint ?? '') === hint)
      .map(({ username, message, code }) => page.wrap(`  ${username}  `, `${message} [${code}]`)),
    ...(hint === '' ? [] : [page.wrap('  hint: ', hint)]),
  ]);
  return [page.paint('red', title), ...lines].join('\n');
}

function leftSection(left: readonly Failure[], goesOn: string | undefined, page: Page): string {
  const [first] = left;
  if (first === undefined) return '';
  const names = left.map(({ username }) => username).join(', ');
  const [are, were] = left.length === 1 ? ['is', 'was'] : ['are', 'were'];
  const state = goesOn === undefined ? `${were} not looked at` : `${are} left as before`;
  const what = `${plural(left.length, 'rotation')} ${state} (${first.message}):`;
  return [
    page.paint('yellow', page.wrap('', what)),
    page.wrap('  ', names),
    ...(goesOn === undefined ? [] : [page.withCommand('This goes on with them:', goesOn)]),
  ].join('\n');
}

function skippedSection({ skipped }: UndoSeveralReport, page: Page): string {
  if (skipped.length === 0) return '';
  return [
    page.wrap('', 'Nothing left to undo'),
    page.table(
      ['USER', 'WHY'],
      skipped.map(({ username, reason }) => [username, reason]),
    ),
    ...hintsOf(skipped, page),
  ].join('\n');
}

function elsewhereSection({ other_accounts: others }: UndoSeveralReport, page: Page): string {
  if (others.length === 0) return '';
  const what = 'The same run rotated in other accounts too. There it is undone by:';
  return [page.wrap('', what), ...others.map(({ command }) => `  ${command}`)].join('\n');
}

function summaryLine({ account_id: account, dry_run: dryRun, summary }: UndoSeveralReport): string {
  const { undone, not_undone: failed, skipped, left } = summary;
  const parts = [
    `account ${account}`,
    `${undone} ${dryRun ? 'would be undone' : 'undone'}`,
    `${failed - left} not undone`,
    ...(left > 0 ? [`${left} left`] : []),
    ...(skipped > 0 ? [`${skipped} with nothing left to undo`] : []),
  ];
  return parts.join(' · ');
}
