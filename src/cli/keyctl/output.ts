// The result of a keyctl run on stdout: one JSON object, or a page for people.

import type { KeyctlReport } from '../../reports/keyctl-report.ts';
import { renderKeyctl } from '../../reports/keyctl-text.ts';
import type { Host } from '../host.ts';

export function reportText(host: Host, report: KeyctlReport): string {
  return renderKeyctl(report, { colour: host.stdout.hasColours(host.env) });
}

export function reportJson(report: KeyctlReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** A command line for the reader to paste: words that a shell would change are quoted. */
export function shellWords(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}
