// argv -> values. Node's own parser splits the words into tokens; this file gives them keyturn's
// rules, which are stricter: a flag that is skipped or misread would rotate keys for real.
//
//   - `-` and `_` are alike in flag names; a flag may have several names.
//   - `--flag=value` and `--flag value`; a value that begins with `-` needs the first form.
//   - An empty value means that the flag is not set.
//   - A boolean stands bare, or with `=true|false`, or before a word `true|false`.
//   - Unknown, repeated and stray arguments are refused; only a flag that takes a list repeats.
//   - `--days_threshold` spelled with an underscore comes from a scheduler that joins its fields
//     into text and splits it again, which loses empty values. There, and only there, a missing
//     value reads as an empty one. A person's `--user --dry-run` is refused.
//   - A short flag takes its value as `-t prod`, `-tprod` or `-t=prod`; short booleans bundle.
//   - Words without a flag are refused, unless the caller takes some (parseCommandLine).

import { parseArgs } from 'node:util';
import { closest } from '../../base/closest.ts';
import { KeyturnError } from '../../base/errors.ts';
import { type Flag, type FlagTable, type FlagValues, isBoolean } from './flag.ts';
import { sisterHint } from './sister-flags.ts';

type Token =
  | { kind: 'option'; index: number; name: string; rawName: string; value?: string | undefined }
  | { kind: 'positional'; index: number; value: string }
  | { kind: 'option-terminator'; index: number };

/** One flag as it was given. */
interface Given {
  readonly key: string;
  readonly flag: Flag<unknown>;
  /** As typed, with dashes. */
  readonly spelling: string;
  /** Undefined when it stood bare. */
  readonly text: string | undefined;
}

/** Reads the flags. Throws the first fault from the left: nothing after it is looked at. */
export function parseFlags<Table extends FlagTable>(
  table: Table,
  args: readonly string[],
): FlagValues<Table> {
  return parseCommandLine(table, args, 0).values;
}

/** As parseFlags, where up to `wordsMax` words may stand without a flag. */
export function parseCommandLine<Table extends FlagTable>(
  table: Table,
  args: readonly string[],
  wordsMax: number,
): { readonly values: FlagValues<Table>; readonly words: readonly string[] } {
  const values: Record<string, unknown> = {};
  const words: string[] = [];
  const spellings = new Map<string, string>();
  let previous: Given | undefined;
  for (const item of walk(table, args)) {
    if (item.kind === 'stray' && words.length < wordsMax && item.text !== '') {
      words.push(item.text);
      continue;
    }
    if (item.kind === 'stray') throw strayArgument(item.text, previous, table);
    if (item.kind === 'unknown') throw unknownFlag(table, item.text);
    const { given } = item;
    const earlier = spellings.get(given.key);
    if (earlier !== undefined && given.flag.isList !== true) throw repeatedFlag(given, earlier);
    spellings.set(given.key, given.spelling);
    values[given.key] = joined(values[given.key], readValue(given));
    previous = given;
  }
  return { values: values as FlagValues<Table>, words };
}

/** A list that is given in several flags is one list. */
function joined(before: unknown, value: unknown): unknown {
  return Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : (value ?? before);
}

/**
 * The last text given for one flag, whatever is wrong with the rest: so that even bad input is
 * answered in the format that was asked for.
 */
export function lastText(
  table: FlagTable,
  args: readonly string[],
  key: string,
): string | undefined {
  let last: string | undefined;
  for (const item of walk(table, args)) {
    if (item.kind === 'flag' && item.given.key === key) last = item.given.text ?? '';
  }
  return last;
}

/** How each flag that has a value is spelt, by its key, whatever is wrong with the rest. */
export function spellingsOf(
  table: FlagTable,
  args: readonly string[],
): ReadonlyMap<string, string> {
  const spellings = new Map<string, string>();
  for (const item of walk(table, args)) {
    if (item.kind === 'flag' && item.given.text !== '') {
      spellings.set(item.given.key, item.given.spelling);
    }
  }
  return spellings;
}

/** Whether a boolean flag was given and not switched off, whatever is wrong with the rest. */
export function isAskedFor(table: FlagTable, args: readonly string[], key: string): boolean {
  let asked = false;
  for (const item of walk(table, args)) {
    if (item.kind === 'flag' && item.given.key === key) {
      asked = item.given.text === undefined || item.given.text === 'true';
    }
  }
  return asked;
}

type Item =
  | { readonly kind: 'flag'; readonly given: Given }
  | { readonly kind: 'unknown'; readonly text: string }
  | { readonly kind: 'stray'; readonly text: string };

/** Joins tokens into flags with their texts. Judges nothing. */
function* walk(table: FlagTable, given: readonly string[]): Generator<Item> {
  const args = expandShorts(table, given);
  const tokens = tokenize(args);
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token === undefined || token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      yield { kind: 'stray', text: token.value };
      continue;
    }
    const arg = args[token.index] ?? '';
    if (isNoBundle(arg)) {
      // Node takes every letter for a flag; the word as a whole is the one fault.
      while (tokens[index + 1]?.index === token.index) index += 1;
      yield { kind: 'unknown', text: arg.replace(/=.*$/s, '') };
      continue;
    }
    const found = find(table, token);
    if (found === undefined) {
      yield { kind: 'unknown', text: (args[token.index] ?? token.rawName).replace(/=.*$/s, '') };
      continue;
    }
    const next =
      token.value === undefined ? followingValue(found.flag, tokens[index + 1]) : undefined;
    if (next !== undefined) index += 1;
    yield {
      kind: 'flag',
      given: { ...found, spelling: token.rawName, text: token.value ?? next },
    };
  }
}

function tokenize(args: readonly string[]): Token[] {
  return parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

/** `-ktprod` -> `-k --target-profile=prod`, because Node cannot know that -t takes a value. */
function expandShorts(table: FlagTable, args: readonly string[]): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  return args.flatMap((arg, index) => (index < end ? expandShort(table, arg) : [arg]));
}

/** Of arguments that are expanded: one that looks like a bundle of short flags, and is none. */
function isNoBundle(arg: string): boolean {
  return /^-[^-]./s.test(arg);
}

function expandShort(table: FlagTable, arg: string): string[] {
  if (!/^-[^-]./s.test(arg)) return [arg];
  const expanded: string[] = [];
  for (let at = 1; at < arg.length; at += 1) {
    const flag = Object.values(table).find(({ short }) => short === arg[at]);
    if (flag === undefined) return [arg];
    const rest = arg.slice(at + 1);
    if (!isBoolean(flag) && rest !== '') {
      return [...expanded, `--${flag.names[0]}=${rest.replace(/^=/, '')}`];
    }
    expanded.push(`-${flag.short}`);
  }
  return expanded;
}

/** The word after a flag, when it is that flag's value. */
function followingValue(flag: Flag<unknown>, next: Token | undefined): string | undefined {
  if (next?.kind !== 'positional') return undefined;
  if (isBoolean(flag) && !['true', 'false', ''].includes(next.value)) return undefined;
  return next.value;
}

function find(
  table: FlagTable,
  token: { name: string; rawName: string },
): { key: string; flag: Flag<unknown> } | undefined {
  const isLong = token.rawName.startsWith('--');
  const name = token.name.replaceAll('_', '-');
  for (const [key, flag] of Object.entries(table)) {
    if (isLong ? flag.names.includes(name) : flag.short === token.name) return { key, flag };
  }
  return undefined;
}

function readValue({ flag, spelling, text }: Given): unknown {
  const mayBeEmpty = flag.rule.mayBeEmpty !== false;
  if (text === '' && mayBeEmpty) return undefined;
  if (text === undefined) {
    if (isBoolean(flag)) return true;
    if (spelling.includes('_') && mayBeEmpty) return undefined;
    throw new KeyturnError('bad-value', `${spelling} is missing its value`, {
      hint: `it takes ${flag.rule.takes}, for example ${spelling}=${flag.rule.example}; a value that begins with "-" needs the "="`,
    });
  }
  const value = flag.rule.read(text);
  if (value !== undefined) return value;
  throw new KeyturnError('bad-value', `${spelling} takes ${flag.rule.takes}, not ${quoted(text)}`, {
    hint: `for example ${spelling}=${flag.rule.example}`,
  });
}

function unknownFlag(table: FlagTable, spelling: string): KeyturnError {
  const names = Object.values(table).flatMap((flag) => [...flag.names]);
  const bare = spelling.replace(/^-+/, '').replaceAll('_', '-');
  // --no-dry-run is meant as the opposite of what the nearest name says.
  const opposite = bare.startsWith('no-') && names.includes(bare.slice('no-'.length));
  if (opposite) {
    return new KeyturnError('unknown-flag', `unknown flag ${quotedIfOdd(spelling)}`, {
      hint: `a flag is switched off with --${bare.slice('no-'.length)}=false`,
    });
  }
  const suggestion = closest(bare, names);
  const near =
    suggestion === undefined ? '--help lists every flag' : `did you mean --${suggestion}?`;
  return new KeyturnError('unknown-flag', `unknown flag ${quotedIfOdd(spelling)}`, {
    hint: sisterHint(bare, names) ?? near,
  });
}

function repeatedFlag(given: Given, earlier: string): KeyturnError {
  const message =
    given.spelling === earlier
      ? `${given.spelling} is given twice`
      : `${earlier} and ${given.spelling} are the same flag, given twice`;
  return new KeyturnError('repeated-flag', message, { hint: 'keep one of them' });
}

/** Words that other programs take for a page. */
const PAGES: readonly string[] = ['help', 'version'];

/** A word that has the form of a user's name, where a flag names one. */
function mayBeUser(text: string, table: FlagTable): boolean {
  const names = Object.values(table).flatMap((flag) => [...flag.names]);
  return names.includes('user') && /^[\w+=,.@-]{1,64}$/.test(text);
}

function strayArgument(text: string, previous: Given | undefined, table: FlagTable): KeyturnError {
  const hint = strayHint(text, previous, table);
  return new KeyturnError('stray-argument', `unexpected argument ${quoted(text)}`, { hint });
}

/** Most often a value with a space that nobody quoted, so say how it is written. */
function strayHint(text: string, previous: Given | undefined, table: FlagTable): string {
  if (text === '') return 'it is empty: check the variable that it comes from';
  if (previous !== undefined) {
    const { spelling, flag, text: value = '' } = previous;
    return isBoolean(flag)
      ? `${spelling} stands bare, or takes ${flag.rule.takes}`
      : `quote a value that contains a space: ${spelling}=${quoted(`${value} ${text}`)}`;
  }
  if (PAGES.includes(text)) return `did you mean --${text}?`;
  return mayBeUser(text, table)
    ? `everything is said with flags; did you mean --user=${text}?`
    : 'everything is said with flags; --help lists them';
}

/** Text from outside, so that its bounds and odd characters show. */
export function quoted(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return JSON.stringify(shown);
}

function quotedIfOdd(text: string): string {
  return /^[\w-]{1,80}$/.test(text) ? text : quoted(text);
}
