// `keyturn status` and `keyturn undo` for people.

import { printableAll } from '../base/printable.ts';
import type { StatusReport, UndoReport } from './status-report.ts';
import { table } from './table.ts';

export function renderStatus(given: StatusReport): string {
  const report = printableAll(given);
  const { open_rotations: open, handoff_files: files } = report;
  const sections = [
    open.length === 0
      ? `No rotation is open in ${report.state_dir}.`
      : [
          `Open rotations in ${report.state_dir}`,
          table(
            ['ACCOUNT', 'USER', 'PHASE', 'OLD KEY', 'NEW KEY', 'SINCE'],
            open.map((each) => [
              each.account_id,
              each.username,
              each.phase,
              each.old_key_id,
              each.new_key_id ?? '-',
              each.begun.replace(/\.\d+Z$/, 'Z'),
            ]),
          ),
          'The next rotate-iam-keys run finishes or undoes them; keyturn recover does only that.',
          ...waitLines(open),
        ].join('\n'),
    files.length === 0
      ? ''
      : [
          `Secrets that wait in hand-off files (${files.length}); delete each once it is used`,
          ...files.map(({ path }) => `  ${path}`),
        ].join('\n'),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** Phases in which a key may exist whose secret nobody has. */
const ANSWER_LOST: readonly string[] = ['intended', 'create-unknown', 'orphan-found'];

function waitLines(open: StatusReport['open_rotations']): string[] {
  if (!open.some(({ phase }) => ANSWER_LOST.includes(phase))) return [];
  return [
    'The answer to CreateAccessKey was lost. The key that may have been made is deleted about four hours',
    'later if AWS shows no use of it: keyturn recover does that, names the key, and says how to do it at once.',
  ];
}

const NEW_KEY: Readonly<Record<string, string>> = {
  'made-inactive': 'made Inactive',
  'was-inactive': 'Inactive already',
  'left-active': 'left Active',
  kept: 'left Active, as keyctl undo had promised',
  gone: 'gone already',
};

export function renderUndo(given: UndoReport): string {
  const report = printableAll(given);
  const rows = [
    ['old key', report.old_key_id, report.old_key_reactivated ? 'Active again' : 'Active'],
    [
      'new key',
      report.new_key_id,
      [NEW_KEY[report.new_key] ?? report.new_key, report.new_key_reason ?? []].flat().join(': '),
    ],
    ...report.put_back.map(({ kind, reference }) => ['put back', kind, reference]),
  ];
  const manual = report.not_put_back.map(({ kind, reference }) => `  ${kind} ${reference}`);
  return [
    `Undone: the rotation of ${report.username}`,
    ...rows.map(([label = '', what = '', how = '']) => `  ${label.padEnd(8)}  ${what}  ${how}`),
    ...(manual.length === 0
      ? []
      : ['', 'Whoever took the new secret from here must go back to the old one:', ...manual]),
    ...(report.hint === null ? [] : ['', report.hint]),
    '',
  ].join('\n');
}
