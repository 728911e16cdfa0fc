// The executor at work in this process: real calls to a sandbox, real files, and a clock that jumps.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { nodeFileSystem } from '../../src/base/files/node-file-system.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { handoffDestination } from '../../src/destinations/handoff/index.ts';
import { DEFAULT_VERIFICATION, type ExecutorContext } from '../../src/executor/context.ts';
import type { RotationOutcome } from '../../src/executor/outcome.ts';
import type { UndoneRotation } from '../../src/executor/perform-undo.ts';
import { Probes } from '../../src/executor/probes.ts';
import { rotateUser } from '../../src/executor/rotate-user.ts';
import { embeddedRuntime } from '../../src/executor/runtime.ts';
import { undoRotation } from '../../src/executor/undo-rotation.ts';
import { openGateway } from '../../src/iam/open-gateway.ts';
import type { AccountState } from '../../src/journal/journal.ts';
import { openAccountState } from '../../src/journal/open-account-state.ts';
import type { JournalRecord } from '../../src/lifecycle/record.ts';
import { type AccessKey, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type SettableClock, settableClock } from '../journal/support.ts';

const ACCOUNT = '123456789012';
const USER = 'alice';

/** What a test puts in the place of a working part. */
export interface Broken {
  readonly state?: (state: AccountState) => AccountState;
  readonly context?: (context: ExecutorContext) => ExecutorContext;
}

export interface Workbench {
  readonly sandbox: Sandbox;
  readonly clock: SettableClock;
  /** The key to be replaced: Active, 400 days old. */
  readonly oldKey: AccessKey;
  /** Every key that was made for the user, deleted ones included. */
  readonly made: () => AccessKey[];
  /** One run over the user, with parts broken or not; undefined when nothing was to be done. */
  readonly run: (broken?: Broken) => Promise<RotationOutcome | undefined>;
  /** Takes the latest rotation of the user back, with parts broken or not. */
  readonly undo: (broken?: Broken) => Promise<UndoneRotation>;
  /** What the journal holds of the user. */
  readonly records: () => Promise<readonly JournalRecord[]>;
  /** The secret in the hand-off, when it is there. */
  readonly handedOff: (keyId: string) => Promise<string | undefined>;
  readonly handoffPath: (keyId: string) => string;
}

export async function workbench(test: TestContext): Promise<Workbench> {
  const sandbox = await startSandbox();
  const stateDir = mkdtempSync(join(tmpdir(), 'keyturn-executor-'));
  test.after(async () => {
    await sandbox.close();
    rmSync(stateDir, { recursive: true, force: true });
  });
  sandbox.world.addUser(ACCOUNT, { name: USER });
  const oldKey = sandbox.world.addKey(ACCOUNT, USER, { ageDays: 400 });
  const clock = settableClock(sandbox.clock.now().toISOString());
  let runs = 0;
  const openState = () => {
    runs += 1;
    return openAccountState({ stateDir, account: ACCOUNT, clock, run: `run-${runs}` });
  };
  return {
    sandbox,
    clock,
    oldKey,
    made: () => {
      const keys = [...sandbox.world.keys.values()];
      return keys.filter((key) => key.userName === USER && key !== oldKey);
    },
    handedOff: async (keyId) => {
      const { handoff } = await openState();
      return (await handoff.get(accessKeyId(keyId)))?.secret.reveal();
    },
    handoffPath: (keyId) => join(stateDir, ACCOUNT, 'handoff', `${keyId}.json`),
    run: async (broken = {}) => {
      const { createDate: createdAt, status } = oldKey;
      const key = { id: accessKeyId(oldKey.id), createdAt, status };
      const candidate = { user: USER, oldKey: key, isForRotation: true };
      const rotate = async (context: ExecutorContext) =>
        (await rotateUser(candidate, context)).rotation;
      return await withContext(sandbox, clock, await openState(), broken, rotate);
    },
    undo: async (broken = {}) => {
      const undo = (context: ExecutorContext) => undoRotation(USER, undefined, context);
      return await withContext(sandbox, clock, await openState(), broken, undo);
    },
    records: async () => (await openState()).journal.recordsOf(USER),
  };
}

/** The run's destination with some of its methods replaced. */
export function brokenDestination(methods: Partial<Destination>): Broken {
  return {
    context: (context) => ({
      ...context,
      destinations: (user, oldKeyId) => [
        { ...context.destinations(user, oldKeyId)[0], ...methods },
      ],
    }),
  };
}

async function withContext<T>(
  sandbox: Sandbox,
  clock: SettableClock,
  opened: AccountState,
  broken: Broken,
  work: (context: ExecutorContext) => Promise<T>,
): Promise<T> {
  const emit = () => {};
  const env = { ...sandbox.endpointEnv(), KEYTURN_ENDPOINT_GUARD: 'loopback' };
  const wire = { profile: undefined, region: 'us-east-1', maxParallel: 4 };
  const gateway = await openGateway({ ...wire, env, clock, emit });
  const state = broken.state?.(opened) ?? opened;
  const context: ExecutorContext = {
    gateway,
    runtime: embeddedRuntime({ account: ACCOUNT, run: 'a run', state, clock }),
    handoff: state.handoff,
    sightings: state.sightings,
    slotSightings: state.slotSightings,
    destinations: () => [handoffDestination('', { handoff: state.handoff, fs: nodeFileSystem })],
    finishesOthers: true,
    probes: new Probes(clock),
    clock,
    emit,
    policy: {
      oldKeyFate: 'deactivate',
      daysThreshold: 90,
      cleanupInactive: false,
      inactiveDays: 30,
      verification: DEFAULT_VERIFICATION,
    },
    signal: new AbortController().signal,
  };
  try {
    return await work(broken.context?.(context) ?? context);
  } finally {
    gateway.close();
  }
}
