// The report for a spreadsheet: a row for each key, under the names of the JSON document.

import { textInOneLine } from '../../base/hint.ts';
import { printableAll } from '../../base/printable.ts';
import { csv } from '../csv.ts';
import type { KeyReport, ReportKey } from './document.ts';

const COLUMNS = [
  'account_id',
  'username',
  'access_key_id',
  'status',
  'created',
  'age_days',
  'days_threshold',
  'due',
  'overdue',
  'exempt_until',
  'unused',
  'last_used',
  'last_used_service',
  'last_used_region',
  'state',
  'state_text',
  'until',
  'blocked_by',
  'rotation',
  'rule',
  'warning',
  'hint',
] as const satisfies readonly (keyof ReportKey)[];

/** What a CSV of ours begins with. */
export const CSV_BEGINNING: string = COLUMNS.slice(0, 7).join(',');

export function renderCsv(given: KeyReport): string {
  const { keys } = printableAll({ keys: given.keys });
  return csv(
    COLUMNS,
    keys
      .map((key) => ({ ...key, hint: key.hint === null ? null : textInOneLine(key.hint) }))
      .map((key) => COLUMNS.map((column) => key[column])),
  );
}
