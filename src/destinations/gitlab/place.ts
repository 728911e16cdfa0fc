// Where CI/CD variables of GitLab are: `acme/app`, `acme/app@production` or `acme/backend`, with the names behind
// `#` when they are not the usual two.

import type { JournaledTarget } from '../../lifecycle/record.ts';
import { type PlaceFacts, type PlaceRule, placeFor } from '../place.ts';
import { readOptions, writeOptions } from '../place-options.ts';
import {
  optionsFault,
  type PlaceOptions,
  SERVICE_OPTIONS,
  serviceWords,
  type UsualNames,
} from '../service-place.ts';
import { namesOf, type VariableNames, variablesNamed, writtenNames } from '../variable-names.ts';
import { nameWritten, writtenName } from '../written-name.ts';

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
  readonly options: PlaceOptions;
}

/** The host that the operator names, as glab takes it, goes before that of the CI job. */
export const USUAL_NAMES: UsualNames = {
  service: 'GitLab',
  home: 'https://gitlab.com',
  tail: '/api/v4',
  addresses: ['GITLAB_HOST', 'CI_API_V4_URL'],
  tokens: ['KEYTURN_GITLAB_TOKEN', 'GITLAB_TOKEN'],
};

/** Where a variable is read that names no environment. */
export const EVERYWHERE = '*';

/** GitLab's bounds for a part of a path (lib/gitlab/path_regex.rb): no dash before it, and none of these endings. */
const PART = /^(?!\.{1,2}$)(?!.*\.(?:git|atom)$)[\w.][\w.-]{0,254}$/;
const NAME = /^[A-Za-z\d_]{1,255}$/;
/** Letters, digits, blanks and -_/${}.* are what GitLab takes in a scope. */
const SCOPE = /^[\w\-/${}. *]{1,255}$/;

export function ruleOf({ are }: Owners): PlaceRule {
  const isProject = are === 'projects';
  return {
    example: isProject ? 'acme/{user}@production' : 'acme/{user}',
    noun: isProject ? 'a project with variables' : 'a group with variables',
    takes: `the path${isProject ? ' (GROUP/PROJECT)' : ''} or the number, with @ENVIRONMENT behind it for a scope (%7B for a brace), and behind # two names of variables, or one of a variable with a JSON object`,
    isWhole: true,
    isName: (text) => gitlabPlaceAt(text, { kind: '', are }) !== undefined,
    faultIn: (text) => optionsFault(text, SERVICE_OPTIONS),
  };
}

/** Undefined for a text that names no place. */
export function gitlabPlaceAt(whole: string, { are }: Owners): GitlabPlace | undefined {
  const read = readOptions(whole, SERVICE_OPTIONS);
  if (typeof read === 'string') return undefined;
  const { text, options } = read;
  const [, path = '', written, names] = /^([^@#]*)(?:@([^#]*))?(?:#(.*))?$/s.exec(text) ?? [];
  const scope = written === undefined ? undefined : nameWritten(written);
  const pair = variablesNamed(names, NAME);
  if (pair === undefined || !isPath(path, are)) return undefined;
  if (written !== undefined && !(scope !== undefined && SCOPE.test(scope))) return undefined;
  return { path, scope, pair, options };
}

function isPath(path: string, are: Owners['are']): boolean {
  if (/^\d{1,18}$/.test(path)) return true;
  const parts = path.split('/');
  // A project is always in a namespace.
  return parts.length >= (are === 'projects' ? 2 : 1) && parts.every((part) => PART.test(part));
}

export function placeOfGitlab({ path, scope, pair, options }: GitlabPlace): string {
  const text = `${path}${scope === undefined ? '' : `@${writtenName(scope)}`}${writtenNames(pair)}`;
  return writeOptions({ text, options }, SERVICE_OPTIONS);
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
  const path = `${serviceWords(at.options, USUAL_NAMES)}${at.path.toLowerCase()}`;
  const where = `${path}@${writtenName(at.scope ?? EVERYWHERE)}`;
  return namesOf(at.pair).map((name) => `${where}#${name}`);
}
