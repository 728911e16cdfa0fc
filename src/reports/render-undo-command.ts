// The way back on the page of a run: the command that takes back what it rotated.

import type { Page, TextStyle } from './page.ts';
import type { RotatedKey, RotationReport } from './rotation-report.ts';
import { isAboutSeveral, unique } from './words.ts';

export interface RunStyle extends TextStyle {
  /** The command line that takes the run back in an account; in the caller's own when left out. */
  readonly undoCommand?: (account: string | undefined) => string;
  /** The command that takes the secret of a key out of custody; left out where it is in a file that can be read. */
  readonly takeOutCommand?: ((keyId: string) => string) | undefined;
  /** Whether the run made old keys Inactive at once, as after a leak. */
  readonly retiresNow?: boolean;
}

/** For so many accounts the command is written out. */
const ACCOUNTS_MAX = 5;

/** Nothing where the run began no rotation: what it finished for an earlier run is that one's. */
export function undoSection(
  report: RotationReport,
  { undoCommand, retiresNow = false }: RunStyle,
  { withCommand, wrap }: Page,
): string {
  const done = report.dry_run ? [] : report.rotated_keys.filter(isOfThisRun);
  const own = done.filter((key) => !wasInactive(key, report));
  const [first, ...others] = unique(own.map(({ account_id: account }) => account));
  if (undoCommand === undefined || done.length === 0) return '';
  if (first === undefined) return wrap('', staysInactive(done));
  const warning = retiresNow ? `; after a leak, do not: it makes ${namesOf(own)} Active again` : '';
  const intro = `While the old keys exist, this run can be taken back${warning}:`;
  if (!isAboutSeveral(report)) return withCommand(intro, undoCommand(undefined));
  const shown = others.length < ACCOUNTS_MAX ? others : [];
  const left = others.length - shown.length;
  return [
    withCommand(
      `While the old keys exist, this run can be taken back, account by account${warning}:`,
      undoCommand(first),
    ),
    ...shown.map((account) => `  ${undoCommand(account)}`),
    ...(left === 0 ? [] : [wrap('', `The same with --account for the other ${left} accounts.`)]),
  ].join('\n');
}

/** Somebody had stopped it before: an undo leaves it so. */
function wasInactive(
  { old_key_id: keyId, old_key_status: status }: RotatedKey,
  { changes }: RotationReport,
): boolean {
  const isOurs = changes.some(
    ({ change, access_key_id: id }) => change === 'deactivated' && id === keyId,
  );
  return status === 'Inactive' && !isOurs;
}

function namesOf([first, ...others]: readonly RotatedKey[]): string {
  return first !== undefined && others.length === 0 ? first.old_key_id : 'the old keys';
}

function staysInactive(keys: readonly RotatedKey[]): string {
  const what = keys.length === 1 ? `${namesOf(keys)} was` : 'The old keys were';
  return `${what} Inactive before this run; an undo would not make ${keys.length === 1 ? 'it' : 'them'} Active.`;
}

function isOfThisRun({ success, resumed }: RotatedKey): boolean {
  return success && !resumed;
}
