// Use case of `keyturn undo USER`: takes the latest rotation of a user back.

import { openAccounts } from '../aws/accounts.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import { command } from '../base/hint.ts';
import type { UndoneRotation } from '../engine/perform-undo.ts';
import { undoRotation } from '../engine/undo-rotation.ts';
import { PATIENT } from '../lifecycle/retire-policy.ts';
import type { StateStore } from '../state/state-store.ts';
import { accountWork } from './account-work.ts';
import type { RunContext } from './run-context.ts';

export interface UndoOptions {
  readonly user: string;
  /** The latest rotation of the user when left out. */
  readonly rotation: string | undefined;
  readonly profile: string | undefined;
  readonly region: string;
  /** The account of the user, entered through the role; undefined means the caller's own. */
  readonly account: string | undefined;
  readonly roleName: string;
  readonly externalId: string | undefined;
  /** The command line to which `--orphan KEY` is added to say that nobody made the key by hand. */
  readonly wordCommand?: string;
}

const CALLS_AT_ONCE = 4;

/** Throws a KeyturnError: nothing was undone, or the message says how far it came. */
export async function undoInAccount(
  options: UndoOptions,
  context: RunContext,
): Promise<UndoneRotation> {
  const { profile, region, roleName, externalId } = options;
  const { state: store } = context;
  const accounts = await openAccounts({
    ...context,
    ...{ profile, region, roleName, externalId, maxParallel: CALLS_AT_ONCE },
    run: store.run,
    sessionName: `keyturn-${store.run}`,
  });
  try {
    const account = options.account ?? accounts.caller.account;
    const gateway = await accounts.enter(account);
    const state = await store.open(account, 'write');
    const policy = {
      oldKeyFate: 'deactivate',
      retire: PATIENT,
      cleanUpDays: undefined,
      replacesOwnKey: false,
      takesDeliver: false,
      wordCommand: options.wordCommand,
    } as const;
    const work = accountWork({ ...context, gateway, state, policy, finishesOthers: true });
    return await undoRotation(options.user, options.rotation, work).catch(async (thrown) => {
      const elsewhere = await otherAccountsOf(options.user, account, store).catch(() => []);
      throw withElsewhere(toKeyturnError(thrown), options.user, elsewhere);
    });
  } finally {
    accounts.close();
  }
}

/** Accounts whose journals know the user, beside the one that was looked into. */
async function otherAccountsOf(user: string, own: string, store: StateStore): Promise<string[]> {
  const found: string[] = [];
  for (const account of await store.accounts()) {
    if (account === own) continue;
    const state = await store.open(account, 'read');
    if ((await state.history(user)).records.length > 0) found.push(account);
  }
  return found;
}

function withElsewhere(error: KeyturnError, user: string, elsewhere: readonly string[]) {
  const [first] = elsewhere;
  if (error.code !== 'nothing-to-undo' || first === undefined) return error;
  return new KeyturnError(error.code, error.message, {
    cause: error.cause,
    hint: [
      `a user of that name was rotated in account ${elsewhere.join(', ')}:`,
      command('keyturn', 'undo', user, '--account', first),
    ],
  });
}
