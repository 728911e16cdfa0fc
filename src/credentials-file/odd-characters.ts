// Characters that cannot be seen, or that look like others: a text copied from a web page or a chat
// brings them along. They are named by their code point, because nobody can look for them otherwise.

export interface OddCharacter {
  /** Counted from 1, in characters. */
  readonly column: number;
  /** `U+00A0 (no-break space)`. */
  readonly name: string;
}

const NAMES: Readonly<Record<number, string>> = {
  0: 'NUL',
  9: 'tab',
  10: 'line feed',
  11: 'vertical tab',
  12: 'form feed',
  13: 'carriage return',
  27: 'escape',
  133: 'next line',
  160: 'no-break space',
  173: 'soft hyphen',
  8203: 'zero-width space',
  8204: 'zero-width non-joiner',
  8205: 'zero-width joiner',
  8206: 'left-to-right mark',
  8207: 'right-to-left mark',
  8216: 'left single quotation mark',
  8217: 'right single quotation mark',
  8220: 'left double quotation mark',
  8221: 'right double quotation mark',
  8232: 'line separator',
  8233: 'paragraph separator',
  8234: 'left-to-right embedding',
  8235: 'right-to-left embedding',
  8236: 'end of embedding',
  8237: 'left-to-right override',
  8238: 'right-to-left override',
  8239: 'narrow no-break space',
  8288: 'word joiner',
  8294: 'left-to-right isolate',
  8295: 'right-to-left isolate',
  8296: 'first strong isolate',
  8297: 'end of isolate',
  12288: 'ideographic space',
  65279: 'byte order mark',
  65533: 'replacement character',
};

/** Cannot be seen, or is not the space that it looks like. */
const UNSEEN = /(?![ \t])[\p{Cc}\p{Cf}\p{Z}]/u;
/** No access key has others. */
const NOT_ASCII = /[^\t\x20-\x7e]/u;
const EVERY_UNSEEN = new RegExp(UNSEEN.source, 'gu');

/** The first that cannot be seen. */
export function firstUnseen(text: string): OddCharacter | undefined {
  return first(text, UNSEEN);
}

/** The first that no line of an access key has. */
export function firstNotAscii(text: string): OddCharacter | undefined {
  return first(text, NOT_ASCII);
}

/** What a person sees of it, spaces at the ends left out. */
export function asSeen(text: string): string {
  return text.replace(EVERY_UNSEEN, '').trim();
}

function first(text: string, shape: RegExp): OddCharacter | undefined {
  const found = shape.exec(text);
  if (found === null) return undefined;
  const code = found[0].codePointAt(0) ?? 0;
  const name = NAMES[code];
  return {
    column: [...text.slice(0, found.index)].length + 1,
    name: `${codePoint(code)}${name === undefined ? '' : ` (${name})`}`,
  };
}

function codePoint(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
