// Where secrets of GitHub are: `acme/app`, `acme/app:production` or `acme`, each with the names behind `#`
// when they are not the usual two.

import type { JournaledTarget } from '../../lifecycle/record.ts';
import { type PlaceFacts, type PlaceRule, placeFor } from '../place.ts';
import { type OptionForms, readOptions, writeOptions } from '../place-options.ts';
import {
  optionsFault,
  type PlaceOptions,
  SERVICE_OPTIONS,
  serviceWords,
  type UsualNames,
} from '../service-place.ts';
import { nameWritten, writtenName } from '../written-name.ts';

/** Whose secrets they are: GitHub keeps three stores apart. */
export type Service = 'actions' | 'dependabot' | 'codespaces';

/** What a kind of destination means by the names that it takes. */
export interface Store {
  readonly kind: string;
  readonly service: Service;
  readonly isOfOrganization: boolean;
}

export interface GithubPlace {
  readonly owner: string;
  /** Left out of an organization's place. */
  readonly repo?: string;
  readonly environment?: string;
  readonly pair: PairNames;
  readonly options: PlaceOptions;
}

/** A workflow has a GITHUB_TOKEN of its own, which may write no secret: it comes last. */
export const USUAL_NAMES: UsualNames = {
  service: 'GitHub',
  home: 'https://api.github.com',
  tail: '',
  addresses: ['GITHUB_API_URL'],
  tokens: ['KEYTURN_GITHUB_TOKEN', 'GH_TOKEN', 'GITHUB_TOKEN'],
};

export const OPTIONS = {
  ...SERVICE_OPTIONS,
  'app-id': 'text',
  'app-key': 'reference',
  'app-installation': 'text',
} as const satisfies OptionForms;

/** The names that the pair has there. */
export type PairNames =
  /** Two secrets; neither can be read. */
  | { readonly form: 'secrets'; readonly id: string; readonly secret: string }
  /** The ID in a variable, which can be read; it is no secret. */
  | { readonly form: 'variable'; readonly id: string; readonly secret: string }
  /** One secret with both, as JSON: the only form that is written at once. */
  | { readonly form: 'object'; readonly secret: string };

const USUAL = {
  form: 'secrets',
  id: 'AWS_ACCESS_KEY_ID',
  secret: 'AWS_SECRET_ACCESS_KEY',
} as const;

/** Names of users and organizations, with the underscore of managed users. */
const OWNER = /^[A-Za-z\d](?:[\w-]{0,98}[A-Za-z\d])?$/;
const REPOSITORY = /^(?!\.{1,2}$)[\w.-]{1,100}$/;
/** GitHub keeps the names that begin so for itself, and capitals and small letters are one to it. */
const NAME = /^(?!GITHUB_)[A-Z_]\w{0,254}$/i;

const NAMES_TAKEN =
  'behind # two names of secrets (ID_NAME,SECRET_NAME), vars.ID_NAME,SECRET_NAME for the key ID in a variable, or one name for both halves as JSON';

export function ruleOf(store: Store): PlaceRule {
  const { isOfOrganization, service } = store;
  const where = isOfOrganization
    ? 'the name of an organization'
    : `OWNER/REPO${service === 'actions' ? ', with :ENVIRONMENT behind it for the secrets of an environment (# ? { } and % as in a URL)' : ''}`;
  return {
    example: isOfOrganization
      ? 'acme#{user}_ID,{user}_SECRET'
      : `acme/{user}${service === 'actions' ? ':production' : ''}`,
    noun: isOfOrganization ? 'an organization with secrets' : 'a repository with secrets',
    takes: `${where}, and ${NAMES_TAKEN}`,
    isWhole: true,
    isName: (text) => githubPlaceAt(text, store) !== undefined,
    faultIn: (text) => optionsFault(text, OPTIONS),
  };
}

/** Undefined for a text that names no place of the store. */
export function githubPlaceAt(whole: string, store: Store): GithubPlace | undefined {
  const read = readOptions(whole, OPTIONS);
  if (typeof read === 'string') return undefined;
  const at = barePlaceAt(read.text, store);
  return at && { ...at, options: read.options };
}

function barePlaceAt(text: string, store: Store): Omit<GithubPlace, 'options'> | undefined {
  const [, whole = '', names] = /^([^#]*)(?:#(.*))?$/s.exec(text) ?? [];
  const pair = names === undefined ? USUAL : pairNamed(names, store);
  if (pair === undefined) return undefined;
  if (store.isOfOrganization) return OWNER.test(whole) ? { owner: whole, pair } : undefined;
  const [, owner = '', repo = '', environment] = /^([^/]*)\/([^/:]*)(?::(.*))?$/s.exec(whole) ?? [];
  if (!OWNER.test(owner) || !REPOSITORY.test(repo)) return undefined;
  if (environment === undefined) return { owner, repo, pair };
  const name = nameWritten(environment);
  if (name === undefined || !/^[^\p{Cc}]{1,255}$/u.test(name) || name.trim() === '')
    return undefined;
  return store.service === 'actions' ? { owner, repo, environment: name, pair } : undefined;
}

function pairNamed(text: string, { service }: Store): PairNames | undefined {
  const [first = '', second, ...more] = text.split(',').map((name) => name.trim());
  const [, prefix, name = ''] = /^(vars\.)?(.*)$/is.exec(first) ?? [];
  const isVariable = prefix !== undefined;
  if (more.length > 0 || !NAME.test(name)) return undefined;
  const id = name.toUpperCase();
  if (second === undefined) return isVariable ? undefined : { form: 'object', secret: id };
  const secret = second.toUpperCase();
  if (!NAME.test(second) || (!isVariable && id === secret)) return undefined;
  if (isVariable) return service === 'actions' ? { form: 'variable', id, secret } : undefined;
  return { form: 'secrets', id, secret };
}

export function placeOfGithub({ options, ...at }: GithubPlace): string {
  return writeOptions({ text: `${ownedBy(at)}${namesOf(at.pair)}`, options }, OPTIONS);
}

export function ownedBy({ owner, repo, environment }: Omit<GithubPlace, 'options'>): string {
  const where = repo === undefined ? owner : `${owner}/${repo}`;
  return environment === undefined ? where : `${where}:${writtenName(environment)}`;
}

/** What stands behind the place; empty for the usual names. */
function namesOf(pair: PairNames): string {
  if (pair.form === 'object') return `#${pair.secret}`;
  if (pair.form === 'variable') return `#vars.${pair.id},${pair.secret}`;
  return pair.id === USUAL.id && pair.secret === USUAL.secret ? '' : `#${pair.id},${pair.secret}`;
}

/** In one spelling: names are capitals, as GitHub keeps them. Throws `not-deliverable`. */
export function placeInStore(store: Store, template: string, facts: PlaceFacts): string {
  const text = placeFor(template, facts, ruleOf(store));
  const place = githubPlaceAt(text, store);
  return place === undefined ? text : placeOfGithub(place);
}

/** Each secret and variable by itself: two users may have different ones in one repository. */
export function thingsAtGithub({ place }: JournaledTarget, store: Store): readonly string[] {
  const at = githubPlaceAt(place, store);
  if (at === undefined) return [place];
  const { pair } = at;
  // Capitals and small letters are one to GitHub in names of owners and repositories too.
  const { environment, ...owned } = at;
  const small = ownedBy(owned).toLowerCase();
  const named = environment === undefined ? small : `${small}:${writtenName(environment)}`;
  const where = `${serviceWords(at.options, USUAL_NAMES)}${named}`;
  if (pair.form === 'object') return [`${where}#${pair.secret}`];
  const id = pair.form === 'variable' ? `vars.${pair.id}` : pair.id;
  return [`${where}#${id}`, `${where}#${pair.secret}`];
}
