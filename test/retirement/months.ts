// An account that is rotated every day for months of sandbox time, while workloads read its places and sign
// with what they read. What becomes of them tells whether anybody was cut off (I15).

import type { OldKeyFate } from '../../src/lifecycle/record.ts';
import {
  DEFAULT_ACCOUNT_ID as ACCOUNT,
  type Sandbox,
  seedPlace,
  startSandbox,
  type WorkloadSeed,
} from '../../src/sandbox/index.ts';
import { dailyRuns, type OpenedState, REGION, THRESHOLD_DAYS } from './daily-run.ts';
import { DAY_MS, type OldKeyEnd, OldKeyEnds } from './old-key-ends.ts';

/** How many users there are, how many of their keys are due, and on how many of those something works. */
export interface Fleet {
  readonly users: number;
  readonly due: number;
  readonly working: number;
  readonly days: number;
  readonly oldKeyFate: OldKeyFate;
  /** How each workload reads and calls, in turn. */
  readonly habits: readonly Pick<WorkloadSeed, 'reads' | 'calls'>[];
  /** Days from one run to the next; one when left out. */
  readonly everyDays?: number;
  /** Where state is; in memory when left out. */
  readonly stateIn?: (sandbox: Sandbox) => Promise<OpenedState>;
}

export interface Months {
  readonly calls: number;
  readonly refused: number;
  /** Workloads of which a call was refused. */
  readonly cutOff: number;
  readonly failures: readonly string[];
  readonly ends: readonly OldKeyEnd[];
}

export async function playMonths(fleet: Fleet): Promise<Months> {
  const sandbox = await startSandbox({ seed: 'months', now: new Date('2026-01-01T03:00:00Z') });
  try {
    populate(sandbox, fleet);
    return await play(sandbox, fleet);
  } finally {
    await sandbox.close();
  }
}

/** The first `due` users have old keys; of those the first `working` have a workload each. */
function populate(
  { world, clock, workloads }: Sandbox,
  { users, due, working, habits }: Fleet,
): void {
  for (let number = 0; number < users; number += 1) {
    const name = `user-${number}`;
    world.addUser(ACCOUNT, { name });
    const isDue = number < due;
    const isWorking = number < working;
    const key = world.addKey(ACCOUNT, name, {
      ageDays: isDue ? THRESHOLD_DAYS + 20 + number : 5,
      ...(isWorking && { lastUsed: { at: new Date(clock.nowMs() - DAY_MS), service: 's3' } }),
    });
    const place = `secrets-manager=app/${name}`;
    seedPlace(world, place, { key, region: REGION });
    const habit = habits[number % habits.length];
    if (isWorking) workloads.add({ name, place, service: 's3', region: REGION, ...habit });
  }
}

async function play(sandbox: Sandbox, fleet: Fleet): Promise<Months> {
  const { days, oldKeyFate, stateIn, everyDays = 1 } = fleet;
  const { workloads, clock } = sandbox;
  const startMs = clock.nowMs();
  const old = new OldKeyEnds(sandbox);
  const deliver = [{ kind: 'secrets-manager', template: 'app/{user}' }] as const;
  const state = await stateIn?.(sandbox);
  const run = dailyRuns({ sandbox, oldKeyFate, deliverOf: () => deliver, ...(state && { state }) });
  for (let day = 0; day < days; day += everyDays) {
    old.note(await run());
    old.noteUses();
    sandbox.advance(startMs + (day + everyDays) * DAY_MS - clock.nowMs());
  }
  const { calls, refused } = workloads.totals();
  const cutOff = workloads.list().filter(({ refusedCount }) => refusedCount > 0).length;
  return { calls, refused, cutOff, failures: old.failures, ends: old.all() };
}
