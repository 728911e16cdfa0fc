// A key pair as two fields of a JSON object, under the names that the object uses already.

import { KeyturnError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import { fieldsOf, type JsonField, withField } from './json-fields.ts';

/** The names that are known, in pairs; the first is used where an object has none of them. */
export const FIELD_NAMES = [
  ['AccessKeyId', 'SecretAccessKey'],
  ['accessKeyId', 'secretAccessKey'],
  ['access_key_id', 'secret_access_key'],
  ['aws_access_key_id', 'aws_secret_access_key'],
  ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
] as const;

export interface StoredPair {
  readonly id: string;
  readonly secret: Secret;
}

/** The pair that the text holds; undefined when it is no such object or has no whole pair. */
export function pairIn(json: string): StoredPair | undefined {
  const fields = fieldsOf(json) ?? [];
  const text = (name: string) => fields.find((field) => field.name === name)?.text;
  for (const [idName, secretName] of FIELD_NAMES) {
    const [id, secret] = [text(idName), text(secretName)];
    if (id !== undefined && secret !== undefined) return { id, secret: new Secret(secret) };
  }
  return undefined;
}

/**
 * The text with the new pair in the place of the old, every other byte as it was. Throws
 * `not-deliverable` for a text that is no JSON object or in which the place is not clear; `where`
 * names it, and no content is ever quoted (I8).
 */
export function withPair(
  json: string,
  { keyId, secret }: Pick<IssuedKey, 'keyId' | 'secret'>,
  where: string,
): string {
  const [idName, secretName] = namesIn(json, where);
  return withField(withField(json, idName, keyId), secretName, secret.reveal());
}

/** The pair of names that the object uses. Throws as withPair. */
export function namesIn(json: string, where: string): (typeof FIELD_NAMES)[number] {
  const fields = fieldsOf(json);
  if (fields === undefined) {
    throw new KeyturnError('not-deliverable', `${where} holds something else than a JSON object`, {
      hint: 'keyturn sets two fields of an object and keeps the others; store {} for a fresh one',
    });
  }
  const used = FIELD_NAMES.filter((names) => names.some((name) => isUsed(fields, name)));
  const [names = FIELD_NAMES[0], other] = used;
  if (other !== undefined) {
    throw new KeyturnError(
      'not-deliverable',
      `${where} has fields for more than one key: ${names[0]} and ${other[0]}`,
      { hint: 'keep the names that are read, and take the others out' },
    );
  }
  const repeated = names.find((name) => fields.filter((field) => field.name === name).length > 1);
  if (repeated === undefined) return names;
  throw new KeyturnError('not-deliverable', `${where} has the field ${repeated} twice`, {
    hint: 'keep one of them',
  });
}

function isUsed(fields: readonly JsonField[], name: string): boolean {
  return fields.some((field) => field.name === name);
}
