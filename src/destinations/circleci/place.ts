// Where environment variables of CircleCI are: a project (`gh/acme/app`) or a context of an organization
// (`gh/acme/deploy`), with the names behind `#` when they are not the usual two.

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
  readonly options: PlaceOptions;
}

/** Those of CircleCI's own clients, behind one of ours. */
export const USUAL_NAMES: UsualNames = {
  service: 'CircleCI',
  home: 'https://circleci.com',
  tail: '/api/v2',
  addresses: ['CIRCLECI_HOST', 'CIRCLECI_CLI_HOST', 'CIRCLE_URL'],
  tokens: ['KEYTURN_CIRCLECI_TOKEN', 'CIRCLECI_CLI_TOKEN', 'CIRCLE_TOKEN'],
};

const PROJECT = /^((?:gh|github|bb|bitbucket|circleci)\/[\w.-]{1,100})\/([\w.-]{1,100})$/;
const CONTEXT = /^((?:gh|github|bb|bitbucket|circleci)\/[\w.-]{1,100})\/(.+)$/s;
/** Names of contexts may have blanks, and whatever else people write. */
const CONTEXT_NAME = /^(?! )[^\p{Cc}]{1,300}(?<! )$/u;
const CONTEXT_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
const NAME = /^[A-Za-z_]\w{0,299}$/;

export function ruleOf({ are }: Holders): PlaceRule {
  const isProject = are === 'projects';
  return {
    example: isProject ? 'gh/acme/{user}' : 'gh/acme/{user}-deploy',
    noun: isProject ? 'a project of CircleCI' : 'a context of CircleCI',
    takes: `${isProject ? 'its slug (gh/ORG/REPO, circleci/ORG_ID/PROJECT_ID)' : 'gh/ORG/NAME, circleci/ORG_ID/NAME (# ? { } and % as in a URL) or its ID'}, and behind # two names of variables, or one for both halves as JSON`,
    isWhole: true,
    isName: (text) => circlePlaceAt(text, { kind: '', are }) !== undefined,
    faultIn: (text) => optionsFault(text, SERVICE_OPTIONS),
  };
}

/** Undefined for a text that names no place. */
export function circlePlaceAt(written: string, { are }: Holders): CirclePlace | undefined {
  const read = readOptions(written, SERVICE_OPTIONS);
  if (typeof read === 'string') return undefined;
  const { text, options } = read;
  const [, whole = '', names] = /^([^#]*)(?:#(.*))?$/s.exec(text) ?? [];
  const pair = variablesNamed(names, NAME);
  if (pair === undefined) return undefined;
  if (are === 'contexts' && CONTEXT_ID.test(whole)) {
    return { organization: '', name: whole, pair, options };
  }
  const [, organization, coded = ''] = (are === 'projects' ? PROJECT : CONTEXT).exec(whole) ?? [];
  const name = nameWritten(coded);
  if (organization === undefined || name === undefined || !CONTEXT_NAME.test(name))
    return undefined;
  return { organization, name, pair, options };
}

export function placeOfCircle(at: CirclePlace): string {
  const text = `${holderOf(at)}${writtenNames(at.pair)}`;
  return writeOptions({ text, options: at.options }, SERVICE_OPTIONS);
}

/** The project or context, without the names of variables. */
export function holderOf({ organization, name }: CirclePlace): string {
  return organization === '' ? name : `${organization}/${writtenName(name)}`;
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
  const where = `${serviceWords(at.options, USUAL_NAMES)}${holder}`;
  return namesOf(at.pair).map((name) => `${where}#${name}`);
}
