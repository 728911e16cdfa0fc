// Access key IDs are not secret: they may be logged, journaled and printed.

import { KeyturnError } from './errors.ts';

declare const brand: unique symbol;

/** The ID of a long-term or temporary access key, such as AKIAIOSFODNN7EXAMPLE. */
export type AccessKeyId = string & { readonly [brand]: 'AccessKeyId' };

/** IAM's own bounds for AccessKeyId (API reference, GetAccessKeyLastUsed): 16 to 128 of [\w]. */
const SHAPE = /^\w{16,128}$/;

export function isAccessKeyId(text: string): text is AccessKeyId {
  return SHAPE.test(text);
}

/** Checks text that came from outside. Throws `bad-value`. */
export function accessKeyId(text: string): AccessKeyId {
  if (isAccessKeyId(text)) return text;
  throw new KeyturnError('bad-value', `${JSON.stringify(text)} is not an access key ID`);
}
