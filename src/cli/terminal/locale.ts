// What a terminal can show, as its environment says: which characters, and whether lines can be drawn anew.

import type { Sink } from './sink.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the locale says; Windows' terminals and macOS take it either way. */
export function isUnicodeTerminal(env: Environment): boolean {
  return /utf-?8/i.test(localeOf(env));
}

/** Whether the locale rules everything but ASCII out, as `LANG=C` does. Where none is set nobody knows. */
export function isAsciiLocale(env: Environment): boolean {
  return localeOf(env) !== '' && !isUnicodeTerminal(env);
}

function localeOf(env: Environment): string {
  return env.LC_ALL || env.LC_CTYPE || env.LANG || '';
}

/**
 * Whether questions and progress are lines that stay as they were written: for a terminal that cannot move
 * its cursor, and for a screen reader (ACCESSIBLE, which other tools know too).
 */
export function isPlainTerminal(env: Environment): boolean {
  const { TERM, ACCESSIBLE } = env;
  return TERM === 'dumb' || (ACCESSIBLE !== undefined && !['', '0', 'false'].includes(ACCESSIBLE));
}

/** Signs of ours, each as one character, so that what is aligned stays so. */
const SIGNS: Readonly<Record<string, string>> = { '…': '~', '·': '|', '’': "'", '‘': "'" };

/** The text in ASCII. Names of others are escaped as printable.ts does, and in JSON mean the same. */
export function asciiText(text: string): string {
  // A document or a line of JSON, which machines read: nothing but escapes leaves its meaning.
  const isJson = text.startsWith('{');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: whatever is not ASCII is replaced
  return text.replaceAll(/[^\x00-\x7f]/g, (unit) => {
    const code = `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return isJson ? code : (SIGNS[unit] ?? code);
  });
}

/** The sink as the locale wants it. */
export function sinkFor(env: Environment, sink: Sink): Sink {
  if (!isAsciiLocale(env)) return sink;
  return {
    get isTerminal() {
      return sink.isTerminal;
    },
    get width() {
      return sink.width;
    },
    hasColours: sink.hasColours,
    get stream() {
      return sink.stream;
    },
    write: (text) => sink.write(asciiText(text)),
    writeNow: (text) => sink.writeNow(asciiText(text)),
  };
}
