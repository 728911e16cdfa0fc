// `keyturn undo` of one rotation, for people.

import { keptHandoffLines } from '../base/key-changes.ts';
import { printableAll } from '../base/printable.ts';
import { pageFor, type TextStyle } from './page.ts';
import type { UndoneRotationReport, UndoReport } from './undo-report.ts';

const NEW_KEY: Readonly<Record<string, string>> = {
  'made-inactive': 'made Inactive',
  'was-inactive': 'Inactive already',
  'left-active': 'left Active',
  kept: 'left Active, as keyctl undo had promised',
  gone: 'gone already',
};

/** The same before it is done. */
const NEW_KEY_WOULD: Readonly<Record<string, string>> = {
  ...NEW_KEY,
  'made-inactive': 'would be made Inactive',
  'left-active': 'would stay Active',
  kept: 'would stay Active, as keyctl undo had promised',
};

/** In the place of a reason that is told elsewhere. */
export const FOR_NOW = 'for now';

/** What becomes of the new key, and why where it stays Active. */
export function newKeyWords(
  {
    new_key: word,
    new_key_reason: reason,
  }: Pick<UndoneRotationReport, 'new_key' | 'new_key_reason'>,
  dryRun: boolean,
): string {
  const words = dryRun ? NEW_KEY_WOULD : NEW_KEY;
  const what = words[word] ?? word;
  if (reason === null) return what;
  return reason === FOR_NOW ? `${what} ${reason}` : `${what}: ${reason}`;
}

function oldKeyWords(reactivated: boolean, dryRun: boolean): string {
  if (!reactivated) return 'Active';
  return dryRun ? 'would be Active again' : 'Active again';
}

function titleOf({ username, already_undone: isRepeat, dry_run: dryRun }: UndoReport): string {
  const what = `the rotation of ${username}`;
  if (isRepeat) return `Nothing was changed: ${what} is undone already`;
  return dryRun ? `Would undo (nothing was changed): ${what}` : `Undone: ${what}`;
}

export function renderUndo(given: UndoReport, style: TextStyle): string {
  const report = printableAll(given);
  const page = pageFor(style);
  const { dry_run: dryRun } = report;
  const putBack = report.already_undone ? 'is back' : dryRun ? 'would be put back' : 'put back';
  const cells = [
    ['old key', report.old_key_id, oldKeyWords(report.old_key_reactivated, dryRun)],
    ['new key', report.new_key_id, newKeyWords(report, dryRun)],
    ...report.put_back.map(({ kind, reference }) => [putBack, kind, reference]),
  ];
  const manual = report.not_put_back.map(({ kind, reference }) => `  ${kind} ${reference}`);
  const goBack = dryRun
    ? 'These would stay as they are; whoever took the new secret from here would have to go back to the old one:'
    : 'Whoever took the new secret from here must go back to the old one:';
  return [
    page.wrap('', titleOf(report)),
    ...cells.map(([label = '', what = '', how = '']) =>
      page.wrap(`  ${label.padEnd(8)}  ${what}  `, how),
    ),
    ...(manual.length === 0 ? [] : ['', page.wrap('', goBack), ...manual]),
    ...(report.hint === null ? [] : ['', page.wrap('', report.hint)]),
    ...(report.kept_handoffs.length === 0
      ? []
      : ['', ...keptHandoffLines(report.kept_handoffs).map((line) => page.wrap('', line))]),
    '',
  ].join('\n');
}
