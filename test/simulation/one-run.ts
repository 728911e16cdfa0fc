// One run over the account in one simulated process: what src/app/rotate-account.ts joins, with
// simulated AWS, disk, clock and machine in the place of the real ones.

import pMap from 'p-map';
import {
  accountInventory,
  type InventoryMode,
  rememberKeys,
} from '../../src/app/account-inventory.ts';
import { findCandidates } from '../../src/app/find-candidates.ts';
import type { AccountGateway } from '../../src/aws/gateway.ts';
import type { Inventory } from '../../src/aws/inventory.ts';
import { createLimiter } from '../../src/aws/limiter.ts';
import { keyOwners } from '../../src/aws/whose-key.ts';
import type { AccessKeyId } from '../../src/base/access-key-id.ts';
import { toKeyturnError } from '../../src/base/errors.ts';
import type { EngineEvent } from '../../src/base/events.ts';
import type { FileSystem } from '../../src/base/files/file-system.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { handoffDestination } from '../../src/destinations/handoff/destination.ts';
import { secretsManagerDestination } from '../../src/destinations/secrets-manager/destination.ts';
import { type AccountWork, DEFAULT_VERIFICATION } from '../../src/engine/account-work.ts';
import { foretellUser } from '../../src/engine/foretell-user.ts';
import type { UserOutcome } from '../../src/engine/outcome.ts';
import { openPlaces } from '../../src/engine/places.ts';
import { Probes } from '../../src/engine/probes.ts';
import { rotateUser } from '../../src/engine/rotate-user.ts';
import type { OldKeyFate } from '../../src/lifecycle/record.ts';
import { PATIENT } from '../../src/lifecycle/retire-policy.ts';
import { FileStore } from '../../src/state/files/file-store.ts';
import type { ProcessTable } from '../../src/state/files/process-table.ts';
import type { AccountState } from '../../src/state/state-store.ts';
import type { SimProcess } from './machine.ts';
import { simFileSystem, simOwners } from './sim-file-system.ts';
import { simGateway } from './sim-gateway.ts';
import { DUE_DAYS, HOLD_DAYS, STATE_DIR, type Stage } from './stage.ts';
import { changeIn, foretoldIn, isBesides } from './told.ts';
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
  readonly processes?: (processes: ProcessTable) => ProcessTable;
  readonly state?: (state: AccountState) => AccountState;
  readonly gateway?: (gateway: AccountGateway) => AccountGateway;
  readonly destination?: (destination: Destination) => Destination;
  readonly account?: (account: AccountWork) => AccountWork;
  /** What a dry run says of a user. */
  readonly foretold?: (outcome: UserOutcome) => UserOutcome;
}

export interface RunResult {
  readonly outcomes: readonly UserOutcome[];
  /** The code of the error that ended the run, if one did. */
  readonly fatal: string | undefined;
  /** Users about whom the run told that something is left to do. */
  readonly toldOf: ReadonlySet<string>;
  /** What it told of recovery, or foretold of it. */
  readonly besides: readonly string[];
}

/** One run: by whom, of what kind, and what is wrong with it. */
export interface SimRun {
  readonly stage: Stage;
  readonly process: SimProcess;
  readonly settings: RunSettings;
  readonly signal: AbortSignal;
  readonly sabotage: Sabotage;
  readonly isDry: boolean;
}

export async function oneRun(run: SimRun): Promise<RunResult> {
  const { stage, process } = run;
  const toldOf = new Set<string>();
  const besides: string[] = [];
  const emit = (event: EngineEvent) => {
    stage.referee.told(process, event);
    const change = run.isDry ? foretoldIn(event) : isBesides(event) && changeIn(event);
    if (change) besides.push(change);
    if (event.code === 'key-unexplained') toldOf.add(event.user);
    if (!run.isDry) count(event, stage);
  };
  try {
    const outcomes = await rotateAll(run, emit);
    for (const outcome of outcomes) {
      process.note(`outcome ${describe(outcome)}`);
      if (outcome.rotation?.kind === 'failed') toldOf.add(outcome.user);
    }
    stage.referee.ends(process);
    return { outcomes, fatal: undefined, toldOf, besides };
  } catch (thrown) {
    const { code, message } = toKeyturnError(thrown);
    stage.referee.saw(message);
    process.note(`the run ends: ${code}: ${message}`);
    return { outcomes: [], fatal: code, toldOf, besides };
  }
}

function count({ code }: EngineEvent, { counts }: Stage): void {
  if (code === 'rotation-done') counts.rotations += 1;
  if (code === 'rotation-started') counts.started += 1;
  if (code === 'rotation-resumed') counts.resumed += 1;
  if (code === 'key-deleted') counts.deleted += 1;
}

async function rotateAll(
  run: SimRun,
  emit: (event: EngineEvent) => void,
): Promise<readonly UserOutcome[]> {
  const { stage, process, settings, signal, sabotage, isDry } = run;
  const { clock, scope: user } = process;
  const access = { ...stage, process, yieldChance: settings.yieldChance };
  const made = simGateway(stage, process, settings.callerKeyId);
  const gateway = changed(made, sabotage.gateway);
  const store = new FileStore({
    ...{ directory: STATE_DIR, clock, run: process.name },
    fs: changed(simFileSystem(access), sabotage.fileSystem),
    owners: simOwners,
    processes: changed(process.table, sabotage.processes),
  });
  const opened = await store.open(ACCOUNT, isDry ? 'read' : 'write');
  const state = watched(run, changed(opened, sabotage.state));
  const wanted = { kind: 'due-key', daysThreshold: DUE_DAYS } as const;
  const cleanUpDays = settings.cleansUp ? HOLD_DAYS : undefined;
  const { inventory: mode, parallel: maxParallel } = settings;
  const options = { inventory: mode, maxParallel, user, wanted, cleanUpDays };
  const inventory = await accountInventory({ gateway, state, clock, emit, signal }, options);
  const seenAt = clock.now();
  await rememberKeys(inventory, state, seenAt);
  if (!isDry) refereeRemembers(stage, process, inventory, seenAt);
  const parts = { gateway, state, emit, cleanUpDays };
  const account = changed(accountOf(run, parts), sabotage.account);
  const { candidates } = await findCandidates(inventory, state, { ...options, now: clock.now() });
  const perform = isDry ? foretellUser : rotateUser;
  const outcomes = await pMap(candidates, (one) => perform(one, wanted, account), {
    concurrency: settings.parallel,
  });
  return isDry ? outcomes.map((one) => changed(one, sabotage.foretold)) : outcomes;
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
  readonly cleanUpDays: number | undefined;
}

function accountOf(run: SimRun, { gateway, state, emit, cleanUpDays }: Parts): AccountWork {
  const { stage, process, settings, signal, sabotage } = run;
  const { clock } = process;
  const { region, secretStore } = gateway.services;
  const whoseKey = keyOwners(gateway.reader, clock);
  const place = (user: string, oldKeyId: AccessKeyId): Destination => {
    if (settings.destination === 'vault') return vaultDestination(stage, process);
    if (settings.destination === 'secrets-manager') {
      return secretsManagerDestination(
        { region, name: user },
        { store: secretStore(region), clock, replaced: { user, oldKeyId, whoseKey } },
      );
    }
    return handoffDestination('', state.custody);
  };
  return {
    ...{ gateway, state, clock, emit, signal },
    places: openPlaces({
      choose: async (user, oldKeyId) => [
        changed(readBack(run, place(user, oldKeyId)), sabotage.destination),
      ],
      open: async () => undefined,
      finishesOthers: true,
    }),
    probes: new Probes(clock),
    creating: createLimiter(1),
    policy: {
      oldKeyFate: settings.oldKeyFate,
      retire: PATIENT,
      cleanUpDays,
      verification: DEFAULT_VERIFICATION,
      replacesOwnKey: false,
      takesDeliver: true,
      orphans: new Set(),
    },
  };
}

/** The referee hears which process works on which user. */
function watched({ stage, process }: SimRun, state: AccountState): AccountState {
  return {
    ...state,
    exclusively: (user, work) =>
      state.exclusively(user, async (log) => {
        stage.referee.enters(process, user);
        try {
          return await work(log);
        } finally {
          stage.referee.leaves(process, user);
        }
      }),
  };
}

/** The referee hears when a destination was really read. */
function readBack({ stage, process }: SimRun, destination: Destination): Destination {
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
