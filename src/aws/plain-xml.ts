// Reads XML that is written as plainly as AWS writes its answers, in one pass over the text. Whatever is not
// (an attribute, a comment, an entity, an element twice, one that is left open) is not read at all, and left to
// the SDK's own reader, which decides what it means: what is read here, both read alike.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#response-serialization

/** What is read of an element; whatever else stands in it is passed over. */
export type Shape = 'text' | 'date' | 'flag' | 'bytes' | ListShape | Members;

export interface ListShape {
  /** What each `member` is. */
  readonly each: Exclude<Shape, ListShape>;
}

export interface Members {
  readonly members: Readonly<Record<string, Shape>>;
}

/** What reading a shape gives. */
export type Read<S> = S extends 'text'
  ? string
  : S extends 'date'
    ? Date
    : S extends 'flag'
      ? boolean
      : S extends 'bytes'
        ? Uint8Array
        : S extends { readonly each: infer Each }
          ? Read<Each>[]
          : S extends { readonly members: infer All }
            ? { -readonly [Name in keyof All]?: Read<All[Name]> | undefined }
            : never;

type Fields = Record<string, unknown>;

/** The members of the root of that name; undefined where the text is not written plainly. */
export function readPlainXml<S extends Members>(
  text: string,
  root: string,
  shape: S,
): Read<S> | undefined {
  try {
    return new PlainXml(text).document(root, shape) as Read<S>;
  } catch (thrown) {
    if (thrown === NOT_PLAIN) return undefined;
    throw thrown;
  }
}

class NotPlain extends Error {}

/** One for all: nobody looks at where it was thrown. */
const NOT_PLAIN = new NotPlain('XML that is not written plainly');

const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;

class PlainXml {
  readonly #text: string;
  #at = 0;
  /** Whether the element that began last has ended with its name, as `<Tags/>` does. */
  #isEmpty = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** The root has a namespace, and no other attribute. */
  document(root: string, shape: Members): Fields {
    const text = this.#text;
    this.#at = text.indexOf('>') + 1;
    const attributes = text.slice(root.length + 1, this.#at);
    if (!text.startsWith(`<${root}`) || !NAMESPACE.test(attributes)) throw NOT_PLAIN;
    const fields = this.#members(root, shape);
    if (text.slice(this.#at).trim() !== '') throw NOT_PLAIN;
    return fields;
  }

  #value(name: string, shape: Shape): unknown {
    if (typeof shape === 'object') {
      return 'each' in shape ? this.#list(name, shape.each) : this.#members(name, shape);
    }
    const value = this.#takeEmpty() ? '' : this.#textOf(name);
    return shape === 'text' ? value : CONVERTED[shape](value);
  }

  #members(name: string, { members }: Members): Fields {
    const fields: Fields = {};
    for (let child = this.#next(name); child !== undefined; child = this.#next(name)) {
      const shape = Object.hasOwn(members, child) ? members[child] : undefined;
      if (shape === undefined) this.#passOver(child);
      else if (Object.hasOwn(fields, child)) throw NOT_PLAIN;
      else fields[child] = this.#value(child, shape);
    }
    return fields;
  }

  #list(name: string, each: Shape): unknown[] {
    const items: unknown[] = [];
    for (let child = this.#next(name); child !== undefined; child = this.#next(name)) {
      if (child !== 'member') throw NOT_PLAIN;
      items.push(this.#value(child, each));
    }
    return items;
  }

  #textOf(name: string): string {
    const end = this.#text.indexOf('<', this.#at);
    const value = this.#text.slice(this.#at, end);
    this.#at = end;
    if (end === -1 || !this.#isClosed(name) || SPECIAL.test(value)) throw NOT_PLAIN;
    return value;
  }

  /** Up to the end of an element of which nothing is read. */
  #passOver(name: string): void {
    const open = this.#takeEmpty() ? [] : [name];
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      this.#at = this.#text.indexOf('<', this.#at);
      if (this.#at === -1) throw NOT_PLAIN;
      if (this.#isClosed(last)) open.pop();
      else {
        const child = this.#opened();
        if (!this.#takeEmpty()) open.push(child);
      }
    }
  }

  /** The name of the next element within `name`; undefined at its end, which is behind then. */
  #next(name: string): string | undefined {
    if (this.#takeEmpty()) return undefined;
    const text = this.#text;
    if (text.charCodeAt(this.#at) !== LESS) {
      const from = this.#at;
      this.#at = text.indexOf('<', from);
      // What is no line break between two elements, the SDK takes for text.
      if (this.#at === -1 || !INDENT.test(text.slice(from, this.#at))) throw NOT_PLAIN;
    }
    return this.#isClosed(name) ? undefined : this.#opened();
  }

  /** Passes over the end of the element, where it stands here. */
  #isClosed(name: string): boolean {
    const text = this.#text;
    const nameAt = this.#at + 2;
    const nameEnd = nameAt + name.length;
    const isEnd =
      text.charCodeAt(nameAt - 1) === SLASH &&
      text.charCodeAt(nameEnd) === GREATER &&
      text.startsWith(name, nameAt);
    if (isEnd) this.#at = nameEnd + 1;
    return isEnd;
  }

  /** The name of the element that begins here. */
  #opened(): string {
    const end = this.#text.indexOf('>', this.#at);
    this.#isEmpty = this.#text.charCodeAt(end - 1) === SLASH;
    const name = this.#text.slice(this.#at + 1, this.#isEmpty ? end - 1 : end);
    if (end === -1 || !NAME.test(name)) throw NOT_PLAIN;
    this.#at = end + 1;
    return name;
  }

  /** Whether the element that began last is over already; asked once for each. */
  #takeEmpty(): boolean {
    const isEmpty = this.#isEmpty;
    this.#isEmpty = false;
    return isEmpty;
  }
}

const NAMESPACE = /^(?: xmlns="[\w:/.-]*")?>$/;
const NAME = /^[A-Za-z]\w*$/;
const INDENT = /^[ \t]*\n[ \t\n]*$/;
/** An entity, a line end of other systems, or a blank text, which the SDK reads in two ways. */
const SPECIAL = /[&\r]|^\s+$/;
const DATE = /^[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

const CONVERTED = {
  date: (value: string): Date => {
    const date = new Date(value);
    // A day that its month does not have is another one then.
    if (!DATE.test(value) || date.getUTCDate() !== Number(value.slice(8, 10))) throw NOT_PLAIN;
    return date;
  },
  flag: (value: string): boolean => {
    if (value !== 'true' && value !== 'false') throw NOT_PLAIN;
    return value === 'true';
  },
  bytes: (value: string): Uint8Array => {
    if (value.length % 4 !== 0 || !BASE64.test(value)) throw NOT_PLAIN;
    return Buffer.from(value, 'base64');
  },
};
