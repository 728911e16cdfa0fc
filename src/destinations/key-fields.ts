// A key pair as two fields of a JSON object: those that the operator names, or those whose names the
// object uses already.

import { KeyturnError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import { fieldsOf, type JsonField, textAt, withField, withTextAt } from './json-fields.ts';
import { type PairFields, writePath } from './pair-fields.ts';

/** The names that are known, in pairs; the first is used where an object has none of them. */
export const FIELD_NAMES = [
  ['AccessKeyId', 'SecretAccessKey'],
  ['accessKeyId', 'secretAccessKey'],
  ['access_key_id', 'secret_access_key'],
  ['aws_access_key_id', 'aws_secret_access_key'],
  ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
] as const;

export type FieldNames = readonly (readonly [id: string, secret: string])[];

export interface StoredPair {
  readonly id: string;
  readonly secret: Secret;
}

/** What stands in the two fields; either may be missing. */
export interface StoredHalves {
  readonly id: string | undefined;
  readonly secret: Secret | undefined;
}

/** The pair that the text holds; undefined when it is no such object or has no whole pair. */
export function pairIn(
  json: string,
  fields?: PairFields,
  names: FieldNames = FIELD_NAMES,
): StoredPair | undefined {
  if (fields !== undefined) return whole(halvesAt(json, fields));
  for (const [idName, secretName] of names) {
    const pair = whole(halvesAt(json, { id: [idName], secret: [secretName] }));
    if (pair !== undefined) return pair;
  }
  return undefined;
}

/** Where withPair would put a pair. Throws as withPair. */
export function fieldsFor(json: string, { where, fields, names }: PlaceOfPair): PairFields {
  if (fields !== undefined) return fields;
  const [id, secret] = namesIn(json, where, names);
  return { id: [id], secret: [secret] };
}

export function halvesAt(json: string, fields: PairFields): StoredHalves {
  const secret = textAt(json, fields.secret);
  return {
    id: textAt(json, fields.id),
    secret: secret === undefined ? undefined : new Secret(secret),
  };
}

function whole({ id, secret }: StoredHalves): StoredPair | undefined {
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

export interface PlaceOfPair {
  /** The place in words; no content is ever quoted (I8). */
  readonly where: string;
  /** Where the operator says that the pair stands. */
  readonly fields?: PairFields | undefined;
  /** The names that are known, where they are not those of AWS. */
  readonly names?: FieldNames | undefined;
}

/**
 * The text with the new pair in the place of the old, every other byte as it was. Throws
 * `not-deliverable` for a text that is no JSON object or in which the place is not clear.
 */
export function withPair(
  json: string,
  { keyId, secret }: Pick<IssuedKey, 'keyId' | 'secret'>,
  { where, fields, names: known }: PlaceOfPair,
): string {
  if (fields === undefined) {
    const [idName, secretName] = namesIn(json, where, known);
    return withField(withField(json, idName, keyId), secretName, secret.reveal());
  }
  requireObject(json, where);
  const withId = withTextAt(json, fields.id, keyId);
  const edited = withId && withTextAt(withId, fields.secret, secret.reveal());
  if (edited !== undefined) return edited;
  const names = `${writePath(fields.id)} and ${writePath(fields.secret)}`;
  throw new KeyturnError(
    'not-deliverable',
    `${where} has no room for the fields ${names}: a name on the way stands twice, or is no object`,
    { hint: 'name the fields as the object has them, or put the object right' },
  );
}

/** The pair of names that the object uses. Throws as withPair. */
export function namesIn(
  json: string,
  where: string,
  known: FieldNames = FIELD_NAMES,
): FieldNames[number] {
  const fields = requireObject(json, where);
  const used = known.filter(([id, secret]) => isUsed(fields, id) || isUsed(fields, secret));
  const [names = known[0] ?? FIELD_NAMES[0], other] = used;
  if (other !== undefined) {
    throw new KeyturnError(
      'not-deliverable',
      `${where} has fields for more than one key: ${names[0]} and ${other[0]}`,
      {
        hint: 'keep the names that are read and take the others out, or name the fields: #id=…,secret=… behind the name of the place',
      },
    );
  }
  const repeated = names.find((name) => fields.filter((field) => field.name === name).length > 1);
  if (repeated === undefined) return names;
  throw new KeyturnError('not-deliverable', `${where} has the field ${repeated} twice`, {
    hint: 'keep one of them',
  });
}

function requireObject(json: string, where: string): readonly JsonField[] {
  const fields = fieldsOf(json);
  if (fields !== undefined) return fields;
  throw new KeyturnError('not-deliverable', `${where} holds something else than a JSON object`, {
    hint: 'keyturn sets two fields of an object and keeps the others; store {} for a fresh one',
  });
}

function isUsed(fields: readonly JsonField[], name: string): boolean {
  return fields.some((field) => field.name === name);
}
