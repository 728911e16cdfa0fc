// Where environment variables of CircleCI are: a project (`gh/acme/app`) or a context of an organization
// (`gh/acme/deploy`), with the names behind `#` when they are not the usual two.

import type { JournaledTarget } from '../../lifecycle/record.ts';
import { type PlaceFacts, type PlaceRule, placeFor } from '../place.ts';

/** What a kind of destination means by the paths that it takes. */
export interface Holders {
  readonly kind: string;
  readonly are: 'projects' | 'contexts';
}

export interface CirclePlace {
  /** `gh/acme`, `bb/acme`, or `circleci/` with the ID of an organization; empty beside the ID of a context. */
  readonly organization: string;
  /** The name of the project, or the name or ID of the context. */
  readonly name: string;
  readonly pair: VariableNames;
}

export type VariableNames =
  | { readonly form: 'halves'; readonly id: string; readonly secret: string }
  /** One variable with both as JSON, which is written at once. */
  | { readonly form: 'object'; readonly name: string };

const USUAL = {
  form: 'halves',
  id: 'AWS_ACCESS_KEY_ID',
  secret: 'AWS_SECRET_ACCESS_KEY',
} as const;

const PROJECT = /^((?:gh|github|bb|bitbucket|circleci)\/[\w.-]{1,100})\/([\w.-]{1,100})$/;
/** Names of contexts may have blanks. */
const CONTEXT = /^((?:gh|github|bb|bitbucket|circleci)\/[\w.-]{1,100})\/([^\p{Cc}#/]{1,300})$/u;
const CONTEXT_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
const NAME = /^[A-Za-z_]\w{0,299}$/;

export function ruleOf({ are }: Holders): PlaceRule {
  const isProject = are === 'projects';
  return {
    example: isProject ? 'gh/acme/{user}' : 'gh/acme/{user}-deploy',
    noun: isProject ? 'a project of CircleCI' : 'a context of CircleCI',
    takes: `${isProject ? 'its slug (gh/ORG/REPO, circleci/ORG_ID/PROJECT_ID)' : 'gh/ORG/NAME, circleci/ORG_ID/NAME or its ID'}, and behind # two names of variables, or one for both halves as JSON`,
    isWhole: true,
    isName: (text) => circlePlaceAt(text, { kind: '', are }) !== undefined,
  };
}

/** Undefined for a text that names no place. */
export function circlePlaceAt(text: string, { are }: Holders): CirclePlace | undefined {
  const [, whole = '', names] = /^([^#]*)(?:#(.*))?$/s.exec(text) ?? [];
  const pair = names === undefined ? USUAL : variablesNamed(names);
  if (pair === undefined) return undefined;
  if (are === 'contexts' && CONTEXT_ID.test(whole)) return { organization: '', name: whole, pair };
  const [, organization, name = ''] = (are === 'projects' ? PROJECT : CONTEXT).exec(whole) ?? [];
  if (organization === undefined || name.trim() !== name) return undefined;
  return { organization, name, pair };
}

function variablesNamed(text: string): VariableNames | undefined {
  const [id = '', secret, ...more] = text.split(',').map((name) => name.trim());
  if (more.length > 0 || !NAME.test(id)) return undefined;
  if (secret === undefined) return { form: 'object', name: id };
  return NAME.test(secret) && id !== secret ? { form: 'halves', id, secret } : undefined;
}

export function placeOfCircle(at: CirclePlace): string {
  const { pair } = at;
  if (pair.form === 'object') return `${holderOf(at)}#${pair.name}`;
  const isUsual = pair.id === USUAL.id && pair.secret === USUAL.secret;
  return `${holderOf(at)}${isUsual ? '' : `#${pair.id},${pair.secret}`}`;
}

/** The project or context, without the names of variables. */
export function holderOf({ organization, name }: CirclePlace): string {
  return organization === '' ? name : `${organization}/${name}`;
}

/** The ID's variable first. */
export function namesIn({ pair }: CirclePlace): readonly string[] {
  return pair.form === 'object' ? [pair.name] : [pair.id, pair.secret];
}

/** Throws `not-deliverable`. */
export function placeOfHolders(holders: Holders, template: string, facts: PlaceFacts): string {
  const text = placeFor(template, facts, ruleOf(holders));
  const at = circlePlaceAt(text, holders);
  return at === undefined ? text : placeOfCircle(at);
}

/** Each variable by itself. */
export function thingsAtCircle({ place }: JournaledTarget, holders: Holders): readonly string[] {
  const at = circlePlaceAt(place, holders);
  if (at === undefined) return [place];
  // `gh` and `github` are one, as in CircleCI's own slugs.
  const holder = holderOf(at)
    .replace(/^github\//, 'gh/')
    .replace(/^bitbucket\//, 'bb/');
  return namesIn(at).map((name) => `${holder}#${name}`);
}

/** What an operator writes for it, with {user} where a part of it is the user's name. */
export function templateOfCircle(place: string, user: string): string {
  const words = place.split(/([^A-Za-z\d]+)/);
  return words.map((word) => (word === user ? '{user}' : word)).join('');
}
