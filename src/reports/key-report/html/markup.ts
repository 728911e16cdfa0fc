// Markup that cannot be broken out of: a template escapes every value that is not markup already. There is one way to
// make markup of a text, and it is used for texts of our own alone.

import { printable } from '../../../base/printable.ts';

export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = Markup | string | number | readonly Markup[] | undefined | false;

/** Nothing is shown for `undefined` and `false`. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const text = parts.map((part, index) => part + textOf(values[index]));
  return new Markup(text.join(''));
}

function textOf(value: Value): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return escaped(String(value));
}

const SPECIAL: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for values of attributes; what would turn the order of the page around is shown. */
export function escaped(text: string): string {
  return printable(text).replaceAll(/[&<>"']/g, (character) => SPECIAL[character] ?? character);
}

/** A JSON document inside of a script element, which nothing in it can end. */
export function jsonMarkup(value: unknown): Markup {
  const text = JSON.stringify(value).replaceAll(/[<>&\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
  return new Markup(text);
}
