// The machines of a seed: one, or several that have nothing in common but tables, each with a clock of its own.

import type { Dice } from './dice.ts';
import { Machine } from './machine.ts';
import { TOLERATED_SKEW_MS } from './stage.ts';

export class Machines {
  readonly all: readonly Machine[];
  readonly #dice: Dice | undefined;

  private constructor(all: readonly Machine[], dice?: Dice) {
    this.all = all;
    this.#dice = dice;
  }

  static only(machine: Machine): Machines {
    return new Machines([machine]);
  }

  /** Their clocks differ by what AWS tolerates, and no process sees those of another machine. */
  static several(dice: Dice): Machines {
    const all = Array.from({ length: dice.between(2, 4) }, (_, number) => {
      const machine = new Machine(`machine-${number + 1}`, 'mute');
      const furthestMs = TOLERATED_SKEW_MS - 60_000;
      machine.offsetMs = dice.between(-furthestMs, furthestMs);
      return machine;
    });
    return new Machines(all, dice);
  }

  /** Where the next process is started, or where the next accident happens. */
  next(): Machine {
    const [only] = this.all;
    const machine = this.#dice?.pick(this.all) ?? only;
    if (machine === undefined) throw new RangeError('there is no machine');
    return machine;
  }

  /** Whether state is gone with its machine. */
  get isVolatile(): boolean {
    return this.all.some(({ isVolatile }) => isVolatile);
  }

  /** All clocks are right. */
  setClocks(): void {
    for (const machine of this.all) machine.offsetMs = 0;
  }
}
