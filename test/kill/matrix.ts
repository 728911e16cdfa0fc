// Plays many points, several at a time, and tells how far it is.

import { createHash } from 'node:crypto';
import pMap from 'p-map';
import type { Played } from './play.ts';

/** A run waits for its disk and for the sandbox about half of the time. */
const PARALLEL = 4;
const TELL_EVERY = 25;

export interface Totals {
  /** Points by kind, in words. */
  readonly played: ReadonlyMap<string, number>;
  readonly scannedPlaces: number;
  /** Places that may hold a secret and did. */
  readonly seenSecrets: number;
}

export class Matrix {
  readonly #seed: string;
  readonly #only: string | undefined;
  readonly #share: number;
  readonly #played = new Map<string, number>();
  #scannedPlaces = 0;
  #seenSecrets = 0;

  /** `only` names the one point to play; of several, one in `share` is played. */
  constructor(
    seed: string,
    { only, share = 1 }: { only?: string | undefined; share?: number } = {},
  ) {
    this.#seed = seed;
    this.#only = only;
    this.#share = share;
  }

  /** Resolves with a text for each point that failed. */
  async playAll<P extends { readonly name: string }>(
    kind: string,
    points: readonly P[],
    play: (point: P, seed: string) => Promise<Played>,
  ): Promise<string[]> {
    const wanted = points.filter(({ name }) => this.#isWanted(name));
    const failures: string[] = [];
    let done = 0;
    const one = async (point: P): Promise<void> => {
      const played = await play(point, this.#seed);
      this.#count(kind, played);
      if (played.faults.length > 0) failures.push(this.#describe(played));
      done += 1;
      if (done % TELL_EVERY === 0 || done === wanted.length) {
        tell(`${kind}: ${done} of ${wanted.length} points, ${failures.length} failed`);
      }
    };
    await pMap(wanted, one, { concurrency: PARALLEL });
    return failures;
  }

  /** Which share is played depends on the seed, so another run plays another one. */
  #isWanted(name: string): boolean {
    if (this.#only !== undefined) return name === this.#only;
    const hash = createHash('sha256').update(`${this.#seed} ${name}`).digest();
    return hash.readUInt32LE() % this.#share === 0;
  }

  totals(): Totals {
    return {
      played: this.#played,
      scannedPlaces: this.#scannedPlaces,
      seenSecrets: this.#seenSecrets,
    };
  }

  #count(kind: string, { scans }: Played): void {
    this.#played.set(kind, (this.#played.get(kind) ?? 0) + 1);
    for (const { places, seen } of scans) {
      this.#scannedPlaces += places;
      this.#seenSecrets += seen;
    }
  }

  #describe({ name, faults }: Played): string {
    const again = `KEYTURN_TEST_KILL_SEED=${this.#seed} KEYTURN_TEST_KILL_POINT='${name}' npm run test:kill`;
    return [name, ...faults.map((fault) => `  ${fault}`), `  again: ${again}`].join('\n');
  }
}

/** The runner shows what a test file writes here as it comes. */
export function tell(text: string): void {
  process.stderr.write(`kill: ${text}\n`);
}
