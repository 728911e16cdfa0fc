// `keyturn keys deactivate|activate|delete` for people. What went wrong is said on stderr.

import { linesOfHint } from '../base/hint.ts';
import { localDay } from '../base/local-time.ts';
import { printableAll } from '../base/printable.ts';
import type { KeyChangeReport } from './keys-report.ts';
import { pageFor, type TextStyle } from './page.ts';

const WORDS = {
  deactivate: { done: 'made Inactive', is: 'Inactive' },
  activate: { done: 'made Active', is: 'Active' },
  delete: { done: 'deleted', is: 'gone' },
} as const;

/** A command that ends it takes no full stop. */
function noteLine(note: string): string {
  return linesOfHint(note).at(-1)?.kind === 'command' ? `Note: ${note}` : `Note: ${note}.`;
}

export function renderKeyChange(given: KeyChangeReport, style: TextStyle): string {
  const report = printableAll(given);
  const { command, outcome, access_key_id: id, username, notes } = report;
  const page = pageFor(style);
  const { done, is } = WORDS[command];
  const whose = `${id} of ${username}`;
  const what =
    outcome === 'unchanged'
      ? `${whose} is ${is} already; nothing was changed.`
      : `${whose} ${outcome === 'changed' ? 'was' : 'would be'} ${done}.`;
  const lines = [
    what,
    ...notes.map(noteLine),
    ...(command === 'deactivate' && report.deletable_from !== null
      ? [`It may be deleted from ${localDay(report.deletable_from)} on.`]
      : []),
  ];
  const { undo_command: undo } = report;
  return `${[
    ...lines.map((line) => page.wrap('', line)),
    ...(undo === null ? [] : [page.withCommand('To take it back:', undo)]),
  ].join('\n')}\n`;
}
