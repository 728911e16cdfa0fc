// A configuration as a document: its text becomes plain values, and every value and key remembers where
// it stands. What YAML would do with a text that nobody meant so (tags, aliases that do not exist, merge
// keys, numbers of YAML 1.1) is refused here.

import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import { codePoint, decode } from './decode.ts';
import type { ConfigFault, Found, Path, Position } from './fault.ts';
import { secretsIn } from './secrets.ts';
import { jsonComment, type Slip, syntaxSlip } from './syntax.ts';

/** Where a value or a key stands in the text. */
interface Spot {
  readonly offset: number;
  readonly end: number;
  /** The line of an alias by which the value is used again. */
  readonly usedOn?: { readonly line: number; readonly alias: string };
}

export interface ConfigDocument {
  readonly file: string;
  /** Undefined where nothing could be read. */
  readonly value: unknown;
  readonly faults: readonly ConfigFault[];
  /** The fault in its place. */
  locate(found: Found): ConfigFault;
  /** Where the key of the path stands, or the item of a list; its nearest parent where there is none. */
  at(path: Path): Position;
  /** The value as it is written, such as `012` where the value is 12; undefined for what is no scalar. */
  written(path: Path): string | undefined;
  /** The rest of the line behind the value. */
  behind(path: Path): string;
}

/** Blanks that YAML takes for letters. */
const ODD_BLANK = /[\u00a0\u00ad\u1680\u2000-\u200b\u202f\u205f\u2060\u3000]/u;

const ALIASES_MAX = 50;
/** Values after aliases are followed; 400 rules have some 10,000. */
const VALUES_MAX = 200_000;

export function readDocument(file: string, bytes: Uint8Array): ConfigDocument {
  const decoded = decode(bytes);
  const reading = new Reading(file, decoded.text);
  if ('fault' in decoded) reading.refuse(decoded.fault);
  else reading.read();
  return reading;
}

class Reading implements ConfigDocument {
  readonly file: string;
  value: unknown;
  readonly faults: ConfigFault[] = [];
  readonly #text: string;
  readonly #lines = new LineCounter();
  readonly #values = new Map<string, Spot>();
  readonly #keys = new Map<string, Spot>();
  #count = 0;
  /** The alias that is being followed, if any. */
  #usedOn: Spot['usedOn'];

  constructor(file: string, text: string) {
    this.file = file;
    this.#text = text;
    this.#lines.addNewLine(0);
    for (const { index } of text.matchAll(/\n/g)) this.#lines.addNewLine(index + 1);
  }

  refuse({ offset, ...slip }: Slip): void {
    const place = this.#position(offset);
    this.faults.push({
      ...place,
      severity: 'error',
      ...slip,
      message: this.#said(slip.message, place.line),
      ...(slip.code === 'secret-in-clear' ? {} : this.#source(place.line)),
    });
  }

  read(): void {
    const document = parseDocument(this.#text, {
      lineCounter: new LineCounter(),
      stringKeys: true,
      resolveKnownTags: false,
      merge: false,
      prettyErrors: false,
      strict: true,
      uniqueKeys: true,
      version: '1.2',
    });
    const slips = slipsOf(document, this.#text);
    const [secret] = slips.length === 0 ? [] : secretsIn(this.#text);
    if (secret !== undefined) this.refuse(secret);
    else if (slips.length > 0) for (const slip of slips) this.#refuseSlip(slip);
    else if (document.contents === null) {
      const message = 'the file is empty; begin with "version: 1"';
      this.refuse({ code: 'missing-key', message, offset: 0 });
    }
    if (this.faults.length > 0 || document.contents === null) return;
    for (const secret of secretsIn(this.#text)) this.refuse(secret);
    this.value = this.#valueOf(document.contents, [], document);
    if (this.#count > VALUES_MAX) {
      this.value = undefined;
      this.refuse({
        code: 'too-many-aliases',
        message: 'aliases make this file too large to read',
        offset: 0,
      });
    }
  }

  #refuseSlip(slip: Slip & { readonly seeLine?: number }): void {
    const { code, offset, message, seeLine } = slip;
    const line = seeLine === undefined ? '' : ` (first on line ${this.#position(seeLine).line})`;
    this.refuse({ code, offset, message: `${message}${line}` });
  }

  #valueOf(node: Node | null | undefined, path: Path, document: Document): unknown {
    this.#count += 1;
    if (node === null || node === undefined || this.#count > VALUES_MAX) return null;
    if (isAlias(node)) return this.#followed(node, path, document);
    this.#note(this.#values, path, node);
    if (isSeq(node)) {
      return node.items.map((item, index) =>
        this.#valueOf(item as Node, [...path, index], document),
      );
    }
    if (isMap(node)) {
      // No prototype: `__proto__` is a key like any other, and an unknown one.
      const value: Record<string, unknown> = Object.create(null);
      for (const pair of node.items) {
        const key = pair.key as Scalar<string>;
        const below = [...path, key.value];
        this.#note(this.#keys, below, key);
        value[key.value] = this.#valueOf(pair.value as Node | null, below, document);
      }
      return value;
    }
    return isScalar(node) ? node.value : null;
  }

  #followed(alias: Alias, path: Path, document: Document): unknown {
    const before = this.#usedOn;
    const { line } = this.#position(alias.range?.[0] ?? 0);
    this.#usedOn ??= { line, alias: alias.source };
    const value = this.#valueOf(alias.resolve(document), path, document);
    this.#usedOn = before;
    return value;
  }

  #note(into: Map<string, Spot>, path: Path, { range }: Pick<ParsedNode, 'range'> | Node): void {
    if (!range) return;
    const usedOn = this.#usedOn === undefined ? {} : { usedOn: this.#usedOn };
    into.set(JSON.stringify(path), { offset: range[0], end: range[1], ...usedOn });
  }

  locate({ path, code, message, isKey = false, index, severity }: Found): ConfigFault {
    const spot = this.#spot(path, isKey);
    const { offset, usedOn } = spot;
    const place = this.#position(offset + (index === undefined ? 0 : this.#shift(spot, index)));
    const again =
      usedOn === undefined ? '' : ` (used again on line ${usedOn.line} by *${usedOn.alias})`;
    const source = code === 'secret-in-clear' ? {} : this.#source(place.line);
    return {
      ...place,
      severity: severity ?? 'error',
      code,
      message: this.#said(`${message}${again}`, place.line),
      path,
      ...source,
    };
  }

  at(path: Path): Position {
    return this.#position(this.#spot(path, true).offset);
  }

  written(path: Path): string | undefined {
    const spot = this.#values.get(JSON.stringify(path));
    const text = spot && this.#text.slice(spot.offset, spot.end);
    return text === undefined || /^[[{|>"']|\n/.test(text) ? undefined : text;
  }

  behind(path: Path): string {
    const spot = this.#values.get(JSON.stringify(path));
    const [rest = ''] = spot === undefined ? [] : this.#text.slice(spot.end).split(/\r?\n/, 1);
    return rest;
  }

  /** The value itself, or where it would stand: the key of its parent, or the item of the list. */
  #spot(path: Path, isKey: boolean): Spot {
    for (let length = path.length; length > 0; length -= 1) {
      const key = JSON.stringify(path.slice(0, length));
      const isWhole = length === path.length;
      const spot =
        isKey || !isWhole ? (this.#keys.get(key) ?? this.#values.get(key)) : this.#values.get(key);
      if (spot !== undefined) return spot;
    }
    return { offset: 0, end: 0 };
  }

  /** Where in the text a character of the value stands, if it is written as it is. */
  #shift({ offset, end }: Spot, index: number): number {
    const written = this.#text.slice(offset, end);
    return /^["']/.test(written) ? index + 1 : /^[|>]|\n/.test(written) ? 0 : index;
  }

  #position(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** In one line; with a word about what looks like a space and is none, since nobody sees it. */
  #said(message: string, line: number): string {
    const [odd] = ODD_BLANK.exec(this.#source(line).source ?? '') ?? [];
    const inOne = message.replaceAll(/\r?\n/g, '\\n');
    return odd === undefined
      ? inOne
      : `${inOne} (in this line ${codePoint(odd)} looks like a space or like nothing, and is neither)`;
  }

  #source(line: number): { readonly source?: string } {
    const start = this.#lines.lineStarts[line - 1] ?? 0;
    const [source = ''] = this.#text.slice(start).split(/\r?\n/, 1);
    return { source };
  }
}

/**
 * The first thing that is wrong with the form of the document; what follows from it is not told. From a key that is
 * there twice nothing follows, so each of them is.
 */
function slipsOf(
  document: Document.Parsed,
  text: string,
): readonly (Slip & { readonly seeLine?: number })[] {
  const version = /^%YAML[ \t]+(\S+)/m.exec(text);
  if (version !== null && version[1] !== '1.2') {
    const message = `YAML ${version[1]} reads "no" as false and 012 as 10; remove the line`;
    return [{ code: 'yaml-version', message, offset: version.index }];
  }
  const errors = document.errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  const [first] = errors;
  if (first === undefined) {
    const slip = oddNode(document, text) ?? jsonComment(document);
    return slip === undefined ? [] : [slip];
  }
  const isAlone = first.code !== 'DUPLICATE_KEY';
  const told = isAlone ? [first] : errors.filter(({ code }) => code === 'DUPLICATE_KEY');
  return told.map((error) => syntaxSlip(error, text, document));
}

function oddNode(document: Document.Parsed, text: string): Slip | undefined {
  let found: Slip | undefined;
  let aliases = 0;
  const stop = (slip: Slip) => {
    found = slip;
    return visit.BREAK;
  };
  visit(document, {
    Node: (_, node) => {
      const { tag, range } = node as ParsedNode & { tag?: string };
      if (tag === undefined) return undefined;
      const offset = tagOffset(text, range?.[0] ?? 0);
      const [written = tag] = /^![^\s,[\]{}]*/.exec(text.slice(offset)) ?? [];
      const message = `"!" at the beginning means a YAML tag, and the text "${written}" would be lost; put it in quotes, or under "not:"`;
      return stop({ code: 'unquoted-tag', message, offset });
    },
    Pair: (_, { key }) => {
      if (!isScalar(key) || key.value !== '<<') return undefined;
      const message = '"<<" is not read; name the other rule with "extends:"';
      return stop({ code: 'merge-key', message, offset: key.range?.[0] ?? 0 });
    },
    Alias: (_, alias) => {
      aliases += 1;
      const offset = alias.range?.[0] ?? 0;
      if (aliases > ALIASES_MAX) {
        const message = `more than ${ALIASES_MAX} aliases; say it in "defaults:" or with "extends:"`;
        return stop({ code: 'too-many-aliases', message, offset });
      }
      if (isCircular(alias, document)) {
        return stop({
          code: 'too-many-aliases',
          message: `*${alias.source} contains itself`,
          offset,
        });
      }
      if (alias.resolve(document) !== undefined) return undefined;
      const message = `"*" at the beginning means a YAML alias, and nothing here is called "${alias.source}"; in quotes: "*${alias.source}"`;
      return stop({ code: 'unquoted-star', message, offset });
    },
  });
  return found;
}

function isCircular(alias: Alias, document: Document.Parsed): boolean {
  const target = alias.resolve(document);
  const [from, , to] = target?.range ?? [];
  const offset = alias.range?.[0];
  return (
    from !== undefined && to !== undefined && offset !== undefined && from <= offset && offset < to
  );
}

/** A tag stands before its node. */
function tagOffset(text: string, node: number): number {
  let at = text.lastIndexOf('!', node);
  // `!!str`
  while (at > 0 && text[at - 1] === '!') at -= 1;
  return at < 0 ? node : at;
}
