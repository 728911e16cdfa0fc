// A .env file as a place: `/srv/app/.env`, or `/srv/app/.env#S3_KEY,S3_SECRET` with names of its own, or
// `/srv/app/.env#S3_PAIR` with one that holds both halves in a form.

import { isAbsolute } from 'node:path';
import type { NamedForm } from '../forms/forms.ts';
import { type PlaceRule, withUser } from '../place.ts';
import { namesOf, type VariableNames, variablesNamed, writtenNames } from '../variable-names.ts';

export const DOTENV = 'dotenv';

export interface EnvFile {
  readonly path: string;
  readonly pair: VariableNames;
}

/** What every reader of such files takes for a name. */
const NAME = /^[A-Za-z_]\w*$/;

export const DOTENV_FILES: PlaceRule = {
  example: '/srv/{user}/.env',
  noun: 'a .env file',
  takes:
    'an absolute path, and behind # the names of two variables when they are not AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY, or one for a form with both halves',
  isWhole: true,
  isName: (text) => envFileAt(text) !== undefined,
};

/** Undefined for a text that names no file, or no variables. */
export function envFileAt(text: string): EnvFile | undefined {
  const [, path = '', names] = /^(.*?)(?:#([^#/]*))?$/s.exec(text) ?? [];
  // A control character in a path is a slip, and a riddle in every message.
  if (!isAbsolute(path) || path.endsWith('/') || /\p{Cc}/u.test(path)) return undefined;
  const pair = variablesNamed(names, NAME);
  return pair && { path, pair };
}

export function placeOfEnvFile({ path, pair }: EnvFile): string {
  return `${path}${writtenNames(pair)}`;
}

/** Each variable by itself: two users may have theirs in one file. */
export function thingsIn({ path, pair }: EnvFile): readonly string[] {
  return namesOf(pair).map((name) => `${path}#${name}`);
}

/** Why the variables that are named cannot hold the form; undefined where they can. */
export function envFormFault(template: string, form: NamedForm | undefined): string | undefined {
  const isWhole = form?.kind.isWhole === true;
  if (isWhole && !form.isEncoded)
    return `${form.kind.name}: it ${UNFIT}; +base64 behind it makes one word of it`;
  const isOne = envFileAt(template)?.pair.form === 'object';
  return isOne && !isWhole ? ONE_VARIABLE : undefined;
}

/** What eight readers agree about. */
export const UNFIT = 'has characters that readers of such files do not agree about';

export const ONE_VARIABLE =
  'one variable holds both halves only in a form of one word, such as aws-credentials-ini+base64';

/** What an operator writes for it, with {user} where a part of the path is the user's name. */
export function templateFor(place: string, user: string): string {
  const at = envFileAt(place);
  if (at === undefined) return place;
  return placeOfEnvFile({ ...at, path: withUser(at.path, user) });
}
