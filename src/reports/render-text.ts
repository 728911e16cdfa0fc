// The person's rendering. It never shows a secret: secrets are in the hand-off files it names (I8).

import { dirname } from 'node:path';
import { styleText } from 'node:util';
import type { CleanupResult, ReportIssue, RotatedKey, RotationReport } from './rotation-report.ts';
import { table } from './table.ts';

export interface TextStyle {
  readonly colour: boolean;
  /** Columns of the terminal; long hints are wrapped to it. */
  readonly width: number;
}

type Tone = 'bold' | 'red' | 'green' | 'yellow' | 'dim';
type Paint = (tone: Tone, text: string) => string;

export function renderText(report: RotationReport, style: TextStyle): string {
  const paint: Paint = (tone, text) => (style.colour ? styleText(tone, text) : text);
  const wrap = (label: string, text: string) => wrapped(label, text, style.width);
  const done = report.rotated_keys.filter((key) => key.success);
  const failed = report.rotated_keys.filter((key) => !key.success);
  const sections = [
    heading(report, style.width, paint),
    rotatedSection(report, done, paint),
    failedSection(report, failed, paint, wrap),
    cleanupSection(report, paint, wrap),
    errorSection(report.errors, paint, wrap),
    handoffSection(done, failed, wrap),
    summaryLine(report, wrap, paint),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** The page of a run that only finishes what earlier runs left open. */
export function renderRecovery(report: RotationReport, style: TextStyle): string {
  const paint: Paint = (tone, text) => (style.colour ? styleText(tone, text) : text);
  const wrap = (label: string, text: string) => wrapped(label, text, style.width);
  const done = report.rotated_keys.filter((key) => key.success);
  const failed = report.rotated_keys.filter((key) => !key.success);
  const verb = report.dry_run ? 'Would finish' : 'Finished';
  const sections = [
    done.length === 0
      ? ''
      : [
          paint('green', `${verb} ${plural(done.length, 'open rotation')}`),
          table(
            ['USER', 'OLD KEY', 'NEW KEY', 'OLD IS'],
            done.map((key) => [
              key.username,
              key.old_key_id,
              key.new_key_id ?? '-',
              key.old_key_status,
            ]),
          ),
        ].join('\n'),
    failedSection(report, failed, paint, wrap),
    errorSection(report.errors, paint, wrap),
    handoffSection(done, failed, wrap),
    report.rotated_keys.length + report.errors.length === 0 ? 'Nothing is left open.' : '',
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function heading(report: RotationReport, width: number, paint: Paint): string {
  const parts = [
    'IAM access key rotation',
    ...(report.account_id === null ? [] : [`account ${report.account_id}`]),
    `keys of ${report.days_threshold} days or more`,
    ...(report.dry_run ? ['dry run, nothing was changed'] : []),
  ];
  const line = parts.join(' · ');
  return paint('bold', line.length <= width ? line : parts.join('\n  '));
}

function rotatedSection(report: RotationReport, done: RotatedKey[], paint: Paint): string {
  if (done.length === 0) {
    if (report.rotated_keys.length > 0 || report.errors.length > 0) return '';
    return report.dry_run ? 'No key is due.' : 'No key was due.';
  }
  const count = plural(done.length, 'key');
  const title = report.dry_run ? `Would rotate ${count}` : `Rotated ${count}`;
  const rows = done.map((key) => [
    key.username,
    key.old_key_id,
    age(key),
    ...(report.dry_run ? [] : [key.new_key_id ?? '', key.old_key_status]),
    key.resumed ? 'begun by an earlier run' : '',
  ]);
  const columns = report.dry_run
    ? ['USER', 'KEY', 'AGE', '']
    : ['USER', 'OLD KEY', 'AGE', 'NEW KEY', 'OLD IS', ''];
  return [paint('green', title), table(columns, rows)].join('\n');
}

function failedSection(
  report: RotationReport,
  failed: RotatedKey[],
  paint: Paint,
  wrap: (label: string, text: string) => string,
): string {
  if (failed.length === 0) return '';
  const verb = report.dry_run ? 'Could not rotate' : 'Not rotated:';
  const title = paint('red', `${verb} ${plural(failed.length, 'key')}`);
  const full = failed.filter((key) => key.keys !== undefined);
  const stopped = failed.filter((key) => STOPPED.has(key.error_code ?? ''));
  const single = failed.filter((key) => !full.includes(key) && !stopped.includes(key));
  return [
    title,
    ...fullSlots(full, wrap),
    ...single.map((key) => singleFailure(key, paint, wrap)),
    ...notReached(stopped, wrap),
  ]
    .join('\n')
    .trimEnd();
}

/** Users whose two keys leave no room: one table per reason, one hint for all of them. */
function fullSlots(failed: RotatedKey[], wrap: (label: string, text: string) => string): string[] {
  return unique(failed.map((key) => key.error_code)).flatMap((code) => {
    const users = failed.filter((key) => key.error_code === code);
    const rows = users.flatMap(({ username, keys = [] }) =>
      keys.map((key, index) => [
        index === 0 ? username : '',
        key.access_key_id,
        key.status,
        `${key.age_days} d`,
        key.last_used?.replace(/T.*/, '') ?? 'unknown',
      ]),
    );
    const advice = ADVICE[code] ?? { reason: code, hint: users[0]?.hint ?? '' };
    return [
      wrap('  ', `${advice.reason} [${code}]`),
      table(['USER', 'KEY', 'STATUS', 'AGE', 'LAST USED'], rows),
      wrap('  hint: ', advice.hint),
    ];
  });
}

const STOPPED: ReadonlySet<string> = new Set(['interrupted', 'time-limit']);

/** Everybody whom the end of the run met, named once with one reason. */
function notReached(
  stopped: RotatedKey[],
  wrap: (label: string, text: string) => string,
): string[] {
  const [first] = stopped;
  if (first === undefined) return [];
  return [
    wrap('  ', `${first.error} before these were done: [${first.error_code}]`),
    wrap('    ', stopped.map(({ username }) => username).join(', ')),
    ...(first.hint === null ? [] : [wrap('  hint: ', first.hint)]),
  ];
}

const ADVICE: Readonly<Record<string, { readonly reason: string; readonly hint: string }>> = {
  'two-active-keys': {
    reason: 'Two Active keys, so there is no room for a new one',
    hint:
      'find out which of the two is in use; make the other Inactive (aws iam update-access-key ' +
      '--user-name USER --access-key-id KEY --status Inactive), delete it when nothing misses it, ' +
      'and run again',
  },
  'no-free-slot': {
    reason: 'An Inactive key takes the place of a new one',
    hint:
      'delete the Inactive key if nothing needs it, or let --cleanup-inactive do so once it has ' +
      'been Inactive for long enough',
  },
};

function singleFailure(
  key: RotatedKey,
  paint: Paint,
  wrap: (label: string, text: string) => string,
): string {
  return [
    `  ${paint('bold', key.username)}  ${key.old_key_id}  ${age(key)}  [${key.error_code}]`,
    wrap('    ', key.error ?? ''),
    ...(key.hint === null ? [] : [wrap('    hint: ', key.hint)]),
  ].join('\n');
}

function cleanupSection(
  report: RotationReport,
  paint: Paint,
  wrap: (label: string, text: string) => string,
): string {
  const results = report.cleanup_results;
  if (results.length === 0) return '';
  const rows = results.flatMap((result) => [
    ...result.deleted_keys.map((id) => [
      result.username,
      id,
      report.dry_run ? 'would be deleted' : 'deleted',
    ]),
    ...result.kept_keys.map((kept) => [
      result.username,
      kept.access_key_id,
      `kept: ${kept.reason}`,
    ]),
  ]);
  const hints = unique(results.map((result: CleanupResult) => result.hint));
  return [
    paint('bold', 'Inactive keys'),
    table(['USER', 'KEY', ''], rows),
    ...hints.map((hint) => wrap('  hint: ', hint)),
  ].join('\n');
}

function errorSection(
  errors: ReportIssue[],
  paint: Paint,
  wrap: (label: string, text: string) => string,
): string {
  if (errors.length === 0) return '';
  const lines = errors.flatMap((error) => [
    wrap('  ', `[${error.code}] ${error.message}`),
    ...(error.hint === null ? [] : [wrap('    hint: ', error.hint)]),
  ]);
  return [paint('red', 'Errors'), ...lines].join('\n');
}

/** Where the secrets are, named once per folder: the file names are the new key IDs. */
function handoffSection(
  done: RotatedKey[],
  failed: RotatedKey[],
  wrap: (label: string, text: string) => string,
): string {
  const files = [...done, ...failed].flatMap((key) =>
    key.handoff_file === null ? [] : [key.handoff_file],
  );
  if (files.length === 0) return '';
  const where = unique(files.map((file) => dirname(file))).map((folder) => `  ${folder}/`);
  const what =
    files.length === 1
      ? 'The new secret is in a file that only you can read, named after the new key:'
      : `The ${files.length} new secrets are in files that only you can read, each named after its new key:`;
  return [
    wrap('', what),
    ...where,
    wrap('', 'Hand each one to whoever uses the key, then delete the file.'),
  ].join('\n');
}

function summaryLine(
  report: RotationReport,
  wrap: (label: string, text: string) => string,
  paint: Paint,
): string {
  const { summary } = report;
  const would = report.dry_run ? 'would be ' : '';
  const parts = [
    `${plural(summary.users_examined, 'user')} and ${plural(summary.keys_examined, 'key')} examined`,
    `${summary.successful_rotations} ${would}rotated`,
    `${summary.failed_rotations} ${report.dry_run ? 'blocked' : 'not rotated'}`,
    `${summary.cleanup_operations} ${would}deleted`,
    `${summary.duration_seconds.toFixed(1)} s`,
  ];
  return paint('dim', wrap('', parts.join(' · ')));
}

function age(key: RotatedKey): string {
  return key.age_days === null ? '-' : `${key.age_days} d`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function unique(texts: readonly (string | null)[]): string[] {
  return [...new Set(texts.filter((text) => text !== null))];
}

/** Breaks at spaces; later lines are indented like the text of the first. Long words stay whole. */
function wrapped(label: string, text: string, width: number): string {
  const indent = ' '.repeat(label.length);
  const lines: string[] = [];
  let line = label;
  for (const word of text.split(' ')) {
    const isFirst = line === label || line === indent;
    if (!isFirst && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else {
      line += isFirst ? word : ` ${word}`;
    }
  }
  return [...lines, line].join('\n');
}
