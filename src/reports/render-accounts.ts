// Several accounts at a glance: the totals of each in which there was something to do, and the names of
// those that were skipped.

import type { Page } from './page.ts';
import type { AccountTotals, RotationReport } from './rotation-report.ts';
import { plural } from './words.ts';

export function accountsSection({ accounts = [], dry_run: dryRun }: RotationReport, page: Page) {
  const skipped = accounts.filter(({ state }) => state === 'skipped');
  const others = accounts.filter(({ state }) => state !== 'skipped');
  const telling = others.filter(hasNews);
  const quiet = others.length - telling.length;
  const would = dryRun ? 'WOULD ROTATE' : 'ROTATED';
  const titles = ['ACCOUNT', 'USERS', 'KEYS', would, 'NOT', 'IN GRACE', 'DELETED', ''];
  const lines = [
    ...(telling.length === 0 ? [] : [page.table(titles, telling.map(row))]),
    ...(quiet === 0 ? [] : [page.wrap('  ', `${plural(quiet, 'account')} with nothing to do`)]),
    ...(skipped.length === 0 ? [] : [page.wrap('  skipped: ', skipped.map(named).join(', '))]),
  ];
  return lines.join('\n');
}

function hasNews({ state, rotated, failed, waiting, deleted }: AccountTotals): boolean {
  return state === 'failed' || rotated + failed + waiting + deleted > 0;
}

function row(account: AccountTotals): string[] {
  const { users_examined: users, keys_examined: keys, rotated, failed, waiting, deleted } = account;
  return [
    account.account_id,
    ...[users, keys, rotated, failed, waiting, deleted].map(String),
    account.state === 'failed' ? 'not entered or not read to the end' : '',
  ];
}

function named({ account_id: id, reason }: AccountTotals): string {
  return reason === null ? id : `${id} (${reason})`;
}
