// Every error code is met by some test, so that no message is one that nobody has read.

import type { Fault, SourceFile } from './files.ts';

/** Codes that no test meets yet. The list only ever gets shorter. */
export const UNTESTED_CODES: readonly string[] = [];

/** Codes that nothing meets, and listed codes that something meets by now. */
export function untestedCodes(
  codes: readonly string[],
  tests: readonly SourceFile[],
  listed: readonly string[] = UNTESTED_CODES,
): Fault[] {
  const isMet = (code: string) => tests.some((file) => meets(file, code));
  const unmet = codes
    .filter((code) => !listed.includes(code) && !isMet(code))
    .map((code) => fault(`no test meets '${code}'; write one`));
  const stale = listed
    .filter(isMet)
    .map((code) =>
      fault(`a test meets '${code}'; take it off the list in test/tidy/error-codes.ts`),
    );
  return [...unmet, ...stale];
}

/** In code it stands in quotes; in a script it is a word. */
function meets({ path, text }: SourceFile, code: string): boolean {
  const quote = path.endsWith('.txt') ? '' : '[\'"`]';
  return new RegExp(`(?<![\\w-])${quote}${code}${quote}(?![\\w-])`).test(text);
}

function fault(remedy: string): Fault {
  return { path: 'src/base/error-codes.ts', line: 1, rule: 'error-codes', remedy };
}
