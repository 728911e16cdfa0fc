// The AWS CLI's reading: Python's configparser as botocore uses it. Strict: many faults make the
// whole file unreadable.

import {
  type Reading,
  ReadingBuilder,
  sayable,
  type UnreadableFile,
  unreadable,
} from './reading.ts';

/** Python's str.strip() and \s: wider than ASCII, and without the byte order mark. */
const SPACE =
  '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const LEADING = new RegExp(`^${SPACE}+`, 'u');
const IS_SPACE = new RegExp(SPACE, 'u');
/** What Python's str.splitlines() takes for an end of line; botocore uses it inside a group only. */
const LINE_ENDS = '[\\n-\\r\\x1c-\\x1e\\x85\\u2028\\u2029]';
const PYTHON_LINE_END = new RegExp(`\\r\\n|${LINE_ENDS}`, 'u');
const CONFLICT_MARK = /^(?:<{7}|={7}|>{7}|\|{7})(?: |$)/;

/** configparser's section for defaults, whose settings leak into every other section. */
export const DEFAULTS = 'DEFAULT';

interface Value {
  readonly lines: string[];
  /** Where it begins. */
  readonly number: number;
}

interface Open {
  readonly name: string;
  readonly settings: Map<string, Value>;
}

interface Section extends Open {
  readonly number: number;
}

export function readLikeBotocore(bytes: Buffer): Reading {
  const text = utf8(bytes);
  if (text === undefined) {
    return badByte(bytes);
  }
  return new Parser().parse(text);
}

class Parser {
  readonly #sections = new Map<string, Section>();
  readonly #defaults: Open = { name: DEFAULTS, settings: new Map() };
  #open: Open | undefined;
  /** The values that an indented line would continue. */
  #continued: string[] | undefined;
  #indent = 0;
  #firstBadLine: UnreadableFile | undefined;

  parse(text: string): Reading {
    let number = 0;
    for (const line of pythonLines(text)) {
      number += 1;
      const failure = this.#line(line, number);
      // The first line that is wrong helps a person most, also where Python names a later one.
      if (failure !== undefined) return this.#firstBadLine ?? failure;
    }
    return this.#firstBadLine ?? this.#finish();
  }

  #line(line: string, number: number): UnreadableFile | undefined {
    const value = strip(line);
    if (value.startsWith('#') || value.startsWith(';')) return undefined;
    if (value === '') {
      this.#continued?.push('');
      return undefined;
    }
    const indent = LEADING.exec(line)?.[0].length ?? 0;
    if (this.#continued !== undefined && indent > this.#indent) {
      this.#continued.push(value);
      return undefined;
    }
    this.#indent = indent;
    const header = /^\[([^\n]+)\]/.exec(value)?.[1];
    if (header !== undefined) return this.#header(header, number);
    if (this.#open === undefined) {
      if (value.startsWith('\ufeff')) {
        return unreadable(number, 'it begins with a byte order mark, U+FEFF', 1);
      }
      return unreadable(number, oddLine(value, 'it stands before any [profile] line'));
    }
    return this.#option(this.#open, value, number);
  }

  #header(name: string, number: number): UnreadableFile | undefined {
    this.#continued = undefined;
    if (name === DEFAULTS) {
      this.#open = this.#defaults;
      return undefined;
    }
    const first = this.#sections.get(name);
    if (first !== undefined) {
      return unreadable(number, `it begins [${name}] a second time, after line ${first.number}`);
    }
    const section = { name, settings: new Map<string, Value>(), number };
    this.#sections.set(name, section);
    this.#open = section;
    return undefined;
  }

  #option(open: Open, value: string, number: number): UnreadableFile | undefined {
    const delimiter = value.search(/[=:]/);
    if (delimiter < 1) {
      // configparser goes on and complains at the end.
      this.#firstBadLine ??= unreadable(
        number,
        oddLine(value, 'it is neither a header, a setting nor a comment'),
      );
      // A line that begins with the delimiter has an empty name, which is an option all the same.
      if (delimiter === 0) this.#continued = this.#set(open, '', value.slice(1), number);
      return undefined;
    }
    const name = stripEnd(value.slice(0, delimiter)).toLowerCase();
    const first = open.settings.get(name);
    if (first !== undefined) {
      const what = `${sayable(name)} in [${open.name}]`;
      return unreadable(number, `it sets ${what} a second time, after line ${first.number}`);
    }
    this.#continued = this.#set(open, name, value.slice(delimiter + 1), number);
    return undefined;
  }

  #set(open: Open, name: string, value: string, number: number): string[] {
    const lines = [strip(value)];
    open.settings.set(name, { lines, number });
    return lines;
  }

  #finish(): Reading {
    const found = new ReadingBuilder();
    for (const section of this.#sections.values()) {
      found.header(section.name, section.number);
      found.open(section.name);
      for (const [name, value] of new Map([...this.#defaults.settings, ...section.settings])) {
        const failure = addSetting(found, section.name, name, value);
        if (failure !== undefined) return failure;
      }
    }
    return found.finish();
  }
}

/** A value that begins on the next line is a group of settings, which botocore parses in turn. */
function addSetting(
  found: ReadingBuilder,
  section: string,
  name: string,
  { lines, number }: Value,
): UnreadableFile | undefined {
  const text = stripEnd(lines.join('\n'));
  if (!text.startsWith('\n')) {
    found.set(section, name, text, number);
    return undefined;
  }
  for (const line of text.split(PYTHON_LINE_END).map(strip)) {
    if (line === '') continue;
    const equals = line.indexOf('=');
    if (equals === -1) {
      return unreadable(number, `the group of ${sayable(name)} has a line without "="`);
    }
    const inner = `${name}.${strip(line.slice(0, equals))}`;
    found.set(section, inner, strip(line.slice(equals + 1)), number);
  }
  return undefined;
}

const ASSIGNMENT =
  /^(?:(?:export|set(?:\s+-\w+)?|setx|setenv|(?:declare|typeset)\s+-x)\s+|\$env:)?AWS_[A-Z_]+\s*[= ]/i;
/** As the files of profiles spell them. */
const SETTING = /^aws_(?:access_key_id|secret_access_key|session_token)\b/;
/** Some programs close a name with these, and other keyboards have wider ones. */
const OTHER_BRACKETS = /^[{(\uff3b\u3010].*[})\uff3d\u3011]$/;

function oddLine(value: string, otherwise: string): string {
  if (CONFLICT_MARK.test(value)) return 'it is a conflict marker of a merge';
  if (/^\[[^\]]*$/.test(value)) return 'it begins the name of a profile without its end, "]"';
  if (/^[^[\]=:]+\]$/.test(value)) {
    return 'it ends the name of a profile without its beginning, "["';
  }
  if (OTHER_BRACKETS.test(value)) return 'it has other brackets around a name than "[" and "]"';
  const [setting] = SETTING.exec(value) ?? [];
  if (setting !== undefined) {
    return /[=:]/.test(value) ? otherwise : `it has no "=" behind ${setting}`;
  }
  if (ASSIGNMENT.test(value)) {
    return 'it sets an environment variable, as a shell script does';
  }
  return otherwise;
}

function strip(text: string): string {
  return stripEnd(text.replace(LEADING, ''));
}

/** Not by an expression: those take quadratic time for a long row of spaces inside a line. */
function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && IS_SPACE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** Python reads text with universal newlines. */
function pythonLines(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Undefined for bytes that are not UTF-8. A byte order mark stays, as Python keeps it. */
function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function badByte(bytes: Buffer): UnreadableFile {
  let from = 0;
  let number = 1;
  while (from <= bytes.length) {
    const next = bytes.indexOf(0x0a, from);
    const to = next === -1 ? bytes.length : next;
    const line = bytes.subarray(from, to);
    if (utf8(line) === undefined) return badByteIn(line, number);
    from = to + 1;
    number += 1;
  }
  return unreadable(number, NOT_UTF8);
}

const NOT_UTF8 = 'it has a byte that is not UTF-8';

/** It is where the text, written again, begins to differ. */
function badByteIn(line: Buffer, number: number): UnreadableFile {
  const again = Buffer.from(line.toString('utf8'));
  const index = line.findIndex((byte, at) => byte !== again[at]);
  const byte = line[index] ?? 0;
  const shown = `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return unreadable(
    number,
    `it has the byte ${shown}, which is not UTF-8`,
    [...line.toString('utf8', 0, index)].length + 1,
  );
}
