// The words of an expression, and what its placeholders stand for.

import { type AttributeValue, checkedItem, invalid } from './value.ts';

/** Of AWS's list those that a table of state could be tempted by. */
const RESERVED = new Set(
  'count counter data date delete key keys name open owner plan range role roles session set size state status table time timestamp token ttl until update usage user users value values zone'.split(
    ' ',
  ),
);

const TOKEN = /\s*(?:(<>|<=|>=|[=<>(),+-])|([#:]?[A-Za-z_][\w.]*))/y;

/** Placeholders by what they stand for; each has to be used. */
export class Placeholders {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Readonly<Record<string, AttributeValue>>;
  readonly #used = new Set<string>();

  constructor(names: unknown, values: unknown) {
    this.#names = (names ?? {}) as Record<string, string>;
    this.#values = values === undefined ? {} : checkedItem(values, 'ExpressionAttributeValues');
  }

  /** The attribute that a word of an expression names. */
  name(word: string): string {
    if (!word.startsWith('#')) {
      if (!RESERVED.has(word.toLowerCase())) return word;
      throw invalid(
        `Invalid expression: Attribute name is a reserved keyword; reserved keyword: ${word}`,
      );
    }
    const name = this.#names[word];
    this.#used.add(word);
    if (name !== undefined) return name;
    throw invalid(
      `Invalid expression: An expression attribute name used in the document path is not defined; attribute name: ${word}`,
    );
  }

  value(word: string): AttributeValue {
    const value = this.#values[word];
    this.#used.add(word);
    if (value !== undefined) return value;
    throw invalid(
      `Invalid expression: An expression attribute value used in expression is not defined; attribute value: ${word}`,
    );
  }

  /** Throws AWS's refusal of placeholders that no expression has used. */
  demandAllUsed(): void {
    for (const [kind, given] of [
      ['Names', this.#names],
      ['Values', this.#values],
    ] as const) {
      const unused = Object.keys(given).filter((word) => !this.#used.has(word));
      if (unused.length === 0) continue;
      throw invalid(
        `Value provided in ExpressionAttribute${kind} unused in expressions: keys: {${unused.join(', ')}}`,
      );
    }
  }
}

export class Tokens {
  readonly #words: readonly string[];
  #position = 0;

  constructor(text: string) {
    const words: string[] = [];
    const pattern = new RegExp(TOKEN);
    while (pattern.lastIndex < text.trimEnd().length) {
      const found = pattern.exec(text);
      if (found === null) throw invalid(`Invalid expression: Syntax error; expression: ${text}`);
      words.push(found[1] ?? found[2] ?? '');
    }
    this.#words = words;
  }

  get isOver(): boolean {
    return this.#position >= this.#words.length;
  }

  get next(): string | undefined {
    return this.#words[this.#position];
  }

  take(): string {
    const word = this.#words[this.#position];
    if (word === undefined) throw invalid('Invalid expression: Syntax error; it ends too early');
    this.#position += 1;
    return word;
  }

  /** Whether the next word is this one, in any case; it is taken then. */
  takes(word: string): boolean {
    if (this.next?.toUpperCase() !== word) return false;
    this.#position += 1;
    return true;
  }

  expect(word: string): void {
    if (this.takes(word)) return;
    throw invalid(`Invalid expression: Syntax error; token: "${this.next ?? '<EOF>'}"`);
  }
}
