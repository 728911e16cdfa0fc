// The real program, as it runs once a day with the default policy, against a practice AWS whose clock is moved.

import { type RotateAccountOptions, rotateAccount } from '../../src/app/rotate-account.ts';
import { type Governance, sameForAll, type UserSettings } from '../../src/app/run-settings.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { OldKeyFate } from '../../src/lifecycle/record.ts';
import type { RotationReport } from '../../src/reports/rotation-report.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { Memory } from '../../src/state/memory/memory.ts';
import { MemoryStore } from '../../src/state/memory/memory-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';

export const REGION = 'us-east-1';
/** New keys do not become due themselves while it is played. */
export const THRESHOLD_DAYS = 400;

/** Sleeps by moving the clock of the sandbox. */
export function clockOf(sandbox: Sandbox): Clock {
  return {
    now: () => sandbox.clock.now(),
    sleep: async (durationMs) => sandbox.advance(durationMs),
  };
}

/** As the run of a day finds it. */
export type OpenedState = () => Promise<StateStore>;

export interface DailyRuns {
  readonly sandbox: Sandbox;
  readonly oldKeyFate: OldKeyFate;
  /** Where the new key of a user goes. */
  readonly deliverOf: (user: string) => UserSettings['deliver'];
  /** In memory when left out. */
  readonly state?: OpenedState;
  /** What places need of the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** State that lasts from run to run, without a disk. */
export function inMemory(sandbox: Sandbox): OpenedState {
  const [memory, clock] = [new Memory(), clockOf(sandbox)];
  return async () => new MemoryStore({ memory, clock, run: 'months' });
}

/** A run each time it is called. */
export function dailyRuns({
  sandbox,
  oldKeyFate,
  deliverOf,
  state = inMemory(sandbox),
  env = {},
}: DailyRuns): () => Promise<RotationReport> {
  const clock = clockOf(sandbox);
  const wanted = { kind: 'due-key', daysThreshold: THRESHOLD_DAYS } as const;
  const policy = {
    ...{ oldKeyFate, wanted, cleanUpDays: 30, isDeliverGiven: true },
    retire: { quietDays: undefined, deadlineDays: undefined },
  };
  const settingsOf = (user: string): UserSettings => ({
    ...{ ...policy, deliver: deliverOf(user) },
    ...{ newPlaces: undefined, notNow: undefined, notRetiring: undefined },
  });
  const governance: Governance = {
    file: 'keyturn.yaml',
    settingsIn: async () => ({
      ...sameForAll(settingsOf('')),
      of: (user) => ({ kind: 'work', settings: settingsOf(user) }),
    }),
    everywhere: [deliverOf('')],
    earliest: { daysThreshold: THRESHOLD_DAYS, lookAheadDays: 0 },
  };
  return async () => {
    const options: RotateAccountOptions = {
      ...policy,
      ...{ daysThreshold: THRESHOLD_DAYS, lookAheadDays: 0, dryRun: false },
      user: undefined,
      ...{ inventory: 'auto' as const, profile: undefined, region: REGION, maxParallel: 8 },
      ...{ timeoutMs: undefined, deliver: deliverOf(''), governance },
    };
    const { report } = await rotateAccount(options, {
      clock,
      emit: () => {},
      signal: new AbortController().signal,
      env: { ...sandbox.endpointEnv(), KEYTURN_ENDPOINT_GUARD: 'loopback', ...env },
      state: await state(),
    });
    return report;
  };
}
