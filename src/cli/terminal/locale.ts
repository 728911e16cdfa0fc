// What a terminal can show, as its environment says: which characters, and whether lines can be drawn anew.

import { type Sink, writingOver } from './sink.ts';

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

/**
 * The text in ASCII. Names of others are escaped as printable.ts does, in JSON such that they mean the same,
 * and in a command such that a shell takes it.
 */
export function asciiText(text: string): string {
  // A document or a line of JSON, which machines read: nothing but escapes leaves its meaning.
  const isJson = text.startsWith('{');
  if (!isJson && COMMAND_LINE.test(text)) return asciiLines(text);
  return asciiUnits(text, isJson);
}

const COMMAND_LINE = /^ +(?:env|keyctl|keyturn|rotate-iam-keys|aws|chmod) .*$/m;

function asciiLines(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => (COMMAND_LINE.test(line) ? asciiCommand(line) : line));
  return asciiUnits(lines.join('\n'), false);
}

/** Quoted words as $'...', with the octal numbers of their bytes: bash, zsh and ksh read that everywhere. */
function asciiCommand(line: string): string {
  return line.replaceAll(/'([^']*)'/g, (quoted, word: string) =>
    isAscii(word) ? quoted : `$'${[...Buffer.from(word)].map(octal).join('')}'`,
  );
}

function octal(byte: number): string {
  const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x5c;
  return isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
}

function isAscii(text: string): boolean {
  return [...text].every((character) => character.charCodeAt(0) < 0x80);
}

function asciiUnits(text: string, isJson: boolean): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: whatever is not ASCII is replaced
  return text.replaceAll(/[^\x00-\x7f]/g, (unit) => {
    const code = `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return isJson ? code : (SIGNS[unit] ?? code);
  });
}

/** The sink as the locale wants it. */
export function sinkFor(env: Environment, sink: Sink): Sink {
  if (!isAsciiLocale(env)) return sink;
  let stream: NodeJS.WriteStream | undefined;
  return writingOver(sink, {
    streamOf: () => {
      stream ??= asciiStream(sink.stream);
      return stream;
    },
    write: (text) => sink.write(asciiText(text)),
    writeNow: (text) => sink.writeNow(asciiText(text)),
  });
}

/** The stream, for what draws on it by itself. */
function asciiStream(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return new Proxy(stream, {
    get: (target, name) => {
      if (name === 'write') {
        return (text: unknown, ...rest: never[]) =>
          target.write(typeof text === 'string' ? asciiText(text) : (text as Buffer), ...rest);
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
