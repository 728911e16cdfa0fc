// The one way in which words are laid out in lines, for help, pages and errors: broken at spaces, never
// inside a word, and never inside a command.

import { linesOfHint } from './hint.ts';

/** Where text begins, and where it may end. */
export interface Layout {
  /** Columns of the terminal. */
  readonly width: number;
  /** How far lines after the first are indented; as far as the text behind the label when left out. */
  readonly indent?: number;
}

/** A command is indented by so much more than the words around it. */
const COMMAND_INDENT = '  ';

/**
 * The text behind the label. A word that is longer than a line stays whole, and so does a command (see
 * hint.ts), which has a line of its own: the terminal breaks it where it must, and whoever copies it gets
 * one line.
 */
export function wrapped(label: string, text: string, layout: Layout): string {
  const indent = ' '.repeat(layout.indent ?? lengthOf(label));
  const lines = linesOfHint(text).map(({ kind, text: line }, index) =>
    kind === 'command'
      ? `${indent}${COMMAND_INDENT}${line}`
      : filled(index === 0 ? label : indent, indent, { line, width: layout.width }),
  );
  return lines.join('\n');
}

function filled(
  label: string,
  indent: string,
  { line, width }: { readonly line: string; readonly width: number },
): string {
  const lines: string[] = [];
  let current = label;
  let hasWord = false;
  for (const word of unbreakable(line)) {
    if (hasWord && lengthOf(current) + 1 + lengthOf(word) > width) {
      lines.push(current);
      current = indent + word;
    } else {
      current += hasWord ? ` ${word}` : word;
    }
    hasWord = true;
  }
  return [...lines, current].join('\n');
}

const PROGRAMS: ReadonlySet<string> = new Set(['keyturn', 'keyctl', 'rotate-iam-keys', 'aws']);

/**
 * The words of the line. Those of a command that a sentence mentions, `keyctl finish -t P`, are one, and so
 * are those of a time, `2026-11-28 08:58 UTC`.
 */
function unbreakable(line: string): string[] {
  const found: string[] = [];
  let isInCommand = false;
  let last = '';
  for (const word of line.split(' ')) {
    const isGlued: boolean =
      isProgram(last) ||
      (isInCommand && (word.startsWith('-') || /^-\w$/.test(last))) ||
      isInTime(last, word);
    if (isGlued) found.push(`${found.pop()} ${word}`);
    else found.push(word);
    isInCommand = isGlued || isProgram(word);
    last = word;
  }
  return found;
}

/** Whether the word goes on with the time in which the last one stands; see local-time.ts. */
function isInTime(last: string, word: string): boolean {
  const isHour = /^\d\d:\d\d\b/.test(word);
  const isZone = /^(?:UTC|[+-]\d\d:\d\d)\b/.test(word);
  return (isHour && /^\W*\d{4}-\d\d-\d\d$/.test(last)) || (isZone && /^\d\d:\d\d$/.test(last));
}

/** Also behind an opening bracket. */
function isProgram(word: string): boolean {
  return PROGRAMS.has(word.replace(/^\(/, ''));
}

/** Colours take no room. */
export function lengthOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with ESC
  return text.replaceAll(/\x1b\[[\d;]*m/g, '').length;
}
