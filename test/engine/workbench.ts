// The engine at work in this process: real calls to a sandbox, real files, and a clock that jumps.

import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createLimiter } from '../../src/aws/limiter.ts';
import { openGateway } from '../../src/aws/open-gateway.ts';
import { type AccessKeyId, accessKeyId } from '../../src/base/access-key-id.ts';
import type { Box } from '../../src/custody/box.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { handoffDestination } from '../../src/destinations/handoff/destination.ts';
import { type AccountWork, DEFAULT_VERIFICATION } from '../../src/engine/account-work.ts';
import { foretellUndo } from '../../src/engine/foretell-undo.ts';
import type { RotationOutcome } from '../../src/engine/outcome.ts';
import type { UndoneRotation } from '../../src/engine/perform-undo.ts';
import { openPlaces } from '../../src/engine/places.ts';
import { Probes } from '../../src/engine/probes.ts';
import { rotateUser } from '../../src/engine/rotate-user.ts';
import { undoRotation } from '../../src/engine/undo-rotation.ts';
import type { UserHistory } from '../../src/lifecycle/history.ts';
import type { JournalRecord } from '../../src/lifecycle/record.ts';
import { PATIENT } from '../../src/lifecycle/retire-policy.ts';
import { type AccessKey, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { FileStore } from '../../src/state/files/file-store.ts';
import type { AccountState } from '../../src/state/state-store.ts';
import { type SettableClock, settableClock } from '../state/support.ts';
import { quickDirectory } from '../support/quick-directory.ts';

const ACCOUNT = '123456789012';
const USER = 'alice';

/** What a test puts in the place of a working part. */
export interface Broken {
  readonly state?: (state: AccountState) => AccountState;
  /** Methods in the place of those of the run's destination. */
  readonly destination?: Partial<Destination>;
  readonly account?: (account: AccountWork) => AccountWork;
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
  /** What that undo would do. */
  readonly foretellUndo: () => Promise<UndoneRotation>;
  /** What the journal holds of the user. */
  readonly history: () => Promise<UserHistory>;
  /** The secret in the hand-off, when it is there. */
  readonly handedOff: (keyId: string) => Promise<string | undefined>;
  /** Whether one is there, whether it can be opened or not. */
  readonly holds: (keyId: AccessKeyId) => Promise<boolean>;
  readonly handoffPath: (keyId: string) => string;
}

/** `box` hides secrets of the runs from then on, as each finds it; they lie in files when left out. */
export async function workbench(
  test: TestContext,
  box: () => Box | undefined = () => undefined,
): Promise<Workbench> {
  const sandbox = await startSandbox();
  test.after(() => sandbox.close());
  const stateDir = await quickDirectory(test);
  sandbox.world.addUser(ACCOUNT, { name: USER });
  const oldKey = sandbox.world.addKey(ACCOUNT, USER, { ageDays: 400 });
  const clock = settableClock(sandbox.clock.now().toISOString());
  let runs = 0;
  const openState = () => {
    runs += 1;
    const store = new FileStore({ directory: stateDir, clock, run: `run-${runs}`, box: box() });
    return store.open(ACCOUNT, 'write');
  };
  const withAccount = async <T>(broken: Broken, work: (account: AccountWork) => Promise<T>) => {
    const { account, close } = await openAccount(
      { sandbox, clock, state: await openState() },
      broken,
    );
    return await work(account).finally(close);
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
      const { custody } = await openState();
      return (await custody.get(accessKeyId(keyId)))?.secret.reveal();
    },
    holds: async (keyId) => (await openState()).custody.holds(keyId),
    handoffPath: (keyId) => join(stateDir, ACCOUNT, 'handoff', `${keyId}.json`),
    run: async (broken = {}) => {
      const { createDate: createdAt, status } = oldKey;
      const key = { id: accessKeyId(oldKey.id), createdAt, status };
      const seen = { user: USER, oldKey: key, isForRotation: true };
      const wanted = { kind: 'due-key', daysThreshold: 90 } as const;
      return await withAccount(
        broken,
        async (account) => (await rotateUser(seen, wanted, account)).rotation,
      );
    },
    undo: (broken = {}) => withAccount(broken, (account) => undoRotation(USER, undefined, account)),
    foretellUndo: () => withAccount({}, (account) => foretellUndo(USER, undefined, account)),
    history: async () => (await openState()).history(USER),
  };
}

/** The state with something done around each write of the journal. */
export function withJournal(
  state: AccountState,
  around: (step: JournalRecord['step'], write: () => Promise<void>) => Promise<void>,
): AccountState {
  return {
    ...state,
    exclusively: (user, work) =>
      state.exclusively(user, (log) =>
        work({
          history: log.history,
          record: (rotation, step) => around(step, () => log.record(rotation, step)),
          recordKey: (step) => around(step, () => log.recordKey(step)),
          note: (rotation, step) => around(step, () => log.note(rotation, step)),
          fence: (signedAt) => log.fence(signedAt),
        }),
      ),
  };
}

interface Opening extends Pick<Workbench, 'sandbox' | 'clock'> {
  readonly state: AccountState;
}

async function openAccount(
  { sandbox, clock, state: opened }: Opening,
  broken: Broken,
): Promise<{ readonly account: AccountWork; readonly close: () => void }> {
  const emit = () => {};
  const env = { ...sandbox.endpointEnv(), KEYTURN_ENDPOINT_GUARD: 'loopback' };
  const wire = { profile: undefined, region: 'us-east-1', maxParallel: 4 };
  const gateway = await openGateway({ ...wire, env, clock, emit });
  const state = broken.state?.(opened) ?? opened;
  const account: AccountWork = {
    gateway,
    state,
    places: openPlaces({
      account: '123456789012',
      choose: async () => [{ ...handoffDestination('', state.custody), ...broken.destination }],
      open: async () => undefined,
      finishesOthers: true,
      oldKeyFate: 'deactivate',
    }),
    probes: new Probes(clock),
    creating: createLimiter(1),
    clock,
    emit,
    policy: {
      oldKeyFate: 'deactivate',
      retire: PATIENT,
      cleanUpDays: undefined,
      verification: DEFAULT_VERIFICATION,
      replacesOwnKey: false,
      takesDeliver: true,
      orphans: new Set(),
    },
    signal: new AbortController().signal,
  };
  return { account: broken.account?.(account) ?? account, close: () => gateway.close() };
}
