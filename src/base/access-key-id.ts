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

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * The account that the ID carries; undefined for one of the older format, which carries none. AWS does not
 * document it: behind the prefix come 80 bits in base32, the first marks the format and the next 40 are the
 * account (Aidan Steele, "AWS Access Key ID formats", 2020). It is asked only to be more careful: sts
 * GetAccessKeyInfo would tell the same, but to few callers.
 */
export function accountOfKeyId(keyId: AccessKeyId): string | undefined {
  let bits = 0n;
  for (const letter of keyId.slice(4, 14).padEnd(10)) {
    const value = BASE32.indexOf(letter);
    if (value === -1) return undefined;
    bits = (bits << 5n) | BigInt(value);
  }
  if (bits >> 49n !== 1n) return undefined;
  return ((bits >> 9n) & ((1n << 40n) - 1n)).toString().padStart(12, '0');
}
