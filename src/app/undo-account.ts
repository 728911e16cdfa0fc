// Use case of `keyturn undo USER`: takes the latest rotation of a user back.

import type { Clock } from '../base/clock.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { UndoneRotation } from '../executor/perform-undo.ts';
import { newId } from '../executor/runtime.ts';
import { undoRotation } from '../executor/undo-rotation.ts';
import { openAccounts } from '../iam/accounts.ts';
import { openAccountState, readAccountState } from '../journal/open-account-state.ts';
import { executorContext } from './executor-context.ts';
import { accountsIn } from './read-status.ts';
import type { RunContext } from './rotate-account.ts';

export interface UndoOptions {
  readonly user: string;
  /** The latest rotation of the user when left out. */
  readonly rotation: string | undefined;
  readonly profile: string | undefined;
  readonly region: string;
  readonly stateDir: string;
  /** The account of the user, entered through the role; undefined means the caller's own. */
  readonly account: string | undefined;
  readonly roleName: string;
  readonly externalId: string | undefined;
}

const CALLS_AT_ONCE = 4;

/** Throws a KeyturnError: nothing was undone, or the message says how far it came. */
export async function undoInAccount(
  options: UndoOptions,
  context: RunContext,
): Promise<UndoneRotation> {
  const { profile, region, stateDir, roleName, externalId } = options;
  const { clock, emit, env, signal } = context;
  const run = newId();
  const accounts = await openAccounts({
    ...{ profile, region, env, maxParallel: CALLS_AT_ONCE, clock, emit, signal },
    ...{ roleName, externalId, sessionName: `keyturn-${run}` },
  });
  try {
    const account = options.account ?? accounts.caller.account;
    const gateway = await accounts.enter(account);
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
    return await undoRotation(options.user, options.rotation, executor).catch(async (thrown) => {
      const elsewhere = await otherAccountsOf(options, account, clock).catch(() => []);
      throw withElsewhere(toKeyturnError(thrown), options.user, elsewhere);
    });
  } finally {
    accounts.close();
  }
}

/** Accounts whose journals know the user, beside the one that was looked into. */
async function otherAccountsOf(
  { stateDir, user }: UndoOptions,
  own: string,
  clock: Clock,
): Promise<string[]> {
  const found: string[] = [];
  for (const account of await accountsIn(stateDir)) {
    if (account === own) continue;
    const { journal } = await readAccountState({ stateDir, account, clock, run: newId() });
    const users = await journal.users();
    if (users.some((name) => name.toLowerCase() === user.toLowerCase())) found.push(account);
  }
  return found;
}

function withElsewhere(error: KeyturnError, user: string, elsewhere: readonly string[]) {
  const [first] = elsewhere;
  if (error.code !== 'nothing-to-undo' || first === undefined) return error;
  return new KeyturnError(error.code, error.message, {
    cause: error.cause,
    hint: `a user of that name was rotated in account ${elsewhere.join(', ')}: keyturn undo ${user} --account ${first}`,
  });
}
