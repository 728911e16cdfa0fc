// `keyturn verify` for people.

import { printableAll } from '../base/printable.ts';
import { hintLines } from './hint-lines.ts';
import { type Page, pageFor, type TextStyle, type Tone } from './page.ts';
import type { VerifiedPlaceLine, VerifyReport } from './verify-report.ts';
import { plural } from './words.ts';

export interface VerifyStyle extends TextStyle {
  /** Whether those that are fine are listed too. */
  readonly showsAll: boolean;
  /** The same command, which heals. */
  readonly healCommand: string;
}

export function renderVerify(given: VerifyReport, style: VerifyStyle): string {
  const report = printableAll(given);
  const page = pageFor(style);
  const { places, errors, heal, summary } = report;
  const off = places.filter(({ state }) => state !== 'fine');
  const shown = style.showsAll ? places : off;
  const mayHeal = !heal && summary.wrong > 0;
  const sections = [
    headline(report, page),
    shown.length === 0 ? '' : tableOf(shown, page),
    off.flatMap((line) => detailsOf(line, page)).join('\n'),
    errors.flatMap((error) => errorLines(error, page)).join('\n'),
    mayHeal
      ? page.withCommand(
          'What could be given its key again, from a place that still has the pair:',
          style.healCommand,
        )
      : '',
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function headline({ summary, dry_run: dryRun, heal }: VerifyReport, page: Page): string {
  const { places, fine, wrong, unreadable, healed, users } = summary;
  if (places === 0)
    return page.wrap('', 'No rotation has brought a key to a place that can be read.');
  const counts = [
    `${fine} as they should be`,
    ...(wrong === 0 ? [] : [page.paint('red', `${wrong} not`)]),
    ...(healed === 0 ? [] : [page.paint('green', `${healed} of them healed`)]),
    ...(unreadable === 0 ? [] : [page.paint('yellow', `${unreadable} cannot be read`)]),
  ];
  const title = `${plural(places, 'place')} of ${plural(users, 'user')}: ${counts.join(', ')}`;
  return dryRun && heal ? `${title}\nNothing was changed.` : title;
}

const TONES: Readonly<Record<VerifiedPlaceLine['state'], Tone>> = {
  fine: 'green',
  overwritten: 'red',
  'half-written': 'red',
  dead: 'red',
  gone: 'red',
  unreadable: 'yellow',
};

function tableOf(lines: readonly VerifiedPlaceLine[], page: Page): string {
  const isSeveral = new Set(lines.map(({ account_id: account }) => account)).size > 1;
  return page.table(
    [...(isSeveral ? ['ACCOUNT'] : []), 'USER', 'PLACE', 'KEY', 'STATE'],
    lines.map((line) => [
      ...(isSeveral ? [line.account_id] : []),
      ...[line.username, `${line.kind} ${line.place}`, line.access_key_id],
      page.paint(TONES[line.state], stateWords(line)),
    ]),
  );
}

const OUTCOMES: Readonly<Record<VerifiedPlaceLine['outcome'], string>> = {
  none: '',
  healed: ', healed',
  'would-heal': ', would be healed',
  'not-healed': ', not healed',
};

function stateWords({ state, outcome }: VerifiedPlaceLine): string {
  return `${state}${OUTCOMES[outcome]}`;
}

function detailsOf(line: VerifiedPlaceLine, page: Page): string[] {
  const { username, kind, place, reason, healed_from: from, made, error } = line;
  const told = [
    reason,
    made.length === 0
      ? null
      : `${line.outcome === 'healed' ? 'made' : 'would make'} ${made.join(' and ')}`,
    from === null ? null : `the pair comes from ${from}`,
    error?.message,
  ];
  const text = [...new Set(told.filter((part) => part !== null && part !== undefined))].join('; ');
  return [
    page.wrap(`${username}, ${kind} ${place}: `, text, 2),
    ...(error?.hint ? hintLines(error.hint, page) : []),
  ];
}

function errorLines(
  { username, account_id: account, message, hint }: VerifyReport['errors'][number],
  page: Page,
): string[] {
  const about = username ?? `account ${account}`;
  return [
    page.wrap(`${page.paint('red', `${about}: `)}`, message, 2),
    ...(hint === null ? [] : hintLines(hint, page)),
  ];
}
