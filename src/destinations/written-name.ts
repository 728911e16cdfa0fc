// A name of a service in the text of a place. What has a meaning in such texts (`#`, `?`, braces) is written as in
// a URL, `%23` for `#`, and so is `%` itself; everything else stands there as it is.

/** The characters that always have a meaning. */
const MARKS = '%#?{}';

/** In one spelling; `more` are characters that have a meaning at this place of the text. */
export function writtenName(name: string, more = ''): string {
  const marks = `${MARKS}${more}`;
  return name.replaceAll(/./gsu, (character) =>
    marks.includes(character) || CONTROL.test(character)
      ? encodeURIComponent(character)
      : character,
  );
}

/** Undefined for codes that are no text, and for a `%` that begins none. */
export function nameWritten(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** What is wrong with a name as it is written; undefined when it can be read. */
export function writtenFault(text: string): string | undefined {
  return nameWritten(text) === undefined
    ? 'it has a % that begins no code of two digits; a percent sign is written %25'
    : undefined;
}

/** A character that ends a line or shows nothing is a slip, and a riddle in every message. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;
