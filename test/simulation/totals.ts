// What many seeds did together.

import { FAULT_KINDS, type FaultCounts, noFaults } from './faults.ts';
import type { SimulationResult } from './simulate.ts';
import type { Counts } from './stage.ts';

export interface Broken {
  readonly seed: number;
  readonly invariant: string;
  readonly what: string;
}

export interface Totals {
  seeds: number;
  readonly counts: Counts;
  readonly faults: FaultCounts;
  readonly broken: Broken[];
}

export function noTotals(): Totals {
  const counts = { runs: 0, started: 0, resumed: 0, rotations: 0, deleted: 0, undone: 0 };
  const leftovers = { mistaken: 0, mistakenInUse: 0, leftToPerson: 0 };
  return { seeds: 0, counts: { ...counts, ...leftovers }, faults: noFaults(), broken: [] };
}

export function addResult(totals: Totals, result: SimulationResult): void {
  const [violation] = result.violations;
  const broken = violation === undefined ? [] : [{ seed: result.seed, ...violation }];
  addTotals(totals, { seeds: 1, counts: result.counts, faults: result.faults, broken });
}

export function addTotals(totals: Totals, more: Totals): void {
  totals.seeds += more.seeds;
  for (const name of Object.keys(totals.counts) as (keyof Counts)[]) {
    totals.counts[name] += more.counts[name];
  }
  for (const kind of FAULT_KINDS) totals.faults[kind] += more.faults[kind];
  totals.broken.push(...more.broken);
}
