// The account as one simulated process works with it: the real engine's parts, joined as src/app joins
// them, with the referee listening where they meet.

import type { InventoryOptions } from '../../src/app/account-inventory.ts';
import { assertCustodyLasts } from '../../src/app/custody-lasts.ts';
import { createLimiter } from '../../src/aws/limiter.ts';
import { keyOwners } from '../../src/aws/whose-key.ts';
import type { AccessKeyId } from '../../src/base/access-key-id.ts';
import type { EventSink } from '../../src/base/events.ts';
import { kmsBox } from '../../src/custody/kms-box.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { handoffDestination } from '../../src/destinations/handoff/destination.ts';
import { termsAt } from '../../src/destinations/kinds.ts';
import { secretsManagerDestination } from '../../src/destinations/secrets-manager/destination.ts';
import { type AccountWork, DEFAULT_VERIFICATION } from '../../src/engine/account-work.ts';
import { openPlaces } from '../../src/engine/places.ts';
import { Probes } from '../../src/engine/probes.ts';
import { DynamoDbStore } from '../../src/state/dynamodb/dynamodb-store.ts';
import { FileStore } from '../../src/state/files/file-store.ts';
import { whyVolatile } from '../../src/state/files/lasting.ts';
import type { AccountState, Custody, StateStore } from '../../src/state/state-store.ts';
import { mayHelp } from './operator.ts';
import { simFileSystem, simOwners } from './sim-file-system.ts';
import { simGateway } from './sim-gateway.ts';
import { changed, type SimRun } from './sim-run.ts';
import { type SimTables, STATE_KEY, TABLE_NAMES } from './sim-tables.ts';
import { HOLD_DAYS, MINUTE_MS, STATE_DIR } from './stage.ts';
import { custodyWith, recordingWith, sightingsWith } from './stand-ins.ts';
import { VAULT_SETTLE_MINUTES, vaultDestination } from './vault.ts';
import { ACCOUNT } from './world.ts';

const NO_KEYS: ReadonlySet<AccessKeyId> = new Set();

export function wantedOf({ task, settings }: SimRun): InventoryOptions['wanted'] {
  const isForNew = task.kind === 'rotate' || task.kind === 'dry-run' || task.kind === 'apply';
  return isForNew ? { kind: 'due-key', daysThreshold: settings.dueDays } : { kind: 'recovery' };
}

/** Throws what a command throws before it asks anything of AWS: `custody-not-lasting`, `state-dir`. */
export async function openAccount(run: SimRun, emit: EventSink): Promise<AccountWork> {
  const { stage, process, settings, signal, sabotage, task } = run;
  const { clock, machine } = process;
  const store = stage.tables === undefined ? fileStore(run) : tableStore(run, stage.tables);
  const system = changed(machine.system, sabotage.system);
  const why = stage.tables === undefined ? await whyVolatile(STATE_DIR, {}, system) : undefined;
  const { destination, alsoTo } = settings;
  const request = (kind: string) => ({ kind, template: '' });
  const deliver = [request(destination), ...alsoTo.map(request)] as const;
  const asked = { deliver, wanted: wantedOf(run) };
  if (why !== undefined) await assertCustodyLasts(asked, { state: store, why });
  const opened = await store.open(ACCOUNT, task.kind === 'dry-run' ? 'read' : 'write');
  stage.referee.knowledge.of(process).openedMs = stage.schedule.nowMs;
  const state = watched(run, changed(opened, sabotage.state));
  const gateway = changed(simGateway(stage, process, settings), sabotage.gateway);
  const parts = { gateway, state, clock, emit, signal };
  const account: AccountWork = {
    ...parts,
    places: placesOf(run, parts),
    probes: new Probes(clock),
    creating: createLimiter(1),
    policy: {
      oldKeyFate: settings.oldKeyFate,
      retire: settings.retire,
      takesDeliver: true,
      cleanUpDays: settings.cleansUp && asked.wanted.kind === 'due-key' ? HOLD_DAYS : undefined,
      verification: DEFAULT_VERIFICATION,
      replacesOwnKey: false,
      orphans: task.kind === 'recover' ? task.orphans : NO_KEYS,
      makesPlan: task.kind === 'dry-run',
      hooks: stage.hooks?.of(process, task, stage),
    },
  };
  return changed(account, sabotage.account);
}

function fileStore({ stage, process, settings, sabotage }: SimRun): StateStore {
  const access = { ...stage, process, yieldChance: settings.yieldChance };
  return new FileStore({
    ...{ directory: STATE_DIR, clock: process.clock, run: process.name },
    fs: changed(simFileSystem(access), sabotage.fileSystem),
    owners: simOwners,
    processes: changed(process.table, sabotage.processes),
  });
}

function tableStore({ stage, process, sabotage }: SimRun, tables: SimTables): StateStore {
  const { custodyTable } = TABLE_NAMES;
  const dataKeys = tables.keysFor(process, stage);
  return new DynamoDbStore({
    ...{ ...TABLE_NAMES, clock: process.clock, run: process.name, owner: process.name },
    tables: changed(tables.tablesFor(process, stage), sabotage.tables),
    box: kmsBox({ dataKeys, keyId: STATE_KEY, place: custodyTable }),
    random: () => tables.dice.fraction(),
    steady: () => stage.schedule.nowMs - (tables.steadySleeps ? process.sleptMs : 0),
  });
}

function placesOf(
  run: SimRun,
  { gateway, state, clock }: Pick<AccountWork, 'gateway' | 'state' | 'clock'>,
) {
  const { stage, process, settings, sabotage } = run;
  const { region, secretStore } = gateway.services;
  const whoseKey = keyOwners(gateway.reader, clock, gateway.caller.account);
  const at = (kind: string, user: string, oldKeyId: AccessKeyId): Destination => {
    if (kind === 'sim-vault') return vaultDestination(stage, process, user);
    if (kind === 'handoff') return handoffDestination('', state.custody);
    return secretsManagerDestination(
      { region, name: user },
      {
        ...{ store: secretStore(region), storeIn: secretStore, clock },
        replaced: { user, oldKeyId, whoseKey },
        remark: () => {},
      },
    );
  };
  const open = (kind: string, user: string, oldKeyId: AccessKeyId) =>
    changed(readBack(run, at(kind, user, oldKeyId)), sabotage.destination);
  return openPlaces({
    account: '123456789012',
    choose: async ({ user, oldKeyId }) => [
      open(settings.destination, user, oldKeyId),
      ...settings.alsoTo.map((kind) => open(kind, user, oldKeyId)),
    ],
    open: async ({ kind }, { user, oldKeyId }) => open(kind, user, oldKeyId),
    termsAt: (target) =>
      target.kind === 'sim-vault'
        ? { settle: { minutes: VAULT_SETTLE_MINUTES }, proof: 'value' }
        : termsAt(target),
    finishesOthers: true,
    oldKeyFate: 'deactivate',
  });
}

/** The referee hears which process works on which user, and what becomes of the secrets in custody. */
function watched(run: SimRun, state: AccountState): AccountState {
  const { referee } = run.stage;
  const { process } = run;
  const { exclusively } = recordingWith(state, async (log, rotation, step) => {
    await log.record(rotation, step);
    const { user = '' } = log.history.records.at(-1) ?? {};
    if (step.type === 'intended') await standStill(run, user);
  });
  return {
    ...state,
    sightings: sightingsWith(state.sightings, {
      remember: async (seen) => {
        await state.sightings.remember(seen);
        if (run.task.kind !== 'dry-run') referee.quiet.remembers(seen);
      },
    }),
    custody: watchedCustody(run, state.custody),
    exclusively: (user, work) =>
      exclusively(user, async (log) => {
        referee.enters(process, user);
        try {
          return await work(log);
        } finally {
          referee.leaves(process, user);
        }
      }),
  };
}

/** A machine can sleep between any two steps. Here it does so before a request for a key leaves. */
async function standStill({ stage, process }: SimRun, user: string): Promise<void> {
  const { faults, dice, world } = stage;
  if (!faults.hit('stops-at-intent')) return;
  mayHelp(stage, world.user(user));
  await process.wait(dice.between(MINUTE_MS, 20 * MINUTE_MS));
}

function watchedCustody({ stage, process }: SimRun, custody: Custody): Custody {
  const { copies } = stage.referee;
  return custodyWith(custody, {
    condemn: async (keyId, user) => {
      const isCondemned = await custody.condemn(keyId, user);
      if (isCondemned) copies.condemned(keyId);
      return isCondemned;
    },
    remove: async (keyId, user) => {
      copies.isRemoved(process, keyId);
      await custody.remove(keyId, user);
    },
  });
}

/** The referee hears when a destination was really read. */
function readBack({ stage, process }: SimRun, destination: Destination): Destination {
  return {
    ...destination,
    holds: async (keyId, receipt) => {
      const held = await destination.holds(keyId, receipt);
      if (held !== undefined) stage.referee.held(process, keyId, destination.kind);
      return held;
    },
  };
}
