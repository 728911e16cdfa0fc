// One scene of the matrix: how it begins, what is run, and what must be true afterwards.

import type { Arena, Command, Execution } from './arena.ts';

export interface Scene {
  readonly name: string;
  readonly command: Command;
  /** Whether a run found nothing to do. */
  readonly isIdle: (execution: Execution, arena: Arena) => boolean;
  /** Sets the scene in a fresh arena. */
  readonly prepare: (arena: Arena) => Promise<void>;
  /** What is wrong with the world after a recovery, in words; empty when all is well. */
  readonly faults: (arena: Arena) => Promise<string[]>;
  /** What only a later command tidies away; not asked for where the runs so far have done it. */
  readonly epilogue?: (arena: Arena) => Promise<string[]>;
}
