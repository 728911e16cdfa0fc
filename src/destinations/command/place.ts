// A program and its arguments as a place: the command line, with each word quoted where that is needed.

import { shellWords } from '../../base/shell-words.ts';
import { wordsOf } from '../../base/words.ts';
import type { AskedPlace } from '../kind.ts';
import { expandPlace, type PlaceFacts, type PlaceRule, placeFor } from '../place.ts';

export const COMMAND = 'command';

export const COMMAND_LINES: PlaceRule = {
  example: '/usr/local/lib/keyturn/put-key {user}',
  noun: 'a command',
  takes: 'the absolute path of a program, and arguments with quotes around blanks',
  isWhole: true,
  isName: (line) => wordsAt(line) !== undefined,
};

/** The words of a place; undefined when it does not begin with an absolute path. */
export function wordsAt(place: string): readonly [string, ...string[]] | undefined {
  const [program, ...args] = wordsOf(place) ?? [];
  if (program === undefined || !/^(?:\/|[A-Za-z]:[\\/])/.test(program)) return undefined;
  return [program, ...args];
}

/** Each word by itself, so that no user's name can add one. Throws `not-deliverable`. */
export function commandFor(template: string, facts: PlaceFacts): string {
  const words = wordsAt(template)?.map((word) => expandPlace(word, facts)) ?? [template];
  return placeFor(shellWords(words), facts, COMMAND_LINES);
}

export function commandAskedAs(place: string, user: string): AskedPlace | undefined {
  const words = wordsAt(place)?.map((word) => (word === user ? '{user}' : word));
  return words && { region: undefined, template: templateOf(words) };
}

/** Braces that stand for the user need no quotes. */
function templateOf(words: readonly string[]): string {
  return words.map((word) => (word === '{user}' ? word : shellWords([word]))).join(' ');
}
