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

/** Which key comes and which goes; without a newline at the end. */
export function renderUndoPlan(given: UndoPreview, style: TextStyle): string {
  const { kind, user, profile, previousProfile, toKeyId, fromKeyId } = printableAll(given);
  const page = pageFor(style);
  const why: Readonly<Record<Undo['kind'], string>> = {
    undo: '',
    'undo-of-undo': ` This undoes the last undo, which had taken ${toKeyId} out of the profile.`,
    'rest-of-undo': ' An earlier run began this undo, and did not come to its end.',
  };
  const swap = `${toKeyId} goes into the profile, and ${fromKeyId} is kept as [${previousProfile}].`;
  return page.wrap('', `${page.paint('bold', profile)}, IAM user ${user}: ${swap}${why[kind]}`);
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

export function finishPage(report: KeyctlReport, finish: Finish, page: Page): string {
  const what = whatCameOf(report, finish, page);
  return [
    page.wrap('', what),
    ...whatFollows(finish, page),
    ...(finish.removed_profile === null
      ? []
      : [page.wrap('', `[${finish.removed_profile}] was taken out of the file.`)]),
    ...(finish.backup_file === null ? [] : [`Backup: ${finish.backup_file}`]),
  ].join('\n');
}

function whatCameOf(
  { user_name: user }: KeyctlReport,
  { access_key_id: id, deletable_from: from, outcome, reason }: Finish,
  { paint }: Page,
): string {
  const whose = `${id} of IAM user ${user}`;
  const later = from === null ? '' : `; it can be deleted from ${from.replace(/T.*/, '')} on`;
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
