// A pair that stands under names which keyturn does not know: whether there seems to be one, and how the
// operator can name its fields.

import type { Hint } from '../base/hint.ts';
import { looksLikeKeyId } from '../base/key-id-text.ts';
import { deliveringTo } from '../base/settings-words.ts';
import { fieldsOf } from './json-fields.ts';
import { type PairFields, writePairFields } from './pair-fields.ts';

/** Forty characters of base64 as AWS draws them; what is all hexadecimal is a hash of something. */
export function looksLikeSecret(text: string): boolean {
  const isDrawn = /^[A-Za-z\d+/]{40}$/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text);
  return isDrawn && !/^[\da-f]+$/i.test(text);
}

/**
 * Whether something that looks like a secret of AWS's, by what it is and by its name, stands in the object
 * that the pair goes into, and not in the pair's own field.
 */
export function hasLoneSecret(json: string, { id, secret }: PairFields): boolean {
  const own = secret.at(-1);
  return (fieldsOf(objectAt(json, id.slice(0, -1))) ?? []).some(
    ({ name, text = '' }) =>
      name !== own && looksLikeSecret(text.trim()) && /secret|access|aws/i.test(name),
  );
}

/** The field beside the pair that makes it one of a session; undefined when there is none, or an empty one. */
export function sessionTokenBeside(json: string, { id }: PairFields): string | undefined {
  return (fieldsOf(objectAt(json, id.slice(0, -1))) ?? []).find(
    ({ name, text = '' }) =>
      /^(?:aws_?)?(?:session|security)_?token$/i.test(name) && text.trim() !== '',
  )?.name;
}

function objectAt(json: string, path: readonly string[]): string {
  const [name, ...below] = path;
  if (name === undefined) return json;
  const found = fieldsOf(json)?.find((field) => field.name === name);
  return found === undefined ? '{}' : objectAt(json.slice(found.start, found.end), below);
}

export interface NamedPlace {
  readonly deliverAs: string;
  readonly fields?: PairFields | undefined;
  /** The same with the fields of the pair, where they are written otherwise than `#id=ID,secret=SECRET`. */
  readonly deliverWith?: (fields: PairFields) => string;
}

/** How to go on: with the fields by their names, where one pair can be made out. */
export function namesHint(json: string, place: NamedPlace): Hint {
  const { deliverAs, fields } = place;
  const { deliverWith = (own) => `${deliverAs}#${writePairFields(own)}` } = place;
  const pairs = pairsIn(json, []);
  const [only, other] = pairs;
  const isNew = only !== undefined && other === undefined && !isSame(only, fields);
  if (isNew && isPlain(only)) {
    return ['name the fields that are read:', deliveringTo(deliverWith(only))];
  }
  return [
    'keep one pair in it, in two fields of its own, and take the other traces out; fields with other names are named so:',
    deliveringTo(deliverWith({ id: ['access_key'], secret: ['secret_key'] })),
  ];
}

/** Pairs of fields of one object, of which one holds a key ID and the other a secret. */
function pairsIn(json: string, parents: readonly string[]): PairFields[] {
  const found: PairFields[] = [];
  const fields = fieldsOf(json) ?? [];
  const named = (is: (text: string) => boolean) =>
    fields.filter(({ text }) => text !== undefined && is(text.trim())).map(({ name }) => name);
  const [id, otherId] = named(looksLikeKeyId);
  const [secret, otherSecret] = named(looksLikeSecret);
  if (id !== undefined && secret !== undefined && !otherId && !otherSecret) {
    const [first = id, ...more] = parents;
    const path = (last: string) =>
      parents.length === 0 ? ([last] as const) : ([first, ...more, last] as const);
    found.push({ id: path(id), secret: path(secret) });
  }
  for (const { name, text, start, end } of fields) {
    if (text === undefined) found.push(...pairsIn(json.slice(start, end), [...parents, name]));
  }
  return found;
}

/** A name is content as well: only one that is plainly a name is told (I8). */
function isPlain({ id, secret }: PairFields): boolean {
  return [...id, ...secret].every((name) => /^[\w-]{1,40}$/.test(name) && !looksLikeSecret(name));
}

function isSame(one: PairFields, other: PairFields | undefined): boolean {
  return other !== undefined && writePairFields(one) === writePairFields(other);
}
