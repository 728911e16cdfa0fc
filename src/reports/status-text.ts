// `keyturn status` and `keyturn undo` for people.

import type { StatusReport, UndoReport } from './status-report.ts';
import { table } from './table.ts';

export function renderStatus(report: StatusReport): string {
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

const NEW_KEY: Readonly<Record<string, string>> = {
  'made-inactive': 'made Inactive',
  'was-inactive': 'Inactive already',
  'left-active': 'left Active: it may be in use',
  kept: 'left Active, as keyctl undo had promised',
  gone: 'gone already',
};

export function renderUndo(report: UndoReport): string {
  const rows = [
    ['old key', report.old_key_id, report.old_key_reactivated ? 'Active again' : 'Active'],
    ['new key', report.new_key_id, NEW_KEY[report.new_key] ?? report.new_key],
    ...report.put_back.map(({ kind, reference }) => ['put back', kind, reference]),
  ];
  const manual = report.not_put_back.map(({ kind, reference }) => `  ${kind} ${reference}`);
  return [
    `Undone: the rotation of ${report.username}`,
    ...rows.map(([label = '', what = '', how = '']) => `  ${label.padEnd(8)}  ${what}  ${how}`),
    ...(manual.length === 0
      ? []
      : ['', 'Whoever took the new secret from here must go back to the old one:', ...manual]),
    '',
  ].join('\n');
}
