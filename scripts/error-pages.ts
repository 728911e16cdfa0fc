// docs/errors.md, and the head of each page in docs/errors/: what the table of codes knows. The rest of such a page,
// why it happens, what holds in the meantime and how to go on, is written by hand.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCodeInfo, ErrorKind, Scope } from '../src/base/error-code-info.ts';
import { ERROR_CODES } from '../src/base/error-codes.ts';
import { ScriptError } from './support/script-error.ts';

export const ERROR_FOLDER = 'docs/errors';
const [BEGIN, END] = ['<!-- head: begin -->', '<!-- head: end -->'];

export const errorPagePath = (code: string): string => `${ERROR_FOLDER}/${code}.md`;

/** What is not gone on with. */
const STOPPED: Readonly<Record<Scope, string>> = {
  run: 'the whole run',
  account: 'the rest of the account',
  user: 'only this user',
};

const SORTS: Readonly<Record<ErrorKind, string>> = {
  failure: 'something went wrong',
  block: 'nothing went wrong, and nothing was tried; a person is needed',
  stop: 'a person or the clock ended the work',
};

/** By path: each page of a code, its head as the table has it. Throws a ScriptError where nobody wrote the page. */
export function errorPages(root: string): Readonly<Record<string, () => string>> {
  const codes = Object.entries(ERROR_CODES);
  return Object.fromEntries(
    codes.map(([code, info]) => [errorPagePath(code), () => withHead(root, code, info)]),
  );
}

function withHead(root: string, code: string, info: ErrorCodeInfo): string {
  const path = errorPagePath(code);
  const page = readFileSync(join(root, path), 'utf8');
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new ScriptError(`${path} has lost its marks`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${head(info)}\n\n${page.slice(end)}`;
}

function head({ exit, stops, kind, mayPass, meaning, remedy }: ErrorCodeInfo): string {
  const passes = mayPass ? 'it may pass: the same command can work a little later' : 'no';
  return [
    `> ${meaning}`,
    '>',
    `> **In short:** ${remedy}`,
    '',
    '| exit code | what stops | what kind | passes by itself |',
    '|---|---|---|---|',
    `| ${exit} | ${STOPPED[stops]} | ${SORTS[kind]} | ${passes} |`,
  ].join('\n');
}

/** The index of those pages. */
export function errorsPage(): string {
  const codes = Object.entries(ERROR_CODES);
  const linked = (code: string) => `[\`${code}\`](errors/${code}.md)`;
  const rows = codes.map(
    ([code, { exit, stops, meaning, remedy }]) =>
      `| ${linked(code)} | ${exit} | ${stops} | ${meaning} | ${remedy} |`,
  );
  const listed = (wanted: ErrorKind) =>
    codes.filter(([, { kind }]) => kind === wanted).map(([code]) => linked(code));
  const passing = codes.flatMap(([code, { mayPass }]) => (mayPass ? [linked(code)] : []));
  return [
    '# Errors',
    '',
    'Every error has a code, and every code a page: why it happens, whether a key or a secret is in danger',
    'meanwhile, and how to go on. The code stands in brackets at the end of the line that a command',
    'prints, in `errors[].code` and `rotated_keys[].error_code` of the JSON output, and in the log.',
    'The exit code is the one of an error that ends the run; when only some users failed, the run exits 1.',
    'This page is generated: `npm run docs`.',
    '',
    'The column "stops" says what is not gone on with after the error, because all of it would meet the',
    'same: the whole run, the rest of the account, or only the user.',
    '',
    `With ${listed('block').join(', ')} nothing went wrong and nothing was`,
    `tried, but a person is needed. With ${listed('stop').join(' and ')} the person or the clock ended`,
    'the work.',
    '',
    `After ${passing.join(', ')} the same may work a little later by`,
    'itself: a scheduler may try again.',
    '',
    '| code | exit | stops | meaning | what to do |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
