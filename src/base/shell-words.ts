// Command lines for the reader to paste.

/** Words that a shell would change are quoted; as Windows' shells take it where this is Windows. */
export function shellWords(
  words: readonly string[],
  platform: NodeJS.Platform = process.platform,
): string {
  const quote = platform === 'win32' ? inDoubleQuotes : inSingleQuotes;
  const plain = platform === 'win32' ? /^[\w@+=:,./\\-]+$/ : /^[\w@%+=:,./-]+$/;
  return words.map((word) => (plain.test(word) ? word : quote(word))).join(' ');
}

function inSingleQuotes(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What PowerShell and cmd both take. */
function inDoubleQuotes(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}

/** A flag with its value: one word where the value, standing alone, would be taken for a flag itself. */
export function flagWords(
  name: string,
  value: string | undefined,
  long: string = name,
): readonly string[] {
  if (value === undefined) return [];
  return value.startsWith('-') || value === '' ? [`${long}=${value}`] : [name, value];
}

/** Names that stand without a flag, and flags: the names last and after `--` where one would be taken for a flag itself. */
export function namedWords(
  names: readonly string[],
  flags: readonly string[] = [],
): readonly string[] {
  return names.some((name) => name.startsWith('-'))
    ? [...flags, '--', ...names]
    : [...names, ...flags];
}
