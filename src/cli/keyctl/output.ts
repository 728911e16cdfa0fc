// The result of a keyctl run on stdout: one JSON object, or a page for people.

import { printableJson } from '../../base/printable.ts';
import type { KeyctlReport } from '../../reports/keyctl-report.ts';
import { renderKeyctl, renderSeveral } from '../../reports/keyctl-text.ts';
import type { Host } from '../host.ts';
import { styleOf } from '../terminal/style.ts';

export function reportText(host: Host, report: KeyctlReport): string {
  return renderKeyctl(report, styleOf(host.stdout, host));
}

/** The last lines of a run about several profiles, behind the page of each. */
export function severalText(host: Host, report: KeyctlReport): string {
  return renderSeveral(report, styleOf(host.stdout, host));
}

export function reportJson(report: KeyctlReport): string {
  return `${printableJson(report, 2)}\n`;
}
