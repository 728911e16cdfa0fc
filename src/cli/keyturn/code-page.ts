// `keyturn help CODE`: what the table of errors knows of a code, for whoever has the code and no documentation at hand.

import { ERROR_CODES, type ErrorCode, type Scope } from '../../base/error-codes.ts';
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
