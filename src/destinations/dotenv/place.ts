// A .env file as a place: `/srv/app/.env`, or `/srv/app/.env#S3_KEY,S3_SECRET` with names of its own.

import { isAbsolute } from 'node:path';
import { type PlaceRule, withUser } from '../place.ts';

export const DOTENV = 'dotenv';

export interface EnvFile {
  readonly path: string;
  /** The names of the two variables. */
  readonly id: string;
  readonly secret: string;
}

const NAMES = { id: 'AWS_ACCESS_KEY_ID', secret: 'AWS_SECRET_ACCESS_KEY' };
/** What every reader of such files takes for a name. */
const NAME = /^[A-Za-z_]\w*$/;

export const DOTENV_FILES: PlaceRule = {
  example: '/srv/{user}/.env',
  noun: 'a .env file',
  takes:
    'an absolute path, and behind # the names of two variables when they are not AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY',
  isWhole: true,
  isName: (text) => envFileAt(text) !== undefined,
};

/** Undefined for a text that names no file, or no two variables. */
export function envFileAt(text: string): EnvFile | undefined {
  const [, path = '', names] = /^(.*?)(?:#([^#/]*))?$/s.exec(text) ?? [];
  // A control character in a path is a slip, and a riddle in every message.
  if (!isAbsolute(path) || path.endsWith('/') || /\p{Cc}/u.test(path)) return undefined;
  if (names === undefined) return { path, ...NAMES };
  const [id = '', secret = '', ...more] = names.split(',').map((name) => name.trim());
  const isPair = NAME.test(id) && NAME.test(secret) && id !== secret && more.length === 0;
  return isPair ? { path, id, secret } : undefined;
}

export function placeOfEnvFile({ path, id, secret }: EnvFile): string {
  const isPlain = id === NAMES.id && secret === NAMES.secret;
  return isPlain ? path : `${path}#${id},${secret}`;
}

/** Two users may have variables in one file, but not the same ones. */
export function thingsIn({ path, id, secret }: EnvFile): readonly string[] {
  return [`${path}#${id}`, `${path}#${secret}`];
}

/** What an operator writes for it, with {user} where a part of the path is the user's name. */
export function templateFor(place: string, user: string): string {
  const at = envFileAt(place);
  if (at === undefined) return place;
  return placeOfEnvFile({ ...at, path: withUser(at.path, user) });
}
