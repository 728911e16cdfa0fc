// The summary of the job, as Markdown on stdout, from the document of a run. It has names, key IDs and reasons,
// and never a secret: what is not named here does not come into it. The exit code of the run is the second word.

'use strict';

const { readFileSync } = require('node:fs');

/** GitHub takes a megabyte of a summary; the document has them all. */
const ROWS_MAX = 200;

const report = documentOf(process.argv[2]);
if (report === undefined) {
  const code = process.argv[3] ?? 'unknown';
  process.stdout.write(
    `## AWS access keys\n\nThe run left no document: it ended with exit code ${plain(code)}. Its log says why.\n`,
  );
  process.exit(0);
}
const { summary, dry_run: isDry } = report;
const done = report.rotated_keys.filter(({ success }) => success);
const failed = report.rotated_keys.filter(({ success }) => !success);
const waiting = report.retirements.filter(({ state }) => state === 'waiting');
const skipped = (report.accounts ?? []).filter(({ state }) => state === 'skipped');

const WHO = {
  ...(report.account_id === null && { Account: ({ account_id: id }) => id }),
  User: ({ username }) => username,
  'Old key': ({ old_key_id: id }) => id,
};

const parts = [
  `## AWS access keys${isDry ? ': dry run, nothing was changed' : ''}`,
  `${summary.successful_rotations} ${isDry ? 'would be ' : ''}rotated, ` +
    `${summary.failed_rotations} ${isDry ? 'blocked' : 'not rotated'}, ` +
    `${counted(summary.old_keys_waiting, 'old key stays', 'old keys stay')} Active for now, ` +
    `${summary.cleanup_operations} ${isDry ? 'would be ' : ''}deleted; ` +
    `${counted(summary.users_examined, 'user')} and ${counted(summary.keys_examined, 'key')} examined.`,
  table('Errors', report.errors, {
    Code: ({ code }) => code,
    Account: ({ account_id: id }) => id,
    User: ({ username }) => username,
    What: ({ message }) => message,
    'What to do': ({ hint }) => hint,
  }),
  table(isDry ? 'Blocked' : 'Not rotated', failed, {
    ...WHO,
    Why: ({ error_code: code, error }) => `${code}: ${error}`,
    'What to do': ({ hint }) => hint,
  }),
  table(isDry ? 'Would be rotated' : 'Rotated', done, {
    ...WHO,
    ...(isDry
      ? { 'Old key then': (key) => [key.old_key_then, key.old_key_then_because].join(': ') }
      : {
          'New key': (key) => key.new_key_id,
          'New secret in': ({ delivered_to: places, handoff_file: file }) =>
            places.map(({ kind, place }) => `${kind} ${place}`).join(', ') || file,
          'Old key is': (key) => key.old_key_status,
        }),
  }),
  table(isDry ? 'Places that would be made' : 'Places made', report.made_places ?? [], {
    User: ({ username }) => username,
    Place: ({ kind, place }) => `${kind} ${place}`,
  }),
  table('Old keys that stay Active until nobody uses them', waiting, {
    ...WHO,
    'Last used': (one) =>
      [minute(one.last_used), one.last_used_service, one.last_used_region]
        .filter(Boolean)
        .join(' '),
    'Not before': ({ next_run_at: at }) => minute(at),
  }),
  table('Accounts that were skipped', skipped, {
    Account: ({ account_id: id }) => id,
    Why: ({ reason }) => reason,
  }),
  report.next_run_at === null
    ? ''
    : `Something waits: run again after ${minute(report.next_run_at)}.`,
];

process.stdout.write(`${parts.filter((part) => part !== '').join('\n\n')}\n`);

function counted(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

/** Never before the time itself: what is waited for is not there in the minute that has begun. */
function minute(time) {
  if (!time) return time;
  const at = new Date(Math.ceil(Date.parse(time) / 60_000) * 60_000);
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Undefined for what is none: a run that was killed wrote nothing, or a part. */
function documentOf(path) {
  try {
    const read = JSON.parse(readFileSync(path, 'utf8'));
    return read?.summary === undefined ? undefined : read;
  } catch {
    return undefined;
  }
}

function table(title, entries, columns) {
  if (entries.length === 0) return '';
  const names = Object.keys(columns);
  const rows = entries
    .slice(0, ROWS_MAX)
    .map((entry) => Object.values(columns).map((cell) => plain(cell(entry))));
  const more = entries.length - rows.length;
  return [
    `### ${title} (${entries.length})\n`,
    row(names),
    row(names.map(() => '---')),
    ...rows.map(row),
    ...(more > 0 ? [`\n… and ${more} more, in the document.`] : []),
  ].join('\n');
}

function row(cells) {
  return `| ${cells.join(' | ')} |`;
}

/** Texts of AWS and names of users are words here, whatever Markdown or HTML would make of them. */
function plain(value) {
  return String(value ?? '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_{}[\]()#|~@!]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replaceAll(/\s*\n\s*/g, '<br>');
}
