// What the text of an access key ID tells, without asking AWS.

import type { AccessKeyId } from './access-key-id.ts';

/** IAM's IDs begin with A and are capitals and digits: no secret looks like that, nor a placeholder. */
export function looksLikeKeyId(text: string): text is AccessKeyId {
  return /^A[A-Z\d]{15,127}$/.test(text);
}

/**
 * The ID that a person has written, also in small letters: the names of users that look like that are nobody's.
 * Undefined for what is none of a long-term key.
 */
export function writtenKeyId(text: string): AccessKeyId | undefined {
  const written = text.toUpperCase();
  return /^AKIA[A-Z\d]{12,}$/.test(written) && looksLikeKeyId(written) ? written : undefined;
}

/** What a person may be shown of what stands where an ID should: it can be the secret (I8). */
export function shownKeyId(text: string): string {
  return looksLikeKeyId(text) ? text : 'what is no access key ID';
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
