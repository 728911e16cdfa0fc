// The bytes of a configuration as text. What an editor may have left in them is read or refused here, so
// that columns are right and nothing is guessed.

/** Ten times what a company of thousands of rules writes. */
export const BYTES_MAX = 1024 * 1024;

/** Deeper than any configuration is; the parser needs memory for every level. */
const DEPTH_MAX = 40;

export interface Unreadable {
  readonly code: 'unreadable' | 'too-large' | 'too-deep';
  readonly message: string;
  readonly offset: number;
}

export type Decoded =
  | { readonly text: string }
  | { readonly text: string; readonly fault: Unreadable };

/** The text without its byte order mark, or why it cannot be read. */
export function decode(bytes: Uint8Array): Decoded {
  if (bytes.length > BYTES_MAX) {
    const message = `the file has ${bytes.length} bytes; a configuration takes at most ${BYTES_MAX}`;
    return { text: '', fault: { code: 'too-large', message, offset: 0 } };
  }
  const text = asText(bytes);
  const odd = ODD.exec(text);
  if (odd !== null) {
    return {
      text,
      fault: { code: 'unreadable', message: oddWords(odd[0], bytes), offset: odd.index },
    };
  }
  const deep = tooDeep(text);
  if (deep === undefined) return { text };
  const message = `this is nested more than ${DEPTH_MAX} levels deep`;
  return { text, fault: { code: 'too-deep', message, offset: deep } };
}

/**
 * Control characters, a carriage return that ends no line as YAML has it, separators that some editors take for
 * line ends, and what turns the reading direction round, so that a line is not what it looks like.
 */
const ODD = /(?![\t\n\r])\p{Cc}|\r(?!\n)|[\u2028\u2029\ufeff\u202a-\u202e\u2066-\u2069]|\ufffd/u;

/** `U+00A0`. */
export function codePoint(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0').toUpperCase();
  return `U+${hex}`;
}

function asText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder('utf-8').decode(bytes);
}

function oddWords(character: string, bytes: Uint8Array): string {
  if (character === '\ufffd') return 'this is not UTF-8; save the file as UTF-8';
  if (character === '\0' && (bytes[0] === 0 || bytes[1] === 0)) {
    return 'this is UTF-16 without a byte order mark; save the file as UTF-8';
  }
  if (character === '\r')
    return 'a carriage return alone ends no line; save the file with LF or CRLF';
  const what = /\p{Cc}/u.test(character) ? 'control' : 'invisible';
  return `the ${what} character ${codePoint(character)} cannot stand in a configuration; remove it`;
}

/** Where the text goes deeper than any configuration, before the parser follows it there. */
function tooDeep(text: string): number | undefined {
  let depth = 0;
  let dashes = 0;
  let indent = 0;
  let isAtStart = true;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\n') {
      [dashes, indent, isAtStart] = [0, 0, true];
      continue;
    }
    if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
    if (isAtStart && (character === '-' || character === '?')) dashes += 1;
    else if (isAtStart && character === ' ') indent += 1;
    else isAtStart = false;
    // A step of indentation is at least a column, and people use two or more.
    if (depth > DEPTH_MAX || dashes > DEPTH_MAX || indent > 10 * DEPTH_MAX) return at;
  }
  return undefined;
}
