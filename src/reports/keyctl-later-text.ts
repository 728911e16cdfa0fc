// The pages about the later life of a key that was replaced: undo and finish.

import { minuteOf } from '../base/clock.ts';
import { printableAll } from '../base/printable.ts';
import type { KeyctlReport } from './keyctl-report.ts';
import { type Page, pageFor, type TextStyle } from './page.ts';

type Undo = NonNullable<KeyctlReport['undo']>;
type Finish = NonNullable<KeyctlReport['finish']>;

/** What is known before an undo begins. */
export interface UndoPreview {
  readonly kind: Undo['kind'];
  readonly user: string;
  readonly profile: string;
  readonly previousProfile: string;
  readonly toKeyId: string;
  readonly fromKeyId: string;
}

/** KEY is the one that comes back. */
const WHY_UNDO: Readonly<Record<Undo['kind'], string>> = {
  undo: '',
  'undo-of-undo': 'This undoes the last undo, which had taken KEY out of the profile.',
  'rest-of-undo': 'An earlier run began this undo, and did not come to its end.',
};

/** Which key comes and which goes; without a newline at the end. */
export function renderUndoPlan(given: UndoPreview, style: TextStyle): string {
  const { kind, user, profile, previousProfile, toKeyId, fromKeyId } = printableAll(given);
  const page = pageFor(style);
  const why = WHY_UNDO[kind] === '' ? '' : ` ${WHY_UNDO[kind].replaceAll('KEY', toKeyId)}`;
  const swap = `${toKeyId} goes into the profile, and ${fromKeyId} is kept as [${previousProfile}].`;
  return page.wrap('', `${page.paint('bold', profile)}, IAM user ${user}: ${swap}${why}`);
}

const UNDO_TITLES: Readonly<Record<Undo['kind'], string>> = {
  undo: 'Undone',
  'undo-of-undo': 'Undid the last undo',
  'rest-of-undo': 'Undone, as an earlier run had begun',
};

export function undoPage(report: KeyctlReport, undo: Undo, page: Page): string {
  const { credentials_file: file } = report;
  const active = undo.reactivated ? ', Active again' : '';
  const title = page.paint('green', UNDO_TITLES[undo.kind]);
  return [
    page.wrap('', `${title}: ${report.profile ?? ''}, IAM user ${report.user_name}`),
    '',
    page.rows([
      ['key', `${undo.restored_key_id}  back in ${file ?? ''}${active}`],
      ['replaced', `${undo.replaced_key_id}  kept as [${undo.previous_profile}]`],
      ...(undo.backup_file === null ? [] : [['backup', undo.backup_file] as const]),
    ]),
    '',
    page.withCommand(
      `To put ${undo.replaced_key_id} back into the profile all the same:`,
      undo.undo_command,
    ),
    page.withCommand(`When nothing uses ${undo.replaced_key_id} any more:`, undo.finish_command),
  ].join('\n');
}

const DRY_RUN = 'Dry run: nothing was changed.';

/** The end of a dry run of undo. */
export function plannedUndoPage(
  report: KeyctlReport,
  planned: NonNullable<KeyctlReport['planned_undo']>,
  page: Page,
): string {
  const { paint, wrap } = page;
  const { kind, restored_key_id: restored, replaced_key_id: replaced } = planned;
  const active = planned.reactivated ? ', and is made Active again' : '';
  const swap = `${restored} would go back into the profile${active}; ${replaced} would be kept as [${planned.previous_profile}], and stay Active.`;
  return [
    wrap(
      '',
      `${paint('green', 'Would undo')}: ${report.profile ?? ''}, IAM user ${report.user_name}`,
    ),
    wrap('', swap),
    ...(WHY_UNDO[kind] === '' ? [] : [wrap('', WHY_UNDO[kind].replaceAll('KEY', restored))]),
    paint('dim', DRY_RUN),
  ].join('\n');
}

/** The end of a dry run of finish. */
export function plannedFinishPage(
  report: KeyctlReport,
  planned: NonNullable<KeyctlReport['planned_finish']>,
  page: Page,
): string {
  const { paint, wrap } = page;
  const { access_key_id: id, outcome, reason, removed_profile: removed } = planned;
  const whose = `${id} of IAM user ${report.user_name}`;
  const would = {
    deactivated: `${paint('green', 'Would make Inactive')}: ${whose}.`,
    deleted: `${paint('green', 'Would delete')}: ${whose}.`,
    held: `${paint('yellow', 'Would keep')}: ${whose}: ${reason}.`,
    gone: `${whose} is gone already.`,
  };
  const isRefused = outcome === 'deactivated' && reason !== null;
  return [
    wrap('', would[outcome]),
    ...(isRefused ? [wrap('', `--delete would delete nothing: ${reason}.`)] : []),
    ...(removed === null ? [] : [wrap('', `[${removed}] would be taken out of the file.`)]),
    paint('dim', DRY_RUN),
  ].join('\n');
}

export function finishPage(report: KeyctlReport, finish: Finish, page: Page): string {
  const what = whatCameOf(report, finish, page);
  return [
    page.wrap('', what),
    ...whatFollows(finish, page),
    ...(finish.removed_profile === null
      ? []
      : [page.wrap('', `[${finish.removed_profile}] was taken out of the file.`)]),
    ...(finish.backup_file === null ? [] : [page.wrap('', `Backup: ${finish.backup_file}`)]),
  ].join('\n');
}

function whatCameOf(
  { user_name: user }: KeyctlReport,
  { access_key_id: id, deletable_from: from, outcome, reason }: Finish,
  { paint }: Page,
): string {
  const whose = `${id} of IAM user ${user}`;
  const later = from === null ? '' : `; it can be deleted from ${minuteOf(new Date(from))} on`;
  switch (outcome) {
    case 'deactivated':
      return `${paint('green', 'Made Inactive')}: ${whose}${later}.`;
    case 'held':
      return `${paint('yellow', 'Kept')}: ${whose}: ${reason}.`;
    case 'deleted':
      return `${paint('green', 'Deleted')}: ${whose}.`;
    case 'gone':
      return `${whose} was gone already.`;
  }
}

/** What a person can do next, with the command for each. */
function whatFollows(finish: Finish, page: Page): string[] {
  const { outcome, deletable_from: from, reason } = finish;
  const { undo_command: undo, finish_command: goOn, delete_command: deleteNow } = finish;
  if (undo === null || goOn === null || deleteNow === null) return [];
  const when = from === null ? 'when the hold is over' : `after ${minuteOf(new Date(from))}`;
  if (outcome === 'held') {
    return [
      page.withCommand(`To delete it ${when}:`, goOn),
      page.withCommand('To delete it now all the same:', deleteNow),
    ];
  }
  const isRefused = reason !== null;
  const notYet = `--delete deleted nothing: ${reason}. Come again once nothing has failed without it.`;
  return [
    ...(isRefused ? [page.wrap('', notYet)] : []),
    page.withCommand('If something still needs it:', undo),
    page.withCommand(`To delete it ${when}:`, goOn),
    ...(isRefused ? [page.withCommand('To delete it before that, from now on:', deleteNow)] : []),
  ];
}
