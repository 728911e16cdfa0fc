// A file as lines, so that every byte comes back exactly: joinLines(splitLines(bytes)) is bytes,
// whatever they are. Text is held as latin1, where one character is one byte.

export type EndOfLine = '\n' | '\r\n' | '\r' | '';

export interface Line {
  /** Without its end; latin1. */
  readonly text: string;
  /** Empty only for the last line of a file that does not end in one. */
  readonly end: EndOfLine;
}

export function splitLines(bytes: Buffer): Line[] {
  const text = bytes.toString('latin1');
  const lines: Line[] = [];
  let from = 0;
  for (const match of text.matchAll(/\r\n|\n|\r/g)) {
    lines.push({ text: text.slice(from, match.index), end: match[0] as EndOfLine });
    from = match.index + match[0].length;
  }
  if (from < text.length) lines.push({ text: text.slice(from), end: '' });
  return lines;
}

export function joinLines(lines: readonly Line[]): Buffer {
  return Buffer.from(lines.map(({ text, end }) => text + end).join(''), 'latin1');
}

/** The end that most lines have, for lines that are added. */
export function usualEnd(lines: readonly Line[]): EndOfLine {
  const windows = lines.filter(({ end }) => end === '\r\n').length;
  return windows * 2 > lines.length ? '\r\n' : '\n';
}

/** What a person would read in a line; damaged UTF-8 shows as replacement characters. */
export function decoded(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

export function encoded(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
