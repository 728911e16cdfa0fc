// Users for whom a configuration lets nothing begin now. One line for each reason: most of them are many.

import type { Page } from './page.ts';
import type { HeldBackUser, RotationReport } from './rotation-report.ts';
import { accountColumn, plural } from './words.ts';

const SHOWN_MAX = 20;

export function heldBackSection(report: RotationReport, page: Page): string {
  const held = report.held_back ?? [];
  if (held.length === 0) return '';
  const accounts = accountColumn(report);
  const shown = held.slice(0, SHOWN_MAX);
  const row = (each: HeldBackUser) => [
    ...accounts.cell(each.account_id),
    each.username,
    each.old_key_id,
    each.because,
  ];
  const left = held.length - shown.length;
  return [
    `Not now: ${plural(held.length, 'user')} with a due key`,
    page.table([...accounts.head, 'USER', 'KEY', 'WHY'], shown.map(row)),
    ...(left > 0 ? [`and ${left} more, which --output-format json lists`] : []),
  ].join('\n');
}
