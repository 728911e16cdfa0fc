// Negative controls: each switches one guard off, and the simulator must find the fault that the guard keeps
// away. A simulator that finds nothing proves nothing.

import type { Control } from './controls/control.ts';
import { OF_HOOKS } from './controls/of-hooks.ts';
import { OF_KEYS } from './controls/of-keys.ts';
import { OF_OLD_KEYS } from './controls/of-old-keys.ts';
import { OF_PLANS } from './controls/of-plans.ts';
import { OF_ROTATIONS } from './controls/of-rotations.ts';
import { OF_RULES } from './controls/of-rules.ts';
import { OF_RUNS } from './controls/of-runs.ts';
import { OF_TABLES } from './controls/of-tables.ts';

export const CONTROLS: readonly Control[] = [
  ...OF_ROTATIONS,
  ...OF_KEYS,
  ...OF_OLD_KEYS,
  ...OF_RUNS,
  ...OF_PLANS,
  ...OF_RULES,
  ...OF_HOOKS,
  ...OF_TABLES,
].toSorted((one, other) => Number(one.invariant.slice(1)) - Number(other.invariant.slice(1)));
