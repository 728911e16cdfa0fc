// Everything that the parts of one simulation share.

import type { Dice } from './dice.ts';
import type { Disk } from './disk.ts';
import type { Faults } from './faults.ts';
import type { Medium } from './medium.ts';
import type { Referee } from './referee.ts';
import type { Schedule } from './schedule.ts';
import type { SimHooks } from './sim-hooks.ts';
import type { SimTables } from './sim-tables.ts';
import type { Trace } from './trace.ts';
import type { Vault } from './vault.ts';
import type { World } from './world.ts';

export interface Stage {
  readonly dice: Dice;
  readonly schedule: Schedule;
  readonly trace: Trace;
  readonly faults: Faults;
  readonly world: World;
  readonly disk: Disk;
  /** What state is kept on, the disk or the tables. */
  readonly medium: Medium;
  /** Where several machines share no disk; undefined in worlds with one. */
  readonly tables: SimTables | undefined;
  readonly vault: Vault;
  readonly referee: Referee;
  readonly counts: Counts;
  /** What the operator wants done, asked and watched; undefined in worlds without. */
  readonly hooks: SimHooks | undefined;
}

/** What the runs of one seed did. */
export interface Counts {
  runs: number;
  /** Rotations begun, taken up again, and brought to their end. */
  started: number;
  resumed: number;
  rotations: number;
  deleted: number;
  undone: number;
  /** Keys made by hand that looked like ours; and those of them whose use AWS did not show yet. */
  mistaken: number;
  mistakenInUse: number;
  /** Keys that nobody can use and that only a person may delete, because a person had a part. */
  leftToPerson: number;
}

export function noCounts(): Counts {
  return {
    rotations: 0,
    started: 0,
    resumed: 0,
    deleted: 0,
    undone: 0,
    runs: 0,
    mistaken: 0,
    mistakenInUse: 0,
    leftToPerson: 0,
  };
}

export const STATE_DIR = '/state';
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
/** The difference between two clocks that AWS tolerates. */
export const TOLERATED_SKEW_MS = 5 * MINUTE_MS;
/** What clocks may differ by, twice, and the time that a request takes. */
export const CLOCK_TOLERANCE_MS = 15 * MINUTE_MS;
/** AWS shows a use so late. */
export const USE_IS_SHOWN_MS = 4 * HOUR_MS;
export const HOLD_DAYS = 30;
/** A key that somebody else made Inactive may go at first sight when it has been idle for so long. */
export const IDLE_DAYS = 90;
