// Places as a configuration writes them: `github={tag:repo}:production`. The address is read first and
// values are put into its parts: a value that could begin another part is refused, so nobody's tag or name
// moves a secret to another place.

import { closest } from '../base/closest.ts';
import { KeyturnError } from '../base/errors.ts';
import type { DestinationKind } from '../destinations/kind.ts';
import { OFFERED_KINDS, wordOf } from '../destinations/kinds.ts';
import { templateFault } from '../destinations/place.ts';
import type { FaultCode } from './fault.ts';
import type { DeliverItem } from './model.ts';

/** One place, read. */
export interface ConfiguredPlace {
  readonly kind: string;
  /** Behind the `=`, with placeholders. */
  readonly template: string;
  /** Undefined for that of the run. */
  readonly region: string | undefined;
  readonly createsMissing: boolean;
}

export interface TemplateFacts {
  readonly account: string;
  /** Undefined where nobody told it. */
  readonly accountName: string | undefined;
  readonly user: string;
  readonly tags: Readonly<Record<string, string>>;
}

interface PlaceFault {
  readonly code: FaultCode;
  readonly message: string;
  readonly index?: number;
}

const PLACEHOLDER = /\{(account|account_name|user|region|tag:[^{}|]+)((?:\|[a-z]+)*)\}/g;
const KNOWN =
  '{account}, {account_name}, {user}, {region} and {tag:NAME}, each also with |lower, |slug or |env';
const FILTERS: Readonly<Record<string, (text: string) => string>> = {
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

/** What the operator wrote as one text, whichever of the two forms it has. */
export function textOf(item: DeliverItem): string {
  return typeof item === 'string' ? item : item.to;
}

/** Reads a place that has no fault. */
export function readPlace(item: DeliverItem): ConfiguredPlace {
  const text = textOf(item);
  const at = text.indexOf('=');
  const kind = at < 0 ? text : text.slice(0, at);
  const template = at < 0 ? '' : text.slice(at + 1);
  if (typeof item === 'string') return { kind, template, region: undefined, createsMissing: false };
  const { id, secret, region, create_missing: createsMissing = false } = item;
  const fields = id === undefined || secret === undefined ? '' : `#id=${id},secret=${secret}`;
  return { kind, template: template + fields, region, createsMissing };
}

/** The names of the tags that the place is made from. */
export function tagsOf(text: string): readonly { readonly name: string; readonly index: number }[] {
  return [...text.matchAll(PLACEHOLDER)].flatMap(({ 1: word = '', index }) =>
    word.startsWith('tag:') ? [{ name: word.slice(4), index }] : [],
  );
}

/** Whether nothing in it differs between two users of an account. */
export function isSharedByAll(text: string): boolean {
  const needsNoPlace = OFFERED_KINDS.some(({ name, rule }) => rule === undefined && name === text);
  return !needsNoPlace && !/\{(?:user|tag:)/.test(text);
}

export function placeFault(item: DeliverItem): PlaceFault | undefined {
  const text = textOf(item);
  const bad = (message: string, index?: number): PlaceFault => ({
    code: 'bad-value',
    message,
    ...(index !== undefined && { index }),
  });
  const word = text.split('=', 1)[0] ?? '';
  const kind = OFFERED_KINDS.find(({ name }) => name === word);
  if (kind === undefined) return bad(unknownKind(word));
  const secret = text.indexOf('${');
  if (secret >= 0)
    return bad(
      '"${" is not read in a place: where a secret goes does not depend on the environment',
      secret,
    );
  const brace = braceFault(text);
  if (brace !== undefined) return brace;
  const second = secondPlace(text);
  if (second >= 0) return bad('two places in one text; each is an item of its own', second);
  return formFault(item, kind);
}

function unknownKind(word: string): string {
  const names = OFFERED_KINDS.map(({ name }) => name);
  const near = closest(word, names);
  const is = `"${word}" is no kind of place`;
  const meant = near === undefined ? '' : `did you mean "${near}"? `;
  return `${is}; ${meant}The kinds are ${names.join(', ')}`;
}

/** Braces that are no placeholder, with the place of the first. */
function braceFault(text: string): PlaceFault | undefined {
  const rest = text.replaceAll(PLACEHOLDER, (whole) => ' '.repeat(whole.length));
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

function filterFault(text: string): PlaceFault | undefined {
  for (const { 0: whole, 2: filters = '', index } of text.matchAll(PLACEHOLDER)) {
    const unknown = filters.split('|').find((name) => name !== '' && !Object.hasOwn(FILTERS, name));
    if (unknown === undefined) continue;
    const message = `"${whole}" is not known: the filters are |lower, |slug and |env, not |${unknown}`;
    return { code: 'bad-value', message, index };
  }
  return undefined;
}

/** Where a second place begins in a text that is one. */
function secondPlace(text: string): number {
  const words = OFFERED_KINDS.map(({ name }) => name).join('|');
  return text.search(new RegExp(`,(?=\\s*(?:${words})\\s*(?:=|,|$))`));
}

const SAMPLE = 'value';

function formFault(item: DeliverItem, kind: DestinationKind): PlaceFault | undefined {
  const bad = (message: string): PlaceFault => ({ code: 'bad-value', message });
  const { rule } = kind;
  const text = textOf(item);
  const isObject = typeof item !== 'string';
  if (isObject && (item.id === undefined) !== (item.secret === undefined)) {
    return bad('"id" and "secret" name the two fields, and one of them is missing');
  }
  const hasFields = isObject && item.id !== undefined;
  if (rule === undefined) {
    if (text !== kind.name) return bad(`"${kind.name}" has no name behind it`);
    const idle =
      isObject && (hasFields || item.region !== undefined || item.create_missing === true);
    return idle ? bad(`"${kind.name}" takes no fields, region or create_missing`) : undefined;
  }
  if (hasFields && (rule.isWhole === true || text.includes('#'))) {
    return bad(`"${kind.name}" names its fields in "to", such as ${kind.name}=${rule.example}`);
  }
  if (
    isObject &&
    kind.makesPlaces !== true &&
    (item.create_missing === true || item.region !== undefined)
  ) {
    return bad(
      `"create_missing" and "region" are for secrets-manager and ssm, not for "${kind.name}"`,
    );
  }
  const { template } = readPlace(item);
  if (template === '')
    return bad(
      `"${text}" lacks its name; a place is ${wordOf(kind)}, such as ${kind.name}=${rule.example}`,
    );
  const whole = sampled(template);
  const fault = templateFault(whole, rule) ?? kind.formFault?.(whole, undefined);
  return fault === undefined ? undefined : bad(`"${text}" is no place: ${fault}`);
}

function sampled(template: string): string {
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
export function wordFault(text: string): PlaceFault | undefined {
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
