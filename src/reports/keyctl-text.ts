// The person's rendering of a keyctl run: what will happen, and what came of it.

import { minuteOf } from '../base/clock.ts';
import { changeLine, isBesideTables, keptHandoffLines, nextRunLines } from '../base/key-changes.ts';
import { printableAll } from '../base/printable.ts';
import { backupsPage } from './keyctl-backups-text.ts';
import { finishPage, plannedFinishPage, plannedUndoPage, undoPage } from './keyctl-later-text.ts';
import { allKeysPage, profilesPage, userKeysPage } from './keyctl-lists.ts';
import type { KeyctlReport, KeyLine } from './keyctl-report.ts';
import { describeKey, warningLines } from './keyctl-words.ts';
import { type Page, pageFor, type Row, type TextStyle } from './page.ts';

/** The result page; ends with a newline. */
export function renderKeyctl(given: KeyctlReport, style: TextStyle): string {
  const report = printableAll(given);
  const page = pageFor(style);
  return `${[resultPage(report, page), ...besides(report, page)].join('\n')}\n`;
}

/** The last lines of a run about several profiles, each of which had its page. */
export function renderSeveral(given: KeyctlReport, style: TextStyle): string {
  const { results = [], dry_run: dryRun } = printableAll(given);
  const { paint, wrap } = pageFor(style);
  const failed = results.filter(({ success }) => !success);
  const done = results.length - failed.length;
  const title = `${done} of ${results.length} profiles ${dryRun ? 'looked at' : 'done'}`;
  const names = failed.map(({ profile }) => profile ?? '').join(', ');
  const tone = failed.length === 0 ? 'green' : 'red';
  return `${wrap('', `${paint(tone, title)}${names === '' ? '' : `; not: ${names}`}`)}\n`;
}

function resultPage(report: KeyctlReport, page: Page): string {
  const { rotation, undo, finish, profiles, users, backups } = report;
  const { planned_undo: plannedUndo, planned_finish: plannedFinish } = report;
  if (plannedUndo !== undefined) return plannedUndoPage(report, plannedUndo, page);
  if (plannedFinish !== undefined) return plannedFinishPage(report, plannedFinish, page);
  if (backups !== undefined) return backupsPage(report, backups, page);
  if (rotation !== undefined) return rotationPage(report, rotation, page);
  if (undo !== undefined) return undoPage(report, undo, page);
  if (finish !== undefined) return finishPage(report, finish, page);
  if (profiles !== undefined) return profilesPage(report, profiles, page);
  if (users !== undefined) return allKeysPage(report, users, page);
  if (report.command === 'list-keys') return userKeysPage(report, page);
  return `${planPage(report, page)}\n\n${verdict(report, page)}`;
}

/** What was done beside what the page is about (I16), and when to come again. */
function besides(report: KeyctlReport, { wrap }: Page): string[] {
  const { changes, planned_changes: planned = [], next_run_at: nextRunAt, finish } = report;
  const beside = changes.filter(isBesideTables).map((each) => wrap('  ', changeLine(each)));
  // The plan says itself what would be deleted.
  const told = planned
    .filter((each) => each.already_done)
    .map((each) => wrap('  ', changeLine(each)));
  const kept = keptHandoffLines(report.kept_handoffs).map((line) => wrap('', line));
  // The page of finish says itself from when on.
  const isTold = finish !== undefined || report.planned_finish !== undefined;
  const next = isTold ? [] : nextRunLines(nextRunAt).map((line) => wrap('', line));
  return [
    ...(beside.length === 0 ? [] : ['', 'Also done:', ...beside]),
    ...(told.length === 0 ? [] : ['', 'Would also be told:', ...told]),
    ...(kept.length === 0 ? [] : ['', ...kept]),
    ...next,
  ];
}

/** What a rotation meets, shown before it begins; without a newline at the end. */
export function renderPlan(report: KeyctlReport, style: TextStyle): string {
  return planPage(printableAll(report), pageFor(style));
}

function planPage(report: KeyctlReport, page: Page): string {
  const { paint, wrap, rows } = page;
  const { keys = [], same_key_profiles: same = [] } = report;
  const current = keys.filter((key) => key.current);
  const others = keys.filter((key) => !key.current);
  const who = `IAM user ${report.user_name}, account ${report.account_id}`;
  return [
    wrap('', `${paint('bold', report.profile ?? '')}  ${who}`),
    rows([
      ['file', report.credentials_file ?? ''],
      ...current.map((key): Row => ['key', keyText(key, page)]),
      ...others.map((key): Row => ['other key', keyText(key, page)]),
      ...(same.length === 0 ? [] : [['also in', same.join(', ')] as const]),
      ...(report.auth_profile === report.profile
        ? []
        : [['signed by', report.auth_profile ?? 'the credentials of the environment'] as const]),
    ]),
    ...warningLines(report, '  ', page),
  ].join('\n');
}

function keyText(key: KeyLine, { paint }: Page): string {
  const text = describeKey(key);
  return `${key.access_key_id}  ${key.too_old ? paint('yellow', text) : text}`;
}

/** The end of a dry run. */
function verdict({ plan, ...report }: KeyctlReport, { paint, wrap }: Page): string {
  if (plan === undefined) return '';
  if (!plan.possible) {
    const hint = plan.hint === null ? [] : [wrap('  hint: ', plan.hint)];
    return [wrap('', `${paint('red', 'Would not rotate')}: ${plan.why}`), ...hint].join('\n');
  }
  const agree = plan.asks
    ? ['A person would be asked to agree to that, in a terminal; --yes does not.']
    : plan.key_to_delete === null
      ? []
      : ['A person would be asked to agree to that; --yes agrees too.'];
  return [
    wrap('', `${paint('green', 'Would rotate')}: ${plan.why}.`),
    ...agree.map((text) => wrap('', text)),
    wrap('', `The old key ${plan.old_key}, kept as [${report.profile ?? ''}-previous].`),
    paint('dim', 'Dry run: nothing was changed.'),
  ].join('\n');
}

function rotationPage(
  report: KeyctlReport,
  rotation: NonNullable<KeyctlReport['rotation']>,
  page: Page,
): string {
  const { paint, wrap } = page;
  const also = rotation.updated_profiles.filter((name) => name !== report.profile);
  const missed = (report.same_key_profiles ?? []).filter((name) => !also.includes(name));
  const title = paint(
    'green',
    rotation.resumed ? 'Rotated, as an earlier run had begun' : 'Rotated',
  );
  const left = 'rotate or edit them; --all-profiles would have given them the new one too.';
  return [
    wrap('', `${title}: ${report.profile ?? ''}, IAM user ${report.user_name}`),
    '',
    page.rows([
      ['new key', `${rotation.new_key_id}  in ${report.credentials_file ?? ''}`],
      [
        'old key',
        `${rotation.old_key_id}  ${stateOf(rotation)}, kept as [${rotation.previous_profile}]`,
      ],
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
          wrap('', paint('yellow', `Still with the old key: ${missed.join(', ')}`)),
          wrap('  ', left),
          '',
        ]),
    page.withCommand('If something does not work with the new key:', rotation.undo_command),
    page.withCommand('When nothing uses the old key any more:', rotation.finish_command),
  ].join('\n');
}

/** What became of the old key. */
function stateOf({
  old_key_status: status,
  old_key_waits_until: until,
}: NonNullable<KeyctlReport['rotation']>): string {
  if (status !== 'Active') return status;
  return until === null
    ? 'still Active'
    : `Active until nobody uses it, not before ${minuteOf(new Date(until))}`;
}
