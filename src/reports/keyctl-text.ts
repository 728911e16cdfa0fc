// The person's rendering of a keyctl run: what will happen, and what came of it.

import { styleText } from 'node:util';
import { changeLine, isBesideTables, nextRunLines } from '../base/key-changes.ts';
import { printableAll } from '../base/printable.ts';
import { allKeysPage, profilesPage, userKeysPage } from './keyctl-lists.ts';
import type { KeyctlReport, KeyLine } from './keyctl-report.ts';
import { describeKey, rows } from './keyctl-words.ts';
import type { Paint } from './words.ts';

export interface TextStyle {
  readonly colour: boolean;
}

/** The result page; ends with a newline. */
export function renderKeyctl(given: KeyctlReport, style: TextStyle): string {
  const report = printableAll(given);
  const paint = painter(style);
  const page =
    report.rotation !== undefined
      ? rotationPage(report, report.rotation, paint)
      : report.undo !== undefined
        ? undoPage(report, report.undo, paint)
        : report.finish !== undefined
          ? finishPage(report, report.finish, paint)
          : report.profiles !== undefined
            ? profilesPage(report, report.profiles, paint)
            : report.users !== undefined
              ? allKeysPage(report, report.users, paint)
              : report.command === 'list-keys'
                ? userKeysPage(report, paint)
                : `${planPage(report, paint)}\n\n${verdict(report, paint)}`;
  return `${[page, ...besides(report)].join('\n')}\n`;
}

/** What was done beside what the page is about (I16), and when to come again. */
function besides({ changes, next_run_at: nextRunAt, finish }: KeyctlReport): string[] {
  const beside = changes.filter(isBesideTables).map((each) => `  ${changeLine(each)}`);
  // The page of finish says itself from when on.
  const next = finish === undefined ? nextRunLines(nextRunAt) : [];
  return [...(beside.length === 0 ? [] : ['', 'Also done:', ...beside]), ...next];
}

/** What a rotation meets, shown before it begins; without a newline at the end. */
export function renderPlan(report: KeyctlReport, style: TextStyle): string {
  return planPage(printableAll(report), painter(style));
}

function painter({ colour }: TextStyle): Paint {
  // The caller has looked at the terminal and NO_COLOR already.
  return (tone, text) => (colour ? styleText(tone, text, { validateStream: false }) : text);
}

function planPage(report: KeyctlReport, paint: Paint): string {
  const { keys = [], same_key_profiles: same = [] } = report;
  const current = keys.filter((key) => key.current);
  const others = keys.filter((key) => !key.current);
  const who = `IAM user ${report.user_name}, account ${report.account_id}`;
  return [
    `${paint('bold', report.profile ?? '')}  ${who}`,
    rows([
      ['file', report.credentials_file ?? ''],
      ...current.map((key) => ['key', keyText(key, paint)] as const),
      ...others.map((key) => ['other key', keyText(key, paint)] as const),
      ...(same.length === 0 ? [] : [['also in', same.join(', ')] as const]),
      ...(report.auth_profile === report.profile
        ? []
        : [['signed by', report.auth_profile ?? ''] as const]),
    ]),
    ...report.warnings.map((text) => paint('yellow', `  warning: ${text}`)),
  ].join('\n');
}

function keyText(key: KeyLine, paint: Paint): string {
  const text = describeKey(key);
  return `${key.access_key_id}  ${key.too_old ? paint('yellow', text) : text}`;
}

/** The end of a dry run. */
function verdict({ plan, ...report }: KeyctlReport, paint: Paint): string {
  if (plan === undefined) return '';
  if (!plan.possible) {
    const hint = plan.hint === null ? [] : [`  hint: ${plan.hint}`];
    return [`${paint('red', 'Could not rotate')}: ${plan.why}`, ...hint].join('\n');
  }
  const agree = plan.asks
    ? ['A person would be asked to agree to that, in a terminal; --yes does not.']
    : plan.key_to_delete === null
      ? []
      : ['A person would be asked to agree to that; --yes agrees too.'];
  return [
    `${paint('green', 'Would rotate')}: ${plan.why}.`,
    ...agree,
    `The old key would stay Active, kept as [${report.profile ?? ''}-previous].`,
    paint('dim', 'Dry run: nothing was changed.'),
  ].join('\n');
}

function rotationPage(
  report: KeyctlReport,
  rotation: NonNullable<KeyctlReport['rotation']>,
  paint: Paint,
): string {
  const also = rotation.updated_profiles.filter((name) => name !== report.profile);
  const missed = (report.same_key_profiles ?? []).filter((name) => !also.includes(name));
  const title = rotation.resumed ? 'Rotated, as an earlier run had begun' : 'Rotated';
  return [
    `${paint('green', title)}: ${report.profile ?? ''}, IAM user ${report.user_name}`,
    '',
    rows([
      ['new key', `${rotation.new_key_id}  in ${report.credentials_file ?? ''}`],
      ['old key', `${rotation.old_key_id}  still Active, kept as [${rotation.previous_profile}]`],
      ...(also.length === 0 ? [] : [['also', `${also.join(', ')} now has the new key`] as const]),
      ...(rotation.deleted_key_id === null
        ? []
        : [['deleted', `${rotation.deleted_key_id}  to make room`] as const]),
      ...(rotation.backup_file === null ? [] : [['backup', rotation.backup_file] as const]),
    ]),
    '',
    ...(missed.length === 0
      ? []
      : [
          paint('yellow', `Still with the old key: ${missed.join(', ')}`),
          '  --all-profiles would have given them the new one too; rotate or edit them.',
          '',
        ]),
    'If something does not work with the new key:',
    `  ${rotation.undo_command}`,
    'When nothing uses the old key any more:',
    `  ${rotation.finish_command}`,
  ].join('\n');
}

function undoPage(
  report: KeyctlReport,
  undo: NonNullable<KeyctlReport['undo']>,
  paint: Paint,
): string {
  return [
    `${paint('green', 'Undone')}: ${report.profile ?? ''}, IAM user ${report.user_name}`,
    '',
    rows([
      [
        'key',
        `${undo.restored_key_id}  back in ${report.credentials_file ?? ''}${undo.reactivated ? ', Active again' : ''}`,
      ],
      ['replaced', `${undo.replaced_key_id}  kept as [${undo.previous_profile}]`],
      ...(undo.backup_file === null ? [] : [['backup', undo.backup_file] as const]),
    ]),
  ].join('\n');
}

function finishPage(
  report: KeyctlReport,
  finish: NonNullable<KeyctlReport['finish']>,
  paint: Paint,
): string {
  const id = finish.access_key_id;
  const from = finish.deletable_from?.replace(/T.*/, '');
  const later = from === undefined ? '' : `; it can be deleted from ${from} on`;
  const said: Readonly<Record<typeof finish.outcome, string>> = {
    deactivated: `${paint('green', 'Made Inactive')}: ${id} of IAM user ${report.user_name}${later}.`,
    held: `${paint('yellow', 'Kept')}: ${id} of IAM user ${report.user_name}: ${finish.reason}${later}.`,
    deleted: `${paint('green', 'Deleted')}: ${id} of IAM user ${report.user_name}.`,
    gone: `${id} of IAM user ${report.user_name} was gone already.`,
  };
  const next: Readonly<Record<typeof finish.outcome, readonly string[]>> = {
    deactivated: [
      `If something still needs it: keyctl undo -t ${report.profile ?? 'PROFILE'}`,
      `To delete it when the hold is over: keyctl finish -t ${report.profile ?? 'PROFILE'}`,
    ],
    held: [`To delete it all the same: keyctl finish -t ${report.profile ?? 'PROFILE'} --delete`],
    deleted: [],
    gone: [],
  };
  return [
    said[finish.outcome],
    ...next[finish.outcome],
    ...(finish.removed_profile === null
      ? []
      : [`[${finish.removed_profile}] was taken out of the file.`]),
    ...(finish.backup_file === null ? [] : [`Backup: ${finish.backup_file}`]),
  ].join('\n');
}
