// The head of `keyturn status`: the numbers that say whether somebody has to look, and what is not known.

import type { Page, Row } from './page.ts';
import type { StatusReport } from './status-report.ts';
import { plural } from './words.ts';

export function statusHead(report: StatusReport, { rows, paint }: Page): string {
  const { summary } = report;
  const isTrouble = summary.failed > 0 || (summary.overdue ?? 0) > 0;
  const head: readonly Row[] = [
    ['open', openWords(report)],
    ['for you', personWords(report)],
    ['failed', failedWords(report)],
    ['overdue', overdueWords(report)],
    ['last change', lastRunWords(report)],
  ];
  return paint(isTrouble ? 'yellow' : 'bold', rows(head));
}

function openWords({ summary, open_rotations: all }: StatusReport): string {
  const { open, half_way: halfWay, in_grace: inGrace } = summary;
  if (open === 0) return 'nothing';
  const held = all.filter(({ waits_for: who }) => who === 'hook').length;
  return [
    ...(halfWay > 0 ? [`${halfWay} half-way`] : []),
    ...(inGrace > 0 ? [`${inGrace} in grace`] : []),
    ...(held > 0 ? [`${held} held by a hook`] : []),
  ].join(', ');
}

/** What a person has to say, or to take. */
function personWords({ open_rotations: open, left_by_undo: left, summary }: StatusReport): string {
  const hooks = open.filter(({ waits_for: who }) => who === 'operator');
  const secrets = summary.waits_for_operator - hooks.length - left.length;
  const parts = [
    ...hooks.map(({ username, next_step: next }) => `${username}: ${next}`),
    ...(left.length > 0 ? [`${plural(left.length, 'key')} left by an undo`] : []),
    ...(secrets > 0 ? [`${plural(secrets, 'secret')} to take`] : []),
  ];
  return parts.length === 0 ? 'nothing' : parts.join('; ');
}

function failedWords({ failures, wrong_places: wrong }: StatusReport): string {
  const parts = [
    ...(failures.length > 0 ? [plural(failures.length, 'rotation')] : []),
    ...(wrong.length > 0 ? [plural(wrong.length, 'place')] : []),
  ];
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

function overdueWords({ overdue, summary }: StatusReport): string {
  const { days_threshold: days, as_of: asOf, keys, unknown_accounts: unknown } = overdue;
  const missing =
    asOf === null || unknown.length === 0 ? '' : `; not known of ${unknown.join(', ')}`;
  if (asOf === null) return 'not known: no run has read a credential report';
  const seen = `as the report of ${asOf} and the journal tell`;
  const [oldest] = keys;
  if (oldest === undefined) {
    return `${summary.overdue === null ? 'nothing that is known' : 'nothing'}, ${seen}${missing}`;
  }
  const who = `the oldest of ${oldest.username}, ${oldest.age_days} d`;
  return `${plural(keys.length, 'key')} of ${plural(days, 'day')} or more (${who}), ${seen}${missing}`;
}

/** Of the run that did something last: one that found nothing to do is not on record. */
function lastRunWords({ last_run: last }: StatusReport): string {
  if (last === null) return 'nothing is on record';
  const counts = (['rotated', 'retired', 'deleted', 'undone', 'failed'] as const)
    .filter((name) => last[name] > 0)
    .map((name) => `${last[name]} ${name}`);
  return [last.at, ...(counts.length === 0 ? [] : [counts.join(', ')]), `run ${last.run}`].join(
    ' · ',
  );
}

/** An overdue key waits for the next run, or a person has to do something first; AWS tells which. */
export function overdueSection(
  { keys }: StatusReport['overdue'],
  dueCommand: string,
  page: Page,
): string {
  if (keys.length === 0) return '';
  const text = 'Which keys are overdue, and what keeps a run from replacing them:';
  return page.withCommand(text, dueCommand);
}

/** Users whose last rotation came to nothing; what to do stands once for each cause. */
export function failedSection(
  failures: StatusReport['failures'],
  historyCommand: string,
  page: Page,
): string {
  const [only, second] = failures;
  if (only === undefined) return '';
  const remedies = [...new Set(failures.map(({ code, remedy }) => remedyLine(code, remedy)))];
  const isWord = /^\w/.test(only.username);
  const one = second === undefined && isWord ? ` ${only.username}` : '';
  return [
    page.paint('red', page.wrap('', 'Rotations that came to nothing, as far as the journal tells')),
    page.table(
      ['USER', 'WHEN', 'WHY'],
      failures.map(({ username, at, message, code }) => [
        username,
        at,
        code === null ? message : `${message} [${code}]`,
      ]),
    ),
    ...remedies.filter((line) => line !== '').map((line) => page.wrap('  hint: ', line)),
    page.withCommand('What was done, and when:', `${historyCommand}${one}`),
  ].join('\n');
}

function remedyLine(code: string | null, remedy: string | null): string {
  return code === null || remedy === null ? '' : `[${code}] ${withoutCode(remedy)}`;
}

/** The table of errors marks commands for a page; here they stand in quotes of nobody. */
function withoutCode(text: string): string {
  return text.replaceAll('`', '');
}
