// Names of places as an operator writes them: `app/{account}/{user}`.

import { KeyturnError } from '../base/errors.ts';
import { command } from '../base/hint.ts';
import { flagWords } from '../base/shell-words.ts';
import { readWay, wayFault } from './entrance.ts';
import { pairFieldsFault } from './pair-fields.ts';

/** What the names of one kind may be. */
export interface PlaceRule {
  readonly example: string;
  /** Ends the sentence "a secret name takes …". */
  readonly takes: string;
  readonly noun: string;
  readonly isName: (name: string) => boolean;
  /** What exactly is wrong with a name that is none; never quotes what may be a credential. */
  readonly faultIn?: (name: string) => string | undefined;
  /** Whether the name is all that stands behind `KIND=`: neither a second name nor fields follow. */
  readonly isWhole?: boolean;
  /** Whether the way to it may stand behind #: a role, a region. */
  readonly hasWay?: boolean;
  /** Whether that may name a tier. */
  readonly hasTier?: boolean;
}

/** What a place for one user can be made from. */
export interface PlaceFacts {
  readonly account: string;
  readonly user: string;
  /** The AWS region of the run. */
  readonly region: string;
  /** What ~ stands for; undefined for a caller without a home. */
  readonly home?: string | undefined;
}

/** Facts that fit everywhere, to judge a template before any are known. */
export const SAMPLE_FACTS: PlaceFacts = {
  account: '123456789012',
  user: 'user',
  region: 'us-east-1',
  home: '/home/user',
};

const PLACEHOLDER = /\{(\w*)\}/g;

export function expandPlace(template: string, facts: PlaceFacts): string {
  return template.replaceAll('{account}', facts.account).replaceAll('{user}', facts.user);
}

/** The template of a name, with {user} wherever the user's name stands in it as a word of its own. */
export function withUser(name: string, user: string): string {
  const word = user.replaceAll(/[^\w]/g, '\\$&');
  return name.replaceAll(new RegExp(`(?<![A-Za-z\\d%])${word}(?![A-Za-z\\d])`, 'g'), '{user}');
}

/** Whether the name of the user would lead to another folder: IAM allows users named `.` and `..`. */
export function leadsElsewhere(template: string, { user }: PlaceFacts): boolean {
  const isStep = user === '.' || user === '..';
  return isStep && template.split(/[/\\]/).includes('{user}');
}

/** What a template is made of: one name or several, and the fields behind `#`. */
export interface TemplateParts {
  readonly names: readonly string[];
  readonly fields: string | undefined;
}

export function partsOf(template: string): TemplateParts {
  const [names = '', ...fields] = template.split('#');
  return {
    names: names.split(',').map((name) => name.trim()),
    fields: fields.length === 0 ? undefined : fields.join('#'),
  };
}

function partsUnder({ isWhole = false }: PlaceRule, template: string): TemplateParts {
  return isWhole ? { names: [template], fields: undefined } : partsOf(template);
}

/** Whether no two users can share anything that it names. */
export function isPerUser(template: string, rule: PlaceRule): boolean {
  return partsUnder(rule, template).names.every((name) => name.includes('{user}'));
}

/** What is wrong with a template, whoever the users will be; undefined when nothing is. */
export function templateFault(template: string, rule: PlaceRule): string | undefined {
  const { names, fields } = partsUnder(rule, template);
  for (const [placeholder, name] of names.join().matchAll(PLACEHOLDER)) {
    if (name !== 'account' && name !== 'user') {
      return `${placeholder} is not known; {account} and {user} are`;
    }
  }
  const index = names.findIndex((name) => !rule.isName(expandPlace(name, SAMPLE_FACTS)));
  const name = names[index];
  if (name === '')
    return `the ${names.length > 1 ? `${ORDINALS[index] ?? ''} ` : ''}name is missing`;
  const fault = name === undefined ? undefined : rule.faultIn?.(expandPlace(name, SAMPLE_FACTS));
  if (fault !== undefined) return fault;
  if (name !== undefined) {
    return `${quotedPlace(name)} is none: ${rule.noun} takes ${rule.takes}`;
  }
  const { hasWay = false, hasTier = false } = rule;
  if (!hasWay || fields === undefined) return formFault(names, fields);
  return (
    wayFault(fields, { hasTier }) ?? formFault(names, fields === '' ? '' : readWay(fields).fields)
  );
}

/** Without options, of which one may hold what is no reference to a credential but the credential. */
export function quotedPlace(text: string): string {
  return JSON.stringify(text.replace(/\?.*$/s, '?…'));
}

const ORDINALS = ['first', 'second', 'third'];

function formFault(names: readonly string[], fields: string | undefined): string | undefined {
  if (names.length > 2) return 'two names, one for the key ID and one for the secret, are the most';
  if (new Set(names).size < names.length) return 'key ID and secret have one name';
  if (fields === undefined) return undefined;
  if (names.length > 1) return 'fields are named of one place, not of two';
  const fault = pairFieldsFault(fields);
  return fault && `behind # stand two fields, and ${fault}`;
}

/**
 * The place for one user. IAM allows characters in user names that other services do not; leaving
 * them out could give two users one place, so such a user is refused: `not-deliverable`.
 */
export function placeFor(template: string, facts: PlaceFacts, rule: PlaceRule): string {
  const name = expandPlace(template, facts);
  if (rule.isName(name)) return name;
  throw unfit(template, facts, rule);
}

/** Of a template that makes no name for the user: `not-deliverable`. */
export function unfit(template: string, facts: PlaceFacts, rule: PlaceRule): KeyturnError {
  const name = quotedPlace(expandPlace(template, facts));
  const { user } = facts;
  return new KeyturnError(
    'not-deliverable',
    `${name} cannot be ${rule.noun}, which takes ${rule.takes}`,
    {
      hint: [
        `rotate ${user} in a run of its own, to a name without {user}; add:`,
        command(...flagWords('--user', user)),
      ],
    },
  );
}
