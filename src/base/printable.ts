// Text of others, made harmless for a terminal: it could clear the screen, set its title, forge a line, or
// turn the order of what is read around.

/**
 * Control characters (C0, C1), what has no width or turns the order (bidi), line separators, halves; and the letters
 * and marks that leave nothing to see (joiners, fillers, the empty braille cell).
 */
const KINDS =
  '\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u2800\\u3164\\uffa0';
const UNPRINTABLE = new RegExp(`[${KINDS}\\p{Cs}]`, 'gu');
/** JSON.stringify has written the halves as escapes already. */
const UNPRINTABLE_IN_JSON = new RegExp(`(?!\\n)[${KINDS}]`, 'gu');

/** Shows such characters instead of sending them. The space and what lies above stay. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16);
    return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
  });
}

/** The same for texts of several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** A value in which every text is printable: what a page for people is made of. */
export function printableAll<Value>(value: Value): Value {
  return mapTexts(value) as Value;
}

/** Texts of lines (hint.ts), in which no part of others has a line break. */
const HINTS: readonly string[] = ['hint', 'mend', 'warnings', 'notes'];

function mapTexts(value: unknown, ofText: (text: string) => string = printable): unknown {
  if (typeof value === 'string') return ofText(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, ofText));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      HINTS.includes(name) ? mapTexts(each, printableLines) : mapTexts(each),
    ]),
  );
}

/** JSON that means the same, and does a terminal no harm either: JSON.stringify escapes only some. */
export function printableJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(UNPRINTABLE_IN_JSON, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
