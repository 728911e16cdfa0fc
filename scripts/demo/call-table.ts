// How often each operation was called in each run, as the sandbox logged it.

import type { LoggedRequest } from '../../src/sandbox/index.ts';

export interface LoggedRun {
  readonly title: string;
  readonly requests: readonly LoggedRequest[];
}

const GAP = '   ';

/** Reads first, then writes, each with a total. */
export function callTable(runs: readonly LoggedRun[]): readonly string[] {
  const rows = [['', ...runs.map(({ title }) => title)]];
  for (const access of ['read', 'write'] as const) {
    const ofAccess = runs.map(({ requests }) => requests.filter((one) => one.access === access));
    rows.push([`${access}s`, ...ofAccess.map(({ length }) => String(length))]);
    const operations = [...new Set(ofAccess.flat().map(({ operation }) => operation))].sort();
    for (const operation of operations) {
      const counts = ofAccess.map((of) => of.filter((one) => one.operation === operation).length);
      rows.push([`  ${operation}`, ...counts.map(String)]);
    }
  }
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => cell(row, column).length)),
  );
  return rows.map((row) =>
    row
      .map((text, column) => {
        const width = widths?.[column] ?? 0;
        return column === 0 ? text.padEnd(width) : text.padStart(width);
      })
      .join(GAP),
  );
}

function cell(row: readonly string[], column: number): string {
  return row[column] ?? '';
}
