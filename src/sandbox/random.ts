// The only source of chance. The same seed gives the same ids, secrets and names.

import { createHash } from 'node:crypto';

const UPPER_BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const SECRET_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** A deterministic generator: xoshiro128** over a state hashed from the seed's text. */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: string) {
    const hash = createHash('sha256').update(seed).digest();
    this.#a = hash.readUInt32LE(0);
    this.#b = hash.readUInt32LE(4);
    this.#c = hash.readUInt32LE(8);
    // A state of four zeros would stay zero for ever.
    this.#d = hash.readUInt32LE(12) | 1;
  }

  /** 32 random bits as an unsigned integer. */
  bits32(): number {
    const scrambled = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return scrambled;
  }

  /** An integer from 0 to `count - 1`. */
  below(count: number): number {
    return Math.floor((this.bits32() / 0x1_0000_0000) * count);
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new RangeError('sandbox random: nothing to pick from');
    return choice;
  }

  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let index = result.length - 1; index > 0; index -= 1) {
      const other = this.below(index + 1);
      [result[index], result[other]] = [result[other] as T, result[index] as T];
    }
    return result;
  }

  text(length: number, alphabet: string): string {
    // Through a buffer: a text that grows letter by letter keeps a memory of every step.
    const letters = Buffer.allocUnsafe(length);
    for (let index = 0; index < length; index += 1) {
      letters[index] = alphabet.charCodeAt(this.below(alphabet.length));
    }
    return letters.toString('latin1');
  }

  base32(length: number): string {
    return this.text(length, UPPER_BASE32);
  }

  /** 40 characters, as AWS's secret access keys have. */
  secret(): string {
    return this.text(40, SECRET_ALPHABET);
  }

  /** A session token; AWS's are longer and of no fixed length. */
  token(): string {
    return this.text(320, SECRET_ALPHABET);
  }
}

function rotateLeft(value: number, count: number): number {
  return (value << count) | (value >>> (32 - count));
}
