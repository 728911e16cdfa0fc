// The person's rendering. It never shows a secret: secrets are in the hand-off files it names (I8).

import { basename, dirname, join } from 'node:path';
import { changeLine, isBesideTables, keptHandoffLines, nextRunLines } from '../base/key-changes.ts';
import { localTimes } from '../base/local-time.ts';
import { printableAll } from '../base/printable.ts';
import { deliversCustody, printsSecret } from '../destinations/kinds.ts';
import { type Page, pageFor } from './page.ts';
import { placeNotes } from './place-notes.ts';
import { accountsSection } from './render-accounts.ts';
import { errorSection } from './render-errors.ts';
import { failedSection } from './render-failures.ts';
import { heldBackSection } from './render-held-back.ts';
import { retirementSection } from './render-retirements.ts';
import { type RunStyle, undoSection } from './render-undo-command.ts';
import type { CleanupResult, RotatedKey, RotationReport } from './rotation-report.ts';
import { accountColumn, age, isAboutSeveral, plural, unique } from './words.ts';

export function renderText(given: RotationReport, style: RunStyle): string {
  const report = printableAll(given);
  const page = pageFor(style);
  const done = report.rotated_keys.filter((key) => key.success);
  const failed = report.rotated_keys.filter((key) => !key.success);
  const sections = [
    heading(report, style.width, page),
    ...(isAboutSeveral(report) ? [summaryLine(report, page), accountsSection(report, page)] : []),
    rotatedSection(report, done, page),
    madePlacesSection(report, page),
    failedSection(report, failed, page),
    retirementSection(report, page),
    heldBackSection(report, page),
    cleanupSection(report, page),
    changesSection(report, page),
    errorSection(report, page),
    deliverySection(done, page),
    placeNotesSection(report, done, page),
    handoffSection(report, style, page),
    keptSection(report, page),
    undoSection(report, style, page),
    nextRunSection(report, page),
    isAboutSeveral(report) ? '' : summaryLine(report, page),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** The page of a run that only finishes what earlier runs left open. */
export function renderRecovery(given: RotationReport, style: RunStyle): string {
  const report = printableAll(given);
  const page = pageFor(style);
  const done = report.rotated_keys.filter((key) => key.success);
  const failed = report.rotated_keys.filter((key) => !key.success);
  const verb = report.dry_run ? 'Would finish' : 'Finished';
  const accounts = accountColumn(report);
  const sections = [
    done.length === 0
      ? ''
      : [
          page.paint('green', `${verb} ${plural(done.length, 'open rotation')}`),
          page.table(
            [...accounts.head, 'USER', 'OLD KEY', 'NEW KEY', 'OLD IS'],
            done.map((key) => [
              ...accounts.cell(key.account_id),
              key.username,
              key.old_key_id,
              key.new_key_id ?? '-',
              key.old_key_status,
            ]),
          ),
        ].join('\n'),
    failedSection(report, failed, page),
    retirementSection(report, page),
    changesSection(report, page),
    errorSection(report, page),
    deliverySection(done, page),
    placeNotesSection(report, done, page),
    handoffSection(report, style, page),
    keptSection(report, page),
    nextRunSection(report, page),
    isNothingLeft(report) ? 'Nothing is left open.' : '',
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function isNothingLeft(report: RotationReport): boolean {
  const { rotated_keys, errors, planned_changes = [], kept_handoffs, retirements } = report;
  const lists = [rotated_keys, errors, planned_changes, kept_handoffs, retirements];
  return lists.every(({ length }) => length === 0) && report.next_run_at === null;
}

function heading(report: RotationReport, width: number, { paint }: Page): string {
  const parts = [
    'IAM access key rotation',
    ...(report.account_id === null ? [] : [`account ${report.account_id}`]),
    ...(isAboutSeveral(report) ? [plural(report.summary.accounts_examined, 'account')] : []),
    dueWords(report),
    ...(report.dry_run ? ['dry run, nothing was changed'] : []),
  ];
  const line = parts.join(' · ');
  return paint('bold', line.length <= width ? line : parts.join('\n  '));
}

function dueWords({
  target,
  days_threshold: days,
  look_ahead_days: ahead,
}: RotationReport): string {
  // A named key is rotated whatever its age.
  if (target !== undefined) return target;
  const now = `keys of ${plural(days, 'day')} or more`;
  if (ahead === 0) return now;
  const isWholeDays = Number.isInteger(ahead);
  const within = isWholeDays ? plural(ahead, 'day') : plural(Math.round(ahead * 24), 'hour');
  return `${now}, within ${within}`;
}

function rotatedSection(report: RotationReport, done: RotatedKey[], page: Page): string {
  if (done.length === 0) {
    if (report.rotated_keys.length > 0 || report.errors.length > 0) return '';
    if (report.target !== undefined) return 'Nothing was rotated.';
    // What is due and has to wait is listed below.
    if ((report.held_back ?? []).length > 0) return '';
    return report.dry_run ? 'No key is due.' : 'No key was due.';
  }
  const count = plural(done.length, 'key');
  const title = report.dry_run ? `Would rotate ${count}` : `Rotated ${count}`;
  const accounts = accountColumn(report);
  const rows = done.map((key) => [
    ...accounts.cell(key.account_id),
    key.username,
    key.old_key_id,
    age(key),
    ...(report.dry_run ? [fateOf(key)] : [key.new_key_id ?? '', key.old_key_status]),
    key.resumed ? 'resumed' : '',
  ]);
  const columns = report.dry_run
    ? ['USER', 'KEY', 'AGE', 'KEY THEN', '']
    : ['USER', 'OLD KEY', 'AGE', 'NEW KEY', 'OLD IS', ''];
  return [page.paint('green', title), page.table([...accounts.head, ...columns], rows)].join('\n');
}

/** Such as "Inactive: it was never used". */
function fateOf({ old_key_then: then, old_key_then_because: why }: RotatedKey): string {
  return then === undefined ? '' : `${then}: ${why}`;
}

/** Places that nobody reads yet: whoever uses the key has to be pointed to them. */
function madePlacesSection(report: RotationReport, page: Page): string {
  const { made_places: made = [] } = report;
  if (made.length === 0) return '';
  const accounts = accountColumn(report);
  const count = plural(made.length, 'place');
  const title = report.dry_run ? `Would make ${count}` : `Made ${count}`;
  const rows = made.map(({ account_id: account, username, kind, place }) => [
    ...accounts.cell(account),
    username,
    kind,
    place,
  ]);
  return [
    page.paint('yellow', `${title}, which nobody reads yet`),
    page.table([...accounts.head, 'USER', 'KIND', 'PLACE'], rows),
    page.wrap('  ', whatMadePlacesNeed(report)),
  ].join('\n');
}

/** An idle key goes in the run that replaces it: then nothing waits. */
function whatMadePlacesNeed({
  made_places: made = [],
  rotated_keys: keys,
}: RotationReport): string {
  const waits = made.some(({ account_id: account, username }) =>
    keys.some(
      (key) =>
        key.account_id === account &&
        key.username === username &&
        (key.old_key_then ?? key.old_key_status) === 'Active',
    ),
  );
  return waits
    ? 'point whatever uses the old key to its place; an old key that may be in use waits for that'
    : 'point whatever is to use the key to its place';
}

/** What was done to keys that no table of the page has, in a line each (I16). */
function changesSection(report: RotationReport, { wrap }: Page): string {
  const beside = report.changes.filter(isBesideTables);
  const { planned_changes: planned = [] } = report;
  const isSeveral = isAboutSeveral(report);
  const parts = [
    ['Also done', beside],
    ['Would also be done', planned.filter((each) => !each.already_done)],
    ['Would also be told', planned.filter((each) => each.already_done)],
  ] as const;
  return parts
    .filter(([, changes]) => changes.length > 0)
    .flatMap(([title, changes]) => [
      title,
      ...changes.map((each) => wrap('  ', changeLine(each, isSeveral))),
    ])
    .join('\n');
}

function nextRunSection({ next_run_at: nextRunAt }: RotationReport, page: Page): string {
  return nextRunLines(nextRunAt)
    .map((line) => page.wrap('', line))
    .join('\n');
}

function cleanupSection(report: RotationReport, { paint, wrap, table }: Page): string {
  const results = report.cleanup_results;
  if (results.length === 0) return '';
  const accounts = accountColumn(report);
  const rows = results.flatMap((result) => [
    ...result.deleted_keys.map((id) => [
      ...accounts.cell(result.account_id),
      result.username,
      id,
      report.dry_run ? 'would be deleted' : 'deleted',
    ]),
    ...result.kept_keys.map((kept) => [
      ...accounts.cell(result.account_id),
      result.username,
      kept.access_key_id,
      `kept: ${kept.reason}`,
    ]),
  ]);
  const hints = unique(results.map((result: CleanupResult) => result.hint));
  return [
    paint('bold', 'Inactive keys'),
    table([...accounts.head, 'USER', 'KEY', 'WHAT BECAME OF IT'], rows),
    ...hints.map((hint) => wrap('  hint: ', hint)),
  ].join('\n');
}

/** Secrets that are where their readers look for them: nobody has to carry these. */
function deliverySection(done: RotatedKey[], { table }: Page): string {
  const rows = done.flatMap(({ username, delivered_to: places }) =>
    places
      .filter(({ kind }) => !deliversCustody(kind) && !printsSecret(kind))
      .map(({ kind, place, version }, index) => [
        index === 0 ? username : '',
        kind,
        place,
        version ?? '',
      ]),
  );
  return rows.length === 0 ? '' : table(['USER', 'NEW SECRET IN', '', 'VERSION'], rows);
}

/** What a place cannot promise, once for each kind of it. */
function placeNotesSection(report: RotationReport, done: RotatedKey[], { wrap }: Page): string {
  const places = done.flatMap(({ delivered_to: to, would_deliver_to: would = [] }) => [
    ...to,
    ...would,
  ]);
  return unique(places.flatMap((place) => placeNotes(place, report.dry_run)))
    .map((note) => wrap('', note))
    .join('\n');
}

/** Where the secrets are, named once per folder: the file names are the new key IDs. */
function handoffSection(
  report: RotationReport,
  { takeOutCommand }: RunStyle,
  { wrap, withCommand }: Page,
): string {
  const kept = new Set(report.kept_handoffs.map(({ path }) => path));
  // Nobody has to carry a secret that its places have.
  const done = report.rotated_keys.filter(
    ({ success, handoff_file: file }) => success && !(file !== null && kept.has(file)),
  );
  const sealed = foldersOf(done.filter(isSealed));
  const finished = foldersOf(done.filter((key) => !isSealed(key)));
  const open = foldersOf(report.rotated_keys.filter(needsCustody));
  const lines: string[] = [];
  const [one] = finished.files;
  if (one !== undefined && takeOutCommand !== undefined) {
    const what = `${plural(finished.files.length, 'new secret')}, sealed, each under the ID of its new key, in`;
    lines.push(wrap('', what), ...finished.folders);
    const [keyId = ''] = basename(one).split('.');
    lines.push(withCommand('Take each one out for whoever uses the key:', takeOutCommand(keyId)));
  } else if (finished.files.length === 1) {
    lines.push(wrap('', 'The new secret is in a file that only you can read:'), `  ${one}`);
    lines.push(wrap('', 'Hand it to whoever uses the key, then delete the file.'));
  } else if (finished.files.length > 1) {
    const what = `The ${finished.files.length} new secrets are in files that only you can read, each named after its new key:`;
    lines.push(wrap('', what), ...finished.folders);
    lines.push(wrap('', 'Hand each one to whoever uses the key, then delete the file.'));
  }
  if (done.some(isCutOff)) {
    lines.push(
      wrap(
        '',
        'An old key that is Inactive signs nothing: whatever still has it fails until then.',
      ),
    );
  }
  if (sealed.files.length > 0) {
    const what = `${plural(sealed.files.length, 'new secret')} for the age recipients, each in a file named after its new key:`;
    lines.push(wrap('', what), ...sealed.folders);
  }
  if (open.files.length > 0) {
    const what = `${plural(open.files.length, 'rotation')} with a new key ${open.files.length === 1 ? 'is' : 'are'} not finished. The next run needs the new secrets: leave them where they are kept, and run again.`;
    lines.push(wrap('', what), ...(finished.files.length > 0 ? [] : open.folders));
  }
  return lines.join('\n');
}

function keptSection({ kept_handoffs: kept }: RotationReport, { wrap }: Page): string {
  return keptHandoffLines(kept)
    .map((line) => wrap(line.startsWith(' ') ? '  ' : '', line.trim()))
    .join('\n');
}

/** What is gone is in the hands of whoever reads the error: waiting helps nobody. */
function needsCustody({ success, error_code: code }: RotatedKey): boolean {
  return !success && code !== 'secret-missing';
}

function isSealed({ handoff_file: file }: RotatedKey): boolean {
  return file?.endsWith('.age') ?? false;
}

/** Whoever reads the old key nowhere but by hand fails, until somebody hands the new one over. */
function isCutOff({ old_key_status: status, handoff_file: file, delivered_to: to }: RotatedKey) {
  return status === 'Inactive' && file !== null && to.every(({ kind }) => deliversCustody(kind));
}

interface Folders {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

function foldersOf(keys: readonly RotatedKey[]): Folders {
  const files = keys.flatMap(({ handoff_file: file }) => file ?? []);
  const folders = unique(files.map(dirname));
  return { files, folders: shortened(folders).map((each) => `  ${each}/`) };
}

/** Each account has its folder; of many only how they are called is said. */
function shortened(folders: readonly string[]): readonly string[] {
  const [first] = folders;
  if (first === undefined || folders.length <= FOLDERS_MAX) return folders;
  return [join(dirname(dirname(first)), '<account>', basename(first))];
}

const FOLDERS_MAX = 5;

function summaryLine(report: RotationReport, { paint, wrap }: Page): string {
  const { summary } = report;
  const would = report.dry_run ? 'would be ' : '';
  const parts = [
    ...(isAboutSeveral(report) ? [accountCounts(summary)] : []),
    `${plural(summary.users_examined, 'user')} and ${plural(summary.keys_examined, 'key')} examined`,
    `${summary.successful_rotations} ${would}rotated`,
    `${summary.failed_rotations} ${report.dry_run ? 'blocked' : 'not rotated'}`,
    ...(summary.old_keys_retired > 0 ? [`${summary.old_keys_retired} ${would}made Inactive`] : []),
    ...(summary.old_keys_waiting > 0 ? [`${summary.old_keys_waiting} in grace`] : []),
    `${summary.cleanup_operations} ${would}deleted`,
    `${summary.duration_seconds.toFixed(1)} s`,
  ];
  const { signed_by: signedBy } = report;
  const signed = signedBy === null ? [] : [`signed by ${signedBy}`];
  const lines = [parts.join(' · '), ...signed, ...sourceLine(report.inventory)];
  // Of several accounts the totals are what is read first.
  const tone = isAboutSeveral(report) ? 'bold' : 'dim';
  return paint(tone, lines.map((line) => wrap('', line)).join('\n'));
}

/** A report may be hours old, so its time is told. */
function sourceLine(inventory: RotationReport['inventory']): string[] {
  if (inventory === null) return [];
  const { generated_time: time, fallback_reason: reason } = inventory;
  if (time !== null) return [localTimes(`found through the credential report of ${time}`)];
  return reason === null ? [] : [`all users were read one by one: ${reason}`];
}

function accountCounts(summary: RotationReport['summary']): string {
  const odd = [
    [summary.accounts_failed, 'not entered or read'],
    [summary.accounts_skipped, 'skipped'],
    [summary.accounts_left, 'left for the next run'],
  ] as const;
  const others = odd.filter(([count]) => count > 0).map(([count, what]) => `, ${count} ${what}`);
  return `${plural(summary.accounts_examined, 'account')}${others.join('')}`;
}
