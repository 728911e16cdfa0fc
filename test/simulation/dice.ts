// The one source of chance in a simulation. The same seed gives the same run.

import { SeededRandom } from '../../src/sandbox/random.ts';

export class Dice extends SeededRandom {
  /** A topic of its own has its own chances, so that it changes nothing of the rest of the seed. */
  constructor(seed: number, topic = 'simulation') {
    super(`${topic} ${seed}`);
  }

  chance(probability: number): boolean {
    return probability > 0 && this.fraction() < probability;
  }

  /** From 0 to just below 1. */
  fraction(): number {
    return this.bits32() / 0x1_0000_0000;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }
}
