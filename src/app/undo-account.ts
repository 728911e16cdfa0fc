// Use case of `keyturn undo USER`: takes the latest rotation of a user back.

import { newId } from '../executor/runtime.ts';
import { type UndoneRotation, undoRotation } from '../executor/undo-rotation.ts';
import { openGateway } from '../iam/open-gateway.ts';
import { openAccountState } from '../journal/open-account-state.ts';
import { executorContext } from './executor-context.ts';
import type { RunContext } from './rotate-account.ts';

export interface UndoOptions {
  readonly user: string;
  /** The latest rotation of the user when left out. */
  readonly rotation: string | undefined;
  readonly profile: string | undefined;
  readonly region: string;
  readonly stateDir: string;
}

const CALLS_AT_ONCE = 4;

/** Throws a KeyturnError: nothing was undone, or the message says how far it came. */
export async function undoInAccount(
  options: UndoOptions,
  context: RunContext,
): Promise<UndoneRotation> {
  const { profile, region, stateDir } = options;
  const { clock, emit, env, signal } = context;
  const gateway = await openGateway({
    profile,
    region,
    env,
    maxParallel: CALLS_AT_ONCE,
    clock,
    emit,
    signal,
  });
  try {
    const { account } = gateway.caller;
    const run = newId();
    const state = await openAccountState({ stateDir, account, clock, run });
    const executor = executorContext({
      gateway,
      state,
      run,
      clock,
      emit,
      signal,
      policy: {
        oldKeyFate: 'deactivate',
        daysThreshold: 1,
        cleanupInactive: false,
        inactiveDays: 1,
      },
      finishesOthers: true,
    });
    return await undoRotation(options.user, options.rotation, executor);
  } finally {
    gateway.close();
  }
}
