// Comma-separated values as RFC 4180 has them. User names may hold commas, so splitting is not enough.

/**
 * The rows of a text, one after the other: a large one need not be held twice. Ends with undefined
 * where a quote is never closed or stands where none may.
 */
export function* csvRows(text: string): Generator<string[] | undefined> {
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const field = readField(text, at);
    if (field === undefined) return yield undefined;
    row.push(field.value);
    at = field.end;
    if (text[at] === ',') {
      at += 1;
      // A comma at the very end begins one more field, an empty one.
      if (at === text.length) row.push('');
      continue;
    }
    if (text[at] === '\r') at += 1;
    if (at < text.length && text[at] !== '\n') return yield undefined;
    at += 1;
    yield row;
    row = [];
  }
  if (row.length > 0) yield row;
}

interface Field {
  readonly value: string;
  /** Where what follows the field begins. */
  readonly end: number;
}

const PLAIN = /[^",\r\n]*/y;
const QUOTED = /"((?:[^"]|"")*)"/y;

function readField(text: string, at: number): Field | undefined {
  const pattern = text[at] === '"' ? QUOTED : PLAIN;
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  if (found === null || (pattern === PLAIN && text[pattern.lastIndex] === '"')) return undefined;
  const value = pattern === QUOTED ? (found[1] ?? '').replaceAll('""', '"') : found[0];
  return { value, end: pattern.lastIndex };
}
