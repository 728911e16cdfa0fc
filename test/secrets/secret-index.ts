// Finds secrets in any bytes, however a careless writer may have spelled them: bare, in a URL, in
// JSON, as base64 or hex, or backwards. One pass over the text, whatever the number of secrets.

/** Runs of the characters that any of the spellings is made of. */
const RUN = /[A-Za-z0-9+/]{16,}/g;

export class SecretIndex {
  /** Spellings by their length. */
  readonly #byLength = new Map<number, Set<string>>();

  static of(secrets: Iterable<string>): SecretIndex {
    const index = new SecretIndex();
    for (const secret of secrets) index.add(secret);
    return index;
  }

  add(secret: string): void {
    const bytes = Buffer.from(secret);
    const bare = [secret, [...secret].reverse().join('')];
    const encoded = [bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')];
    for (const spelling of [...bare, ...encoded]) {
      // What is no such run as a whole is found by the longest one in it.
      const run = longest(spelling.match(RUN) ?? []);
      if (run === undefined) continue;
      const sameLength = this.#byLength.get(run.length) ?? new Set();
      this.#byLength.set(run.length, sameLength.add(run));
    }
  }

  isIn(bytes: Buffer | string): boolean {
    const text = typeof bytes === 'string' ? bytes : bytes.toString('latin1');
    // URLs write %2F and %2B, JSON may write \/.
    const plain = text.replace(/%2[FB]|\\\//gi, (match) => (/%2B/i.test(match) ? '+' : '/'));
    return this.#isInPlain(plain) || (plain !== text && this.#isInPlain(text));
  }

  #isInPlain(text: string): boolean {
    for (const [run] of text.matchAll(RUN)) {
      for (const [length, spellings] of this.#byLength) {
        for (let start = 0; start + length <= run.length; start += 1) {
          if (spellings.has(run.slice(start, start + length))) return true;
        }
      }
    }
    return false;
  }
}

function longest(runs: readonly string[]): string | undefined {
  return runs.toSorted((a, b) => b.length - a.length)[0];
}
