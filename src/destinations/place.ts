// Names of places as an operator writes them: `app/{account}/{user}`.

import { KeyturnError } from '../base/errors.ts';

/** What the names of one kind may be. */
export interface PlaceRule {
  readonly example: string;
  /** Ends the sentence "a secret name takes …". */
  readonly takes: string;
  readonly noun: string;
  readonly isName: (name: string) => boolean;
}

/** What a place for one user can be made from. */
export interface PlaceFacts {
  readonly account: string;
  readonly user: string;
  /** The AWS region of the run. */
  readonly region: string;
}

/** Facts that fit everywhere, to judge a template before any are known. */
export const SAMPLE_FACTS: PlaceFacts = {
  account: '123456789012',
  user: 'user',
  region: 'us-east-1',
};

const PLACEHOLDER = /\{(\w*)\}/g;

export function expandPlace(template: string, facts: PlaceFacts): string {
  return template.replaceAll('{account}', facts.account).replaceAll('{user}', facts.user);
}

export function isPerUser(template: string): boolean {
  return template.includes('{user}');
}

/** What is wrong with a template, whoever the users will be; undefined when nothing is. */
export function templateFault(template: string, rule: PlaceRule): string | undefined {
  for (const [placeholder, name] of template.matchAll(PLACEHOLDER)) {
    if (name !== 'account' && name !== 'user') {
      return `${placeholder} is not known; {account} and {user} are`;
    }
  }
  return rule.isName(expandPlace(template, SAMPLE_FACTS))
    ? undefined
    : `${rule.noun} takes ${rule.takes}`;
}

/**
 * The place for one user. IAM allows characters in user names that other services do not; leaving
 * them out could give two users one place, so such a user is refused: `not-deliverable`.
 */
export function placeFor(template: string, facts: PlaceFacts, rule: PlaceRule): string {
  const name = expandPlace(template, facts);
  if (rule.isName(name)) return name;
  throw new KeyturnError(
    'not-deliverable',
    `${JSON.stringify(name)} can not be ${rule.noun}, which takes ${rule.takes}`,
    {
      hint: `rotate ${facts.user} in a run of its own: --user ${facts.user}, and a name without {user}`,
    },
  );
}
