// Aligned columns for people; two spaces between, two in front.

/** Access key IDs and user names are ASCII by IAM's rules, so length is width. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((title, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd();
  return [line(columns), ...rows.map(line)].join('\n');
}
