// Access key ids carry their account: after the four-letter prefix come 80 bits in base32, of
// which the first marks the format, the next 40 are the account number and the rest is chance.

import type { SeededRandom } from './random.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A new id of 20 characters that belongs to the account (12 digits). */
export function newKeyId(prefix: 'AKIA' | 'ASIA', accountId: string, random: SeededRandom): string {
  const chance = (BigInt(random.bits32()) << 32n) | BigInt(random.bits32());
  const bits = (1n << 79n) | (BigInt(accountId) << 39n) | (chance & ((1n << 39n) - 1n));
  // The first bit is set, so these are sixteen digits always.
  const letters = Buffer.from(`${prefix}${bits.toString(32)}`, 'latin1');
  for (let index = prefix.length; index < letters.length; index += 1) {
    letters[index] = ALPHABET.charCodeAt(
      Number.parseInt(String.fromCharCode(letters[index] ?? 0), 32),
    );
  }
  return letters.toString('latin1');
}

/** The account that an id carries; undefined for ids of the older format, which carry none. */
export function accountOfKeyId(accessKeyId: string): string | undefined {
  const coded = accessKeyId.slice(4, 14);
  let bits = 0n;
  for (const letter of coded) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return undefined;
    bits = (bits << 5n) | BigInt(value);
  }
  if (coded.length < 10 || bits >> 49n !== 1n) return undefined;
  return ((bits >> 9n) & ((1n << 40n) - 1n)).toString().padStart(12, '0');
}
