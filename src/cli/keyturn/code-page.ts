// `keyturn help CODE`: what the table of errors knows of a code, for whoever has the code and no documentation at hand.

import { closest } from '../../base/closest.ts';
import { ERROR_CODES, type ErrorCode, type Scope } from '../../base/error-codes.ts';
import { type Command, command } from '../../base/hint.ts';
import { wrapped } from '../../base/wrap.ts';

const STOPPED: Readonly<Record<Scope, string>> = {
  run: 'the whole run',
  account: 'the rest of the account',
  user: 'only this user; all others are done',
};

/** The page, ending with a newline. */
export function codePage(code: ErrorCode, width: number): string {
  const { exit, stops, mayPass, meaning, remedy } = ERROR_CODES[code];
  const paragraphs = [
    `${code}: ${meaning}`,
    `What to do: ${remedy}`,
    [
      `Exit code ${exit}, when it ends a run. It stops ${STOPPED[stops]}.`,
      ...(mayPass ? ['The same may work a little later by itself.'] : []),
    ].join(' '),
    `docs/errors/${code}.md says why it happens, what is safe meanwhile, and how to go on.`,
  ];
  return `${paragraphs.map((text) => wrapped('', text, { width })).join('\n\n')}\n`;
}

/** The page that a misspelt word with a dash is meant for: a code, or one of `others`; commands have no dash. */
export function nearPage(word: string, others: readonly string[]): Command | undefined {
  if (!word.includes('-')) return undefined;
  const near = closest(word, [...Object.keys(ERROR_CODES), ...others]);
  return near === undefined ? undefined : command('keyturn', 'help', near);
}
