// The way back on the page of a run: the command that takes back what it rotated.

import type { Page, TextStyle } from './page.ts';
import type { RotatedKey, RotationReport } from './rotation-report.ts';
import { isAboutSeveral, unique } from './words.ts';

export interface RunStyle extends TextStyle {
  /** The command line that takes the run back in an account; in the caller's own when left out. */
  readonly undoCommand?: (account: string | undefined) => string;
}

/** For so many accounts the command is written out. */
const ACCOUNTS_MAX = 5;

/** Nothing where the run began no rotation: what it finished for an earlier run is that one's. */
export function undoSection(
  report: RotationReport,
  { undoCommand }: RunStyle,
  { withCommand, wrap }: Page,
): string {
  const own = report.dry_run ? [] : report.rotated_keys.filter(isOfThisRun);
  const [first, ...others] = unique(own.map(({ account_id: account }) => account));
  if (undoCommand === undefined || first === undefined) return '';
  const intro = 'While the old keys exist, this run can be taken back:';
  if (!isAboutSeveral(report)) return withCommand(intro, undoCommand(undefined));
  const shown = others.length < ACCOUNTS_MAX ? others : [];
  const left = others.length - shown.length;
  return [
    withCommand(
      'While the old keys exist, this run can be taken back, account by account:',
      undoCommand(first),
    ),
    ...shown.map((account) => `  ${undoCommand(account)}`),
    ...(left === 0 ? [] : [wrap('', `The same with --account for the other ${left} accounts.`)]),
  ].join('\n');
}

function isOfThisRun({ success, resumed }: RotatedKey): boolean {
  return success && !resumed;
}
