// How one seed is played, and what came of it.

import type { FaultCounts } from './faults.ts';
import type { Sabotage } from './sim-run.ts';
import type { Counts } from './stage.ts';
import type { Trace } from './trace.ts';
import type { Violation } from './view.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly traces?: boolean;
  readonly sabotage?: Sabotage;
  /** Faults with the probability that they have in this seed, instead of the drawn one. */
  readonly forced?: Partial<FaultCounts>;
}

export interface SimulationResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly counts: Counts;
  readonly faults: FaultCounts;
  readonly trace: Trace;
}
