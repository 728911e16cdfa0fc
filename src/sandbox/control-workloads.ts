// Checks what other processes post about workloads, as control-input.ts does for the rest.

import { readFields, readList, wrong } from './control-input.ts';
import type { WorkloadPopulation } from './workloads/populate.ts';
import type { WorkloadSeed } from './workloads/workload.ts';

export interface WorkloadOrder {
  readonly workloads: readonly WorkloadSeed[];
  /** Fills an account with workloads and their places. */
  readonly populate: WorkloadPopulation | undefined;
}

const SEED_TEXTS = ['name', 'place', 'reads', 'calls', 'service', 'region', 'accountId'];
const POPULATION_TEXTS = ['accountId', 'place', 'region', 'reads', 'calls'];

/** Throws a RangeError that names the field, as all functions here do. */
export function readWorkloads(input: unknown): WorkloadOrder {
  const { workloads, populate } = readFields(input, 'workloads', ['workloads', 'populate']);
  for (const workload of readList(workloads, 'workloads')) {
    const [name, place, ...others] = SEED_TEXTS;
    checkTexts(readFields(workload, 'workload', [`${name}!`, `${place}!`, ...others]), SEED_TEXTS);
  }
  if (populate !== undefined) {
    const fields = readFields(populate, 'populate', [...POPULATION_TEXTS, 'seed', 'users']);
    checkTexts(fields, POPULATION_TEXTS);
    readList(fields.users, 'populate.users');
  }
  return {
    workloads: (workloads ?? []) as readonly WorkloadSeed[],
    populate: populate as WorkloadPopulation | undefined,
  };
}

/** The names of the workloads that are started again: one, or a list of them. */
export function readRestart(input: unknown): readonly string[] {
  const { name } = readFields(input, 'restart', ['name!']);
  const names = Array.isArray(name) ? name : [name];
  if (names.some((each) => typeof each !== 'string')) throw wrong('restart.name');
  return names;
}

function checkTexts(fields: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  for (const name of names) {
    if (fields[name] !== undefined && typeof fields[name] !== 'string') throw wrong(name);
  }
}
