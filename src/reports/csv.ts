// Rows as CSV (RFC 4180), for a spreadsheet: a cell that a spreadsheet would take for a formula is text.

export type Cell = string | number | boolean | null;

/** An IAM user's name may begin with some of these. */
const FORMULA = /^[=+\-@\t\r]/;

export function csv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [columns, ...rows].map((row) => row.map(cell).join(','));
  return `${lines.join('\n')}\n`;
}

function cell(value: Cell): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  // The apostrophe is how spreadsheets mark a text.
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
