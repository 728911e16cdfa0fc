// Places as a configuration writes them: `github={tag:repo}:production`. The address is read first and
// values are put into its parts: a value that could begin another part is refused, so nobody's tag or name
// moves a secret to another place.

import { KeyturnError } from '../base/errors.ts';
import { withoutReferences } from '../destinations/way-there.ts';
import type { FaultCode } from './fault.ts';
import type { ConfiguredPlace } from './place-item.ts';

export interface TemplateFacts {
  readonly account: string;
  /** Undefined where nobody told it. */
  readonly accountName: string | undefined;
  readonly user: string;
  readonly tags: Readonly<Record<string, string>>;
}

interface BraceFault {
  readonly code: FaultCode;
  readonly message: string;
  readonly index: number;
}

export const PLACEHOLDER = /\{(account|account_name|user|region|tag:[^{}|]+)((?:\|[a-z]+)*)\}/g;
const KNOWN =
  '{account}, {account_name}, {user}, {region} and {tag:NAME}, each also with |lower, |slug or |env';
/** What may stand behind `|` in a placeholder. */
export const FILTERS: Readonly<Record<string, (text: string) => string>> = {
  lower: (text) => text.toLowerCase(),
  slug: (text) =>
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, ''),
  env: (text) =>
    text
      .toUpperCase()
      .replaceAll(/[^A-Z0-9]+/g, '_')
      .replaceAll(/^(?=\d)/g, '_'),
};

/** The names of the tags that the place is made from. */
export function tagsOf(text: string): readonly { readonly name: string; readonly index: number }[] {
  return [...text.matchAll(PLACEHOLDER)].flatMap(({ 1: word = '', index }) =>
    word.startsWith('tag:') ? [{ name: word.slice(4), index }] : [],
  );
}

/** Whether two users may have one place of it: a filter loses characters, and a tag may be on several. */
export function isLossy(template: string): boolean {
  const words = [...template.matchAll(PLACEHOLDER)].filter(
    ({ 1: word = '' }) => word === 'user' || word.startsWith('tag:'),
  );
  return words.length > 0 && !words.some(([whole]) => whole === '{user}');
}

/** Braces that are no placeholder, with the place of the first. */
export function braceFault(text: string): BraceFault | undefined {
  // A reference to a credential has braces of its own.
  const bare = withoutReferences(text);
  const rest = bare.replaceAll(PLACEHOLDER, (whole) => ' '.repeat(whole.length));
  const index = rest.search(/[{}]/);
  if (index < 0) return filterFault(text);
  const end = rest.indexOf('}', index);
  const whole = rest[index] === '{' && end > index ? text.slice(index, end + 1) : undefined;
  const message =
    whole === undefined
      ? 'this brace has no partner'
      : `"${whole}" is not known; known are ${KNOWN}`;
  return { code: 'bad-value', message, index };
}

function filterFault(text: string): BraceFault | undefined {
  for (const { 0: whole, 2: filters = '', index } of text.matchAll(PLACEHOLDER)) {
    const unknown = filters.split('|').find((name) => name !== '' && !Object.hasOwn(FILTERS, name));
    if (unknown === undefined) continue;
    const message = `"${whole}" is not known: the filters are |lower, |slug and |env, not |${unknown}`;
    return { code: 'bad-value', message, index };
  }
  return undefined;
}

const SAMPLE = 'value';

/** With a word in the place of each placeholder that no kind fills in itself. */
export function sampled(template: string): string {
  return template.replaceAll(PLACEHOLDER, (whole) => (isPlain(whole) ? whole : SAMPLE));
}

/** The two that a kind puts in itself, judging the whole name then. */
function isPlain(whole: string): boolean {
  return whole === '{user}' || whole === '{account}';
}

/**
 * The template for one user, in which at most {account} and {user} are left. Throws `not-deliverable` for a
 * value that is missing, or could not stay in its part.
 */
export function filledIn(
  { template, kind }: ConfiguredPlace,
  facts: TemplateFacts,
  region: string,
): string {
  return template.replaceAll(PLACEHOLDER, (whole, word: string, filters: string) => {
    if (isPlain(whole)) return whole;
    const value = wordFor(word, facts, region);
    if (value === undefined)
      throw refused(`${kind}=${template}`, whole, facts.user, 'has no value');
    const names = filters.split('|').filter((name) => name !== '');
    const filled = names.reduce((text, name) => FILTERS[name]?.(text) ?? text, value);
    const fault = partFault(filled);
    if (fault === undefined) return filled;
    throw refused(
      `${kind}=${template}`,
      whole,
      facts.user,
      `is ${JSON.stringify(filled)}, which ${fault}`,
    );
  });
}

/** What is wrong with the placeholders of a word that may have braces of its own. */
export function wordFault(text: string): BraceFault | undefined {
  const rest = text.replaceAll(PLACEHOLDER, (whole) => ' '.repeat(whole.length));
  const [whole] = /\{[A-Za-z_]+(?::[^{}|\s"']+)?(?:\|[a-z]+)*\}/.exec(rest) ?? [];
  if (whole === undefined) return filterFault(text);
  const index = rest.indexOf(whole);
  return { code: 'bad-value', message: `"${whole}" is not known; known are ${KNOWN}`, index };
}

/**
 * A word of a program or a URL for one user. Throws `not-deliverable` for a value that is missing, that could lead
 * elsewhere, or that would begin a word as an option does.
 */
export function filledWord(
  text: string,
  facts: TemplateFacts,
  {
    region,
    encode = (value) => value,
  }: { readonly region: string; readonly encode?: (value: string) => string },
): string {
  const filled = text.replaceAll(PLACEHOLDER, (whole, word: string, filters: string) => {
    const value = wordFor(word, facts, region);
    if (value === undefined) throw refused(text, whole, facts.user, 'has no value');
    const names = filters.split('|').filter((name) => name !== '');
    const made = names.reduce((one, name) => FILTERS[name]?.(one) ?? one, value);
    // Names of users have "=" and "," too, which mean nothing in a word of its own.
    const fault = partFault(made.replaceAll(/[=,]/g, '_'));
    if (fault !== undefined) {
      throw refused(text, whole, facts.user, `is ${JSON.stringify(made)}, which ${fault}`);
    }
    return encode(made);
  });
  if (!filled.startsWith('-') || text.startsWith('-')) return filled;
  throw refused(text, text, facts.user, `is ${JSON.stringify(filled)}, which is an option`);
}

function wordFor(word: string, facts: TemplateFacts, region: string): string | undefined {
  if (word.startsWith('tag:')) {
    const name = word.slice(4);
    return Object.hasOwn(facts.tags, name) ? facts.tags[name] : undefined;
  }
  if (word === 'account') return facts.account;
  if (word === 'account_name') return facts.accountName;
  return word === 'region' ? region : facts.user;
}

function partFault(value: string): string | undefined {
  if (value === '') return 'is empty';
  if (!/^[\w.@+/-]+$/.test(value)) return 'has more than letters, digits and ._@+/-';
  const isStray = value.split('/').some((part) => part === '' || part === '.' || part === '..');
  return isStray ? 'leads out of its part of the place' : undefined;
}

function refused(place: string, whole: string, user: string, what: string): KeyturnError {
  return new KeyturnError('not-deliverable', `${place} does not fit ${user}: ${whole} ${what}`, {
    hint: `set what it is made from, or write the placeholder with a filter: ${whole.replace('}', '|slug}')}`,
  });
}
