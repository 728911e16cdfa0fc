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

class PlainXml {
  readonly #text: string;
  #at = 0;
  // Of the tag that was read last.
  #name = '';
  /** Whether its element is over with it, as `<Tags/>` is. */
  #isEmpty = false;
  /** What stands between it and the next. */
  #after = '';

  constructor(text: string) {
    this.#text = text;
  }

  /** The root has a namespace, and no other attribute. */
  document(root: string, shape: Members): Fields {
    const text = this.#text;
    const end = text.indexOf('>') + 1;
    const attributes = text.slice(root.length + 1, end);
    if (!text.startsWith(`<${root}`) || !NAMESPACE.test(attributes)) throw NOT_PLAIN;
    const next = text.indexOf('<', end);
    this.#at = next === -1 ? text.length : next;
    this.#after = text.slice(end, this.#at);
    const fields = this.#members(root, shape);
    if (this.#at < text.length || this.#after.trim() !== '') throw NOT_PLAIN;
    return fields;
  }

  /** Of the element that has begun; its end is read then, as with all that follow. */
  #value(name: string, shape: Shape): unknown {
    if (typeof shape === 'object') {
      return 'each' in shape ? this.#list(name, shape.each) : this.#members(name, shape);
    }
    const value = this.#isEmpty ? '' : this.#after;
    if (!this.#isEmpty && !this.#isOverAt(name)) throw NOT_PLAIN;
    if (value !== '' && SPECIAL.test(value)) throw NOT_PLAIN;
    return shape === 'text' ? value : CONVERTED[shape](value);
  }

  #members(name: string, { members }: Members): Fields {
    const fields: Fields = {};
    if (this.#isEmpty) return fields;
    while (!this.#isOver(name)) {
      const child = this.#name;
      const shape = Object.hasOwn(members, child) ? members[child] : undefined;
      if (shape === undefined) this.#passOver(child);
      else if (Object.hasOwn(fields, child)) throw NOT_PLAIN;
      else fields[child] = this.#value(child, shape);
    }
    return fields;
  }

  #list(name: string, each: Shape): unknown[] {
    const items: unknown[] = [];
    if (this.#isEmpty) return items;
    while (!this.#isOver(name)) {
      if (this.#name !== 'member') throw NOT_PLAIN;
      items.push(this.#value('member', each));
    }
    return items;
  }

  /** Of an element nothing is read. */
  #passOver(name: string): void {
    const open = this.#isEmpty ? [] : [name];
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      if (this.#isOverAt(last)) open.pop();
      else if (!this.#isEmpty) open.push(this.#name);
    }
  }

  /** The same between elements: what is no line break there, the SDK takes for text. */
  #isOver(name: string): boolean {
    if (this.#after !== '' && !INDENT.test(this.#after)) throw NOT_PLAIN;
    return this.#isOverAt(name);
  }

  /** Reads the next tag. Whether it ends the element of that name; else it begins another one. */
  #isOverAt(name: string): boolean {
    TAG.lastIndex = this.#at;
    const tag = TAG.exec(this.#text);
    if (tag === null) throw NOT_PLAIN;
    this.#at = TAG.lastIndex;
    this.#name = tag[2] as string;
    this.#isEmpty = tag[3] !== '';
    this.#after = tag[4] as string;
    if (tag[1] === '') return false;
    if (this.#isEmpty || this.#name !== name) throw NOT_PLAIN;
    return true;
  }
}

/** A tag, and the text up to the next one. */
const TAG = /<(\/?)([A-Za-z]\w*)(\/?)>([^<]*)/y;
const NAMESPACE = /^(?: xmlns="[\w:/.-]*")?>$/;
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
