// Where CI/CD variables of GitLab are: `acme/app`, `acme/app@production` or `acme/backend`, with the names behind
// `#` when they are not the usual two.

import type { JournaledTarget } from '../../lifecycle/record.ts';
import { type PlaceFacts, type PlaceRule, placeFor } from '../place.ts';

/** What a kind of destination means by the paths that it takes. */
export interface Owners {
  readonly kind: string;
  readonly are: 'projects' | 'groups';
}

export interface GitlabPlace {
  /** The full path, or the number. */
  readonly path: string;
  /** The environments whose jobs read it; undefined where the operator named none. */
  readonly scope: string | undefined;
  readonly pair: VariableNames;
}

export type VariableNames =
  | { readonly form: 'halves'; readonly id: string; readonly secret: string }
  /** One variable with a JSON object, which is written at once. */
  | { readonly form: 'object'; readonly name: string };

const USUAL = {
  form: 'halves',
  id: 'AWS_ACCESS_KEY_ID',
  secret: 'AWS_SECRET_ACCESS_KEY',
} as const;

/** Where a variable is read that names no environment. */
export const EVERYWHERE = '*';

/** GitLab's bounds for a namespace: no dash or dot before it, and none of these endings. */
const PART = /^(?!.*\.(?:git|atom)$)[A-Za-z\d_](?:[\w.-]{0,253}[\w-])?$/;
const NAME = /^[A-Za-z\d_]{1,255}$/;
/** Letters, digits, blanks and -_/${}.* are what GitLab takes in a scope. */
const SCOPE = /^[\w\-/${}. *]{1,255}$/;

export function ruleOf({ are }: Owners): PlaceRule {
  const isProject = are === 'projects';
  return {
    example: isProject ? 'acme/{user}@production' : 'acme/{user}',
    noun: isProject ? 'a project with variables' : 'a group with variables',
    takes: `the path${isProject ? ' (GROUP/PROJECT)' : ''} or the number, with @ENVIRONMENT behind it for a scope, and behind # two names of variables, or one of a variable with a JSON object`,
    isWhole: true,
    isName: (text) => gitlabPlaceAt(text, { kind: '', are }) !== undefined,
  };
}

/** Undefined for a text that names no place. */
export function gitlabPlaceAt(text: string, { are }: Owners): GitlabPlace | undefined {
  const [, path = '', scope, names] = /^([^@#]*)(?:@([^#]*))?(?:#(.*))?$/s.exec(text) ?? [];
  const pair = names === undefined ? USUAL : variablesNamed(names);
  if (pair === undefined || !isPath(path, are)) return undefined;
  if (scope !== undefined && !SCOPE.test(scope)) return undefined;
  return { path, scope, pair };
}

function isPath(path: string, are: Owners['are']): boolean {
  if (/^\d{1,18}$/.test(path)) return true;
  const parts = path.split('/');
  // A project is always in a namespace.
  return parts.length >= (are === 'projects' ? 2 : 1) && parts.every((part) => PART.test(part));
}

function variablesNamed(text: string): VariableNames | undefined {
  const [id = '', secret, ...more] = text.split(',').map((name) => name.trim());
  if (more.length > 0 || !NAME.test(id)) return undefined;
  if (secret === undefined) return { form: 'object', name: id };
  return NAME.test(secret) && id !== secret ? { form: 'halves', id, secret } : undefined;
}

export function placeOfGitlab({ path, scope, pair }: GitlabPlace): string {
  return `${path}${scope === undefined ? '' : `@${scope}`}${namesOf(pair)}`;
}

/** What stands behind the place; empty for the usual names. */
function namesOf(pair: VariableNames): string {
  if (pair.form === 'object') return `#${pair.name}`;
  return pair.id === USUAL.id && pair.secret === USUAL.secret ? '' : `#${pair.id},${pair.secret}`;
}

/** Throws `not-deliverable`. */
export function placeOfOwners(owners: Owners, template: string, facts: PlaceFacts): string {
  const text = placeFor(template, facts, ruleOf(owners));
  const place = gitlabPlaceAt(text, owners);
  return place === undefined ? text : placeOfGitlab(place);
}

/** Each variable by itself. */
export function thingsAtGitlab({ place }: JournaledTarget, owners: Owners): readonly string[] {
  const at = gitlabPlaceAt(place, owners);
  if (at === undefined) return [place];
  const where = `${at.path.toLowerCase()}@${at.scope ?? EVERYWHERE}`;
  const names = at.pair.form === 'object' ? [at.pair.name] : [at.pair.id, at.pair.secret];
  return names.map((name) => `${where}#${name}`);
}

/** What an operator writes for it, with {user} where a part of it is the user's name. */
export function templateOfGitlab(place: string, user: string): string {
  const words = place.split(/([^A-Za-z\d]+)/);
  return words.map((word) => (word === user ? '{user}' : word)).join('');
}
