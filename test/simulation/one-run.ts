// One run over the account in one simulated process: what src/app/rotate-account.ts joins, with
// simulated AWS, disk, clock and machine in the place of the real ones.

import pMap from 'p-map';
import {
  accountInventory,
  type InventoryMode,
  rememberActiveKeys,
} from '../../src/app/account-inventory.ts';
import { findCandidates } from '../../src/app/find-candidates.ts';
import type { AccessKeyId } from '../../src/base/access-key-id.ts';
import { toKeyturnError } from '../../src/base/errors.ts';
import type { EngineEvent } from '../../src/base/events.ts';
import type { FileSystem } from '../../src/base/files/file-system.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { handoffDestination } from '../../src/destinations/handoff/index.ts';
import { secretsManagerDestination } from '../../src/destinations/secrets-manager/index.ts';
import { DEFAULT_VERIFICATION, type ExecutorContext } from '../../src/executor/context.ts';
import type { UserOutcome } from '../../src/executor/outcome.ts';
import { Probes } from '../../src/executor/probes.ts';
import { rotateUser } from '../../src/executor/rotate-user.ts';
import { embeddedRuntime } from '../../src/executor/runtime.ts';
import type { AccountGateway } from '../../src/iam/gateway.ts';
import type { Inventory } from '../../src/iam/inventory.ts';
import type { AccountState } from '../../src/journal/journal.ts';
import { openAccountState } from '../../src/journal/open-account-state.ts';
import type { OldKeyFate } from '../../src/lifecycle/record.ts';
import type { SimProcess } from './machine.ts';
import { simFileSystem } from './sim-file-system.ts';
import { simGateway } from './sim-gateway.ts';
import { DUE_DAYS, HOLD_DAYS, STATE_DIR, type Stage } from './stage.ts';
import { vaultDestination } from './vault.ts';
import { ACCOUNT } from './world.ts';

export interface RunSettings {
  readonly callerKeyId: AccessKeyId;
  readonly oldKeyFate: OldKeyFate;
  readonly destination: 'handoff' | 'vault' | 'secrets-manager';
  readonly cleansUp: boolean;
  readonly inventory: InventoryMode;
  readonly parallel: number;
  readonly yieldChance: number;
}

/** Puts a part with one guard off in the place of a working one: for negative controls. */
export interface Sabotage {
  readonly fileSystem?: (fs: FileSystem) => FileSystem;
  readonly state?: (state: AccountState) => AccountState;
  readonly gateway?: (gateway: AccountGateway) => AccountGateway;
  readonly destination?: (destination: Destination) => Destination;
  readonly context?: (context: ExecutorContext) => ExecutorContext;
}

export interface RunResult {
  readonly outcomes: readonly UserOutcome[];
  /** The code of the error that ended the run, if one did. */
  readonly fatal: string | undefined;
  /** Users about whom the run told that something is left to do. */
  readonly toldOf: ReadonlySet<string>;
}

export async function oneRun(
  stage: Stage,
  process: SimProcess,
  settings: RunSettings,
  signal: AbortSignal,
  sabotage: Sabotage,
): Promise<RunResult> {
  const toldOf = new Set<string>();
  const hear = (event: EngineEvent) => {
    if (event.code === 'key-unexplained') toldOf.add(event.user);
  };
  try {
    const outcomes = await rotateAll(stage, process, settings, signal, sabotage, hear);
    for (const outcome of outcomes) {
      process.note(`outcome ${describe(outcome)}`);
      if (outcome.rotation?.kind === 'failed') toldOf.add(outcome.user);
    }
    return { outcomes, fatal: undefined, toldOf };
  } catch (thrown) {
    const { code, message } = toKeyturnError(thrown);
    stage.referee.saw(message);
    process.note(`the run ends: ${code}: ${message}`);
    return { outcomes: [], fatal: code, toldOf };
  }
}

async function rotateAll(
  stage: Stage,
  process: SimProcess,
  settings: RunSettings,
  signal: AbortSignal,
  sabotage: Sabotage,
  hear: (event: EngineEvent) => void,
): Promise<readonly UserOutcome[]> {
  const { clock } = process;
  const access = { ...stage, process, yieldChance: settings.yieldChance };
  const fs = changed(simFileSystem(access), sabotage.fileSystem);
  const run = process.name;
  const emit = (event: EngineEvent) => {
    stage.referee.saw(JSON.stringify(event));
    hear(event);
    if (event.code === 'rotation-done') stage.counts.rotations += 1;
    if (event.code === 'rotation-started') stage.counts.started += 1;
    if (event.code === 'rotation-resumed') stage.counts.resumed += 1;
    if (event.code === 'key-deleted') stage.counts.deleted += 1;
  };
  const made = simGateway(stage, process, settings.callerKeyId);
  const gateway = changed(made, sabotage.gateway);
  const options = { stateDir: STATE_DIR, account: ACCOUNT, clock, run, fs };
  const opened = await openAccountState({ ...options, processes: process.table });
  const state = watched(stage, process, changed(opened, sabotage.state));
  const scope = process.scope;
  const inventory = await accountInventory(
    gateway,
    state,
    {
      inventory: settings.inventory,
      maxParallel: settings.parallel,
      user: scope,
      daysThreshold: DUE_DAYS,
      cleanupInactive: settings.cleansUp,
      inactiveDays: HOLD_DAYS,
    },
    { clock, emit, signal },
  );
  const seenAt = clock.now();
  await rememberActiveKeys(inventory, state, seenAt);
  refereeRemembers(stage, process, inventory, seenAt);
  const context = changed(
    contextOf(stage, process, settings, { gateway, state, emit, signal, run, fs, sabotage }),
    sabotage.context,
  );
  const wanted = {
    daysThreshold: DUE_DAYS,
    cleanupInactive: settings.cleansUp,
    scope,
    recoverOnly: false,
  };
  const found = await findCandidates(inventory, state.journal, wanted, clock.now());
  const concurrency = settings.parallel;
  return await pMap(found.candidates, (one) => rotateUser(one, context), { concurrency });
}

/** I5: what was seen Active and is on disk now must hold the keys from now on. */
function refereeRemembers(
  { world, referee }: Stage,
  process: SimProcess,
  { users, source }: Inventory,
  seenAt: Date,
): void {
  const active = users.flatMap(({ keys }) => keys.filter((key) => key.status === 'Active'));
  if (Math.abs(process.machine.offsetMs) < 1) {
    referee.sightingsSaved(
      active.map(({ id }) => id),
      seenAt.getTime(),
    );
  }
  const { report } = world;
  if (source.kind !== 'credential-report') return;
  // Another process may have had a newer one made meanwhile.
  if (report === undefined || report.generatedAt.getTime() !== source.generatedAt.getTime()) return;
  referee.sightingsSaved(report.activeKeyIds, report.generatedAt.getTime());
}

interface Parts {
  readonly gateway: AccountGateway;
  readonly state: AccountState;
  readonly emit: (event: EngineEvent) => void;
  readonly signal: AbortSignal;
  readonly run: string;
  readonly fs: FileSystem;
  readonly sabotage: Sabotage;
}

function contextOf(
  stage: Stage,
  process: SimProcess,
  settings: RunSettings,
  { gateway, state, emit, signal, run, fs, sabotage }: Parts,
): ExecutorContext {
  const { clock } = process;
  const { region, secretStore } = gateway.services;
  const place = (user: string): Destination => {
    if (settings.destination === 'vault') return vaultDestination(stage, process);
    if (settings.destination === 'secrets-manager') {
      return secretsManagerDestination(
        { region, name: user },
        { store: secretStore(region), clock },
      );
    }
    return handoffDestination('', { handoff: state.handoff, fs });
  };
  return {
    gateway,
    runtime: embeddedRuntime({ account: ACCOUNT, run, state, clock }),
    handoff: state.handoff,
    sightings: state.sightings,
    slotSightings: state.slotSightings,
    destinations: (user) => [changed(readBack(stage, process, place(user)), sabotage.destination)],
    finishesOthers: true,
    probes: new Probes(clock),
    clock,
    emit,
    policy: {
      oldKeyFate: settings.oldKeyFate,
      daysThreshold: DUE_DAYS,
      cleanupInactive: settings.cleansUp,
      inactiveDays: HOLD_DAYS,
      verification: DEFAULT_VERIFICATION,
    },
    signal,
  };
}

/** The referee hears which process works on which user. */
function watched(stage: Stage, process: SimProcess, state: AccountState): AccountState {
  return {
    ...state,
    claims: {
      withClaim: (user, work) =>
        state.claims.withClaim(user, async () => {
          stage.referee.enters(process, user);
          try {
            return await work();
          } finally {
            stage.referee.leaves(process, user);
          }
        }),
    },
  };
}

/** The referee hears when a destination was really read. */
function readBack(stage: Stage, process: SimProcess, destination: Destination): Destination {
  return {
    ...destination,
    holds: async (keyId, receipt) => {
      const isHeld = await destination.holds(keyId, receipt);
      if (isHeld) stage.referee.held(process, keyId);
      return isHeld;
    },
  };
}

function changed<T>(part: T, change: ((part: T) => T) | undefined): T {
  return change === undefined ? part : change(part);
}

function describe({ user, rotation, cleanup }: UserOutcome): string {
  const error = rotation?.kind === 'failed' ? `: ${rotation.error.message}` : '';
  const deleted = cleanup === undefined ? '' : `, deleted ${cleanup.deleted.join() || 'nothing'}`;
  return `${user}: ${rotation?.kind ?? 'nothing to rotate'}${error}${deleted}`;
}
