// A .env file as the programs see it that read such files, and an edit of two values that changes nothing
// else. There is no standard for the format: docs/destinations/dotenv.md has what eight readers make of each
// line. A line keeps its dress, because its reader accepts that today; what readers disagree about is refused.

/** Bytes, one character each, so that whatever is in the file comes out as it was. */
export type EnvText = string;

export interface EnvLine {
  /** 1 for the first. */
  readonly number: number;
  readonly name: string;
  /** Where the value stands in the text, without its quotes. */
  readonly from: number;
  readonly to: number;
  readonly quote: string;
  /** What a reader could take for something else than it is; undefined when all eight read it alike. */
  readonly doubt: string | undefined;
}

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*/;
/** The marks of UTF-8 and of UTF-16, as bytes. */
const UTF8_BOM = '\u00ef\u00bb\u00bf';

/** Every assignment, those within quoted values of several lines included. */
export function linesOf(text: EnvText): readonly EnvLine[] {
  const lines: EnvLine[] = [];
  let at = text.startsWith(UTF8_BOM) ? UTF8_BOM.length : 0;
  const begin = at;
  let number = 1;
  /** Until where a quoted value goes that began on an earlier line. */
  let quotedUntil = 0;
  let before: string | undefined;
  let unclosed: number | undefined;
  while (at < text.length) {
    const end = endOfLine(text, at);
    const isInside = at < quotedUntil;
    const found = assignmentAt(text, at, end);
    if (found !== undefined) {
      const doubt = isInside
        ? 'stands inside a quoted value of several lines'
        : before !== undefined
          ? `follows a line ${before}`
          : at === begin && begin > 0
            ? 'is the first line, behind a byte order mark that some readers take for a part of it'
            : unclosed === undefined
              ? found.doubt
              : `follows a quote that is not closed (line ${unclosed})`;
      lines.push({ ...found, number, doubt });
      if (!isInside) {
        quotedUntil = found.valueEnd;
        if (found.isUnclosed) unclosed ??= number;
      }
    }
    before = isInside ? undefined : troubleBehind(text.slice(at, end));
    at = end + 1;
    number += 1;
  }
  return lines;
}

/** What a line does to the next one, in the eyes of some readers. */
function troubleBehind(line: string): string | undefined {
  const trimmed = line.trim();
  if (trimmed.endsWith('\\')) return 'that ends in a backslash';
  const isWord = trimmed !== '' && !/^[#;]/.test(trimmed) && !trimmed.includes('=');
  return isWord ? 'without an = sign, which some readers take together with it' : undefined;
}

function endOfLine(text: EnvText, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

interface Found extends Omit<EnvLine, 'number'> {
  readonly valueEnd: number;
  readonly isUnclosed: boolean;
}

function assignmentAt(text: EnvText, at: number, end: number): Found | undefined {
  const match = ASSIGNMENT.exec(text.slice(at, end));
  const [head = '', name = ''] = match ?? [];
  if (match === null) return undefined;
  const from = at + head.length;
  const quote = text.charAt(from);
  if (quote !== '"' && quote !== "'" && quote !== '`') return bare(text, name, { from, end });
  const close = closingQuote(text, quote, from + 1);
  if (close === undefined) {
    const doubt = 'has a quote that is not closed';
    return { name, from: from + 1, to: end, quote, doubt, valueEnd: end, isUnclosed: true };
  }
  const value = text.slice(from + 1, close);
  const doubt = value.includes('\n') ? 'has a value of several lines' : doubtOf(value, quote);
  const tail = text.slice(close + 1, endOfLine(text, close)).replace(/\r$/, '');
  const isOdd = tail.trim() !== '' && !/^[ \t]+#/.test(tail);
  return {
    ...{ name, from: from + 1, to: close, quote, valueEnd: close, isUnclosed: false },
    doubt: doubt ?? (isOdd ? 'has something behind its closing quote' : undefined),
  };
}

interface Range {
  readonly from: number;
  readonly end: number;
}

function bare(text: EnvText, name: string, { from, end }: Range): Found {
  const raw = text.slice(from, end).replace(/\r$/, '');
  const value = raw.trimEnd();
  const doubt = /(?:^|[ \t])#/.test(value)
    ? 'has a # behind its value, where some readers begin a comment and others do not'
    : doubtOf(value, '');
  const to = from + value.length;
  return { name, from, to, quote: '', doubt, valueEnd: end, isUnclosed: false };
}

function closingQuote(text: EnvText, quote: string, from: number): number | undefined {
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\' && quote === '"') at += 1;
    else if (character === quote) return at;
  }
  return undefined;
}

/** What readers expand, escape or split. */
function doubtOf(value: string, quote: string): string | undefined {
  if (quote === '`') return 'is in backticks, which only some readers take for quotes';
  if (quote !== "'" && /[$`]/.test(value))
    return 'has a $ or a backtick, which some readers expand';
  if (value.includes('\\')) return 'has a backslash, which some readers take away';
  if (quote === '' && /[#'"]/.test(value)) return 'has a # or a quote within its value';
  if (quote === '' && /[ \t]/.test(value)) return 'has a blank within its value';
  return undefined;
}

/** The line that sets the name, once; or why that cannot be told. */
export type OneLine =
  | { readonly kind: 'one'; readonly line: EnvLine }
  | { readonly kind: 'none' }
  | { readonly kind: 'several'; readonly lines: readonly number[] }
  | { readonly kind: 'doubtful'; readonly line: EnvLine; readonly doubt: string };

export function oneLineOf(lines: readonly EnvLine[], name: string): OneLine {
  const [line, ...others] = lines.filter((each) => each.name === name);
  if (line === undefined) return { kind: 'none' };
  if (others.length > 0) {
    return { kind: 'several', lines: [line, ...others].map(({ number }) => number) };
  }
  return line.doubt === undefined
    ? { kind: 'one', line }
    : { kind: 'doubtful', line, doubt: line.doubt };
}

export function valueAt(text: EnvText, { from, to }: EnvLine): string {
  return text.slice(from, to);
}

/** The text with other values on these lines, whatever their order. */
export function withValues(
  text: EnvText,
  values: readonly (readonly [EnvLine, string])[],
): EnvText {
  let edited = text;
  const fromBehind = [...values].sort(([one], [other]) => other.from - one.from);
  for (const [{ from, to }, value] of fromBehind) {
    edited = edited.slice(0, from) + value + edited.slice(to);
  }
  return edited;
}
