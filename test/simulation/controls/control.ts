// What a negative control is: the engine with one guard switched off from outside.

import type { Cut } from '../cut.ts';
import type { FaultCounts } from '../faults.ts';
import type { Sabotage } from '../sim-run.ts';

export interface Control {
  readonly invariant: string;
  /** What is wrong, in words. */
  readonly fault: string;
  /** What the referee says then, or a part of it: it must see this fault, and not only some other one. */
  readonly shows: string;
  /** What has to happen for it to show, so probable, where the mixture of a seed seldom has it all. */
  readonly forced?: Partial<FaultCounts>;
  /** A working part gives way to one without the guard. */
  readonly sabotage?: Sabotage;
  /** For a guard that no part leads to, and that may stand at several places. */
  readonly cuts?: readonly Cut[];
  /** Changes what is data; returns how to change it back. */
  readonly install?: () => () => void;
}
