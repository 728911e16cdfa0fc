// `keyturn history` for people: what was done, and what was begun and is not on record as done.

import { printableAll } from '../base/printable.ts';
import type { HistoryReport } from './history-report.ts';
import { pageFor, type TextStyle } from './page.ts';

const RUN_WIDTH = 8;

/** `about` is the user or the key that was asked about. */
export function renderHistory(
  given: HistoryReport,
  about: string | undefined,
  style: TextStyle,
): string {
  const report = printableAll(given);
  const page = pageFor(style);
  const shown = report.entries.filter(({ intent, settled }) => !intent || !settled);
  if (shown.length === 0) {
    const what = about === undefined ? '' : ` about ${about}`;
    return `${page.wrap('', `Nothing is on record${what} in ${report.state_dir}.`)}\n`;
  }
  const isSeveral = new Set(shown.map(({ account_id: account }) => account)).size > 1;
  const rows = shown.map((each) => [
    each.at,
    ...(isSeveral ? [each.account_id] : []),
    each.username,
    each.access_key_id ?? '-',
    each.run.slice(0, RUN_WIDTH),
    each.why === null ? each.text : `${each.text}: ${each.why}`,
  ]);
  const titles = ['WHEN', ...(isSeveral ? ['ACCOUNT'] : []), 'USER', 'KEY', 'RUN', 'WHAT'];
  return `${page.table(titles, rows)}\n`;
}
