// A line of a profile's pair that every reader takes as it is written, and that still cannot be meant: a
// character that nobody sees, quotation marks around a value, a shell's spelling. AWS would only say that
// the signature is wrong.

import type { FileFault } from './foreign-file.ts';
import { isAccessKeySetting } from './names.ts';
import { asSeen, firstNotAscii, type OddCharacter } from './odd-characters.ts';

interface Lines {
  /** All lines of the file, as a person reads them. */
  readonly lines: readonly string[];
  /** Line number of the header, from 1, and of the last line of its section. */
  readonly header: number;
  readonly end: number;
}

/** The first such line of a section; undefined when there is none. */
export function oddLine({ lines, header, end }: Lines): FileFault | undefined {
  for (let line = header + 1; line <= end; line += 1) {
    const fault = faultOf(lines[line - 1] ?? '', line);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Neither half of a pair has one. */
const MARK = '["\'\\u2018\\u2019\\u201c\\u201d\\u00ab\\u00bb`]';
const QUOTES = new RegExp(`^[^=]*=\\s*(?:(${MARK})|.*?(${MARK})\\s*$)`, 'u');

/** What a template, or the page of a manual, has for a value; brackets around a value itself are none. */
const PLACEHOLDER =
  /^[^=]*=\s*(?:\$\{.*\}|\$\w+|%\w+%|[<{[](?![A-Za-z0-9+/=]{16,}[>}\]]).*[>}\]])\s*$/u;
/** No key ID, secret or token begins or ends with these. */
const STRAY = /^[^=]*=\s*(?:([=<({[])|.*?([,;>)}\]\\])\s*$)/u;

function faultOf(text: string, line: number): FileFault | undefined {
  if (/^\s*[#;]/.test(text)) return undefined;
  const seen = asSeen(text);
  const [name = ''] = seen.split('=');
  const spelled = name.trim().toLowerCase();
  const plain = spelled.replace(/^(?:export|set)\s+/, '');
  if (!isAccessKeySetting(plain)) return undefined;
  if (plain !== spelled) {
    return {
      line,
      explanation:
        'sets an environment variable, as a shell script does, and no setting of a profile',
      mend: () => `write it as "${plain} = ..."`,
    };
  }
  const quotes = QUOTES.exec(text);
  if (quotes !== null) {
    const index = quotes[1] === undefined ? text.trimEnd().length - 1 : text.indexOf(quotes[1]);
    const column = [...text.slice(0, index)].length + 1;
    const explanation = `has quotation marks around the value of ${plain}, which belong to it for every AWS tool`;
    return { line, column, explanation, mend: () => 'take the quotation marks away' };
  }
  if (PLACEHOLDER.test(text)) {
    const explanation = `has a placeholder for the value of ${plain}, which nothing has filled in`;
    return { line, explanation, mend: () => 'put the value itself there' };
  }
  const stray = STRAY.exec(text);
  if (stray !== null) {
    const [, before, behind] = stray;
    const index = before === undefined ? text.trimEnd().length - 1 : stray[0].length - 1;
    const column = [...text.slice(0, index)].length + 1;
    const where = before === undefined ? `"${behind}" behind` : `"${before}" before`;
    const explanation = `has ${where} the value of ${plain}, which belongs to it for every AWS tool`;
    return { line, column, explanation, mend: () => 'take it away' };
  }
  const odd = firstNotAscii(text);
  return odd === undefined ? undefined : named(line, odd, `in ${plain}`);
}

function named(line: number, { column, name }: OddCharacter, where: string): FileFault {
  return { line, column, explanation: `has ${name} ${where}`, mend: typeAnew };
}

/** What helps against a character that cannot be seen. */
export function typeAnew(): string {
  return 'type that line anew, without what an editor does not show';
}
