// An account that is rotated every day for months of sandbox time, while workloads read its places and sign
// with what they read. What becomes of them tells whether anybody was cut off (I15).

import { rotateAccount } from '../../src/app/rotate-account.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { OldKeyFate } from '../../src/lifecycle/record.ts';
import type { RotationReport } from '../../src/reports/rotation-report.ts';
import {
  DEFAULT_ACCOUNT_ID as ACCOUNT,
  type Sandbox,
  seedPlace,
  startSandbox,
  type WorkloadSeed,
} from '../../src/sandbox/index.ts';
import { Memory } from '../../src/state/memory/memory.ts';
import { MemoryStore } from '../../src/state/memory/memory-store.ts';

export const DAY_MS = 86_400_000;
const REGION = 'us-east-1';
/** New keys do not become due themselves while it is played. */
const THRESHOLD_DAYS = 200;

/** How many users there are, how many of their keys are due, and on how many of those something works. */
export interface Fleet {
  readonly users: number;
  readonly due: number;
  readonly working: number;
  readonly days: number;
  readonly oldKeyFate: OldKeyFate;
  /** How each workload reads and calls, in turn. */
  readonly habits: readonly Pick<WorkloadSeed, 'reads' | 'calls'>[];
}

/** What became of one old key. */
export interface OldKeyEnd {
  readonly user: string;
  readonly keyId: string;
  /** In days since the first run. */
  readonly lastUsed: number | undefined;
  readonly inactive: number | undefined;
  readonly deleted: number | undefined;
  /** How long it had to be quiet, when it was told of last. */
  readonly quietDays: number | undefined;
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
    return await new Play(sandbox, fleet).play();
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

class Play {
  readonly #sandbox: Sandbox;
  readonly #fleet: Fleet;
  readonly #store: MemoryStore;
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #failures: string[] = [];
  readonly #old = new Map<string, { -readonly [Name in keyof OldKeyEnd]: OldKeyEnd[Name] }>();

  constructor(sandbox: Sandbox, fleet: Fleet) {
    this.#sandbox = sandbox;
    this.#fleet = fleet;
    this.#clock = {
      now: () => sandbox.clock.now(),
      sleep: async (durationMs) => sandbox.advance(durationMs),
    };
    this.#store = new MemoryStore({ memory: new Memory(), clock: this.#clock, run: 'months' });
    this.#startMs = sandbox.clock.nowMs();
  }

  async play(): Promise<Months> {
    const { days } = this.#fleet;
    for (let day = 0; day < days; day += 1) {
      this.#note(await this.#run());
      this.#noteUses();
      this.#sandbox.advance(this.#startMs + (day + 1) * DAY_MS - this.#sandbox.clock.nowMs());
    }
    const { workloads } = this.#sandbox;
    const { calls, refused } = workloads.totals();
    const cutOff = workloads.list().filter(({ refusedCount }) => refusedCount > 0).length;
    const ends = [...this.#old.values()];
    return { calls, refused, cutOff, failures: this.#failures, ends };
  }

  async #run(): Promise<RotationReport> {
    const { report } = await rotateAccount(
      {
        daysThreshold: THRESHOLD_DAYS,
        lookAheadDays: 0,
        oldKeyFate: this.#fleet.oldKeyFate,
        retire: { quietDays: undefined, deadlineDays: undefined },
        dryRun: false,
        user: undefined,
        wanted: { kind: 'due-key', daysThreshold: THRESHOLD_DAYS },
        cleanUpDays: 30,
        inventory: 'auto',
        profile: undefined,
        region: REGION,
        maxParallel: 8,
        timeoutMs: undefined,
        deliver: [{ kind: 'secrets-manager', template: 'app/{user}' }],
        isDeliverGiven: true,
      },
      {
        clock: this.#clock,
        emit: () => {},
        signal: new AbortController().signal,
        env: this.#sandbox.endpointEnv(),
        state: this.#store,
      },
    );
    return report;
  }

  #note({ rotated_keys: rotated, retirements, changes, errors }: RotationReport): void {
    this.#failures.push(...errors.map(({ message }) => message));
    for (const { username, old_key_id: keyId, success, error } of rotated) {
      if (!success) this.#failures.push(`${username}: ${error}`);
      const none = { lastUsed: undefined, inactive: undefined, deleted: undefined };
      this.#old.set(keyId, { user: username, keyId, ...none, quietDays: undefined });
    }
    for (const { old_key_id: keyId, quiet_days: days } of retirements) {
      const end = this.#old.get(keyId);
      if (end !== undefined && days !== null) end.quietDays = days;
    }
    for (const { change, access_key_id: keyId, at } of changes) {
      const end = this.#old.get(keyId);
      if (end === undefined) continue;
      if (change === 'deactivated') end.inactive = this.#day(new Date(at).getTime());
      if (change === 'deleted') end.deleted = this.#day(new Date(at).getTime());
    }
  }

  /** Each day: a key that is gone tells nothing any more. */
  #noteUses(): void {
    for (const end of this.#old.values()) {
      const { keys } = this.#sandbox.world.user(ACCOUNT, end.user);
      const use = keys.find(({ id }) => id === end.keyId)?.uses.at(-1);
      if (use !== undefined) end.lastUsed = this.#day(use.at.getTime());
    }
  }

  #day(ms: number): number {
    return (ms - this.#startMs) / DAY_MS;
  }
}
