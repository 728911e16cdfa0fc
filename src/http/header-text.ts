// What HTTP takes in a header, sent or received.

/** What would end a header, would do something to a terminal, or is no byte. */
const NO_HEADER_TEXT = /[^\t\x20-\x7e\x80-\xff]/;

export function isHeaderText(text: string): boolean {
  return !NO_HEADER_TEXT.test(text);
}
