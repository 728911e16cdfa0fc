// Use case of `keyturn undo USER`: takes the latest rotation of a user back. The way into the account of
// an undo, and what its journals know elsewhere, are shared with undo-several.ts.

import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import { type Command, command } from '../base/hint.ts';
import { onRecord, type SameReach, undoCommand } from '../base/key-command.ts';
import { writtenKeyId } from '../base/key-id-text.ts';
import { flagWords, namedWords } from '../base/shell-words.ts';
import type { AccountWork } from '../engine/account-work.ts';
import { foretellUndo } from '../engine/foretell-undo.ts';
import type { UndoneRotation } from '../engine/perform-undo.ts';
import { undoRotation } from '../engine/undo-rotation.ts';
import { PATIENT } from '../lifecycle/retire-policy.ts';
import { hasNewKey } from '../lifecycle/rotation.ts';
import type { AccountState, StateStore } from '../state/state-store.ts';
import { accountWork } from './account-work.ts';
import { enterAccount, type Way } from './enter-account.ts';
import { openedFor } from './open-state.ts';
import { recordedOwner } from './recorded-owner.ts';
import type { RunContext } from './run-context.ts';

/** Where something is undone, and how it is reached. */
export interface UndoPlace extends Way {
  /** Whether it is only told what would be done; false when left out. */
  readonly dryRun?: boolean;
  /** The command line to which `--orphan KEY` is added to say that nobody made the key by hand. */
  readonly wordCommand?: string;
  /** How `keyturn keys` reaches the account, for hints. */
  readonly reach?: SameReach;
}

export interface UndoOptions extends UndoPlace {
  readonly user: string;
  /** The latest rotation of the user when left out. */
  readonly rotation: string | undefined;
}

const CALLS_AT_ONCE = 8;

/** Throws a KeyturnError: nothing was undone, or the message says how far it came. */
export async function undoInAccount(
  options: UndoOptions,
  context: RunContext,
): Promise<UndoneRotation> {
  const { rotation, dryRun } = options;
  const perform = dryRun ? foretellUndo : undoRotation;
  return await insideAccount(options, context, async (account) => {
    const user = await userMeant(options.user, account);
    try {
      return await perform(user, rotation, account);
    } catch (thrown) {
      const own = account.gateway.caller.account;
      throw await withElsewhere(toKeyturnError(thrown), user, { own, store: context.state });
    }
  });
}

/**
 * Who is meant by a name, or by a key of their latest rotation. Throws `nothing-to-undo` for a key of an earlier
 * one, and for one that the journal does not name.
 */
export async function userMeant(
  named: string,
  { state, policy: { reach } }: Pick<AccountWork, 'state' | 'policy'>,
): Promise<string> {
  const keyId = writtenKeyId(named);
  if (keyId === undefined) return named;
  const owner = await recordedOwner(keyId, state);
  if (owner === undefined) {
    throw new KeyturnError('nothing-to-undo', `the journal knows of no rotation of ${keyId}`, {
      hint: ['what keyturn did is listed by:', onRecord(['history'], reach)],
    });
  }
  const { user, history } = owner;
  const latest = history.latest(hasNewKey);
  if (latest === undefined || !hasNewKey(latest)) return user;
  const { oldKeyId, newKeyId } = latest;
  if (oldKeyId === keyId || newKeyId === keyId) return user;
  throw new KeyturnError(
    'nothing-to-undo',
    `the latest rotation of ${user} is not about ${keyId}: it replaced ${oldKeyId} with ${newKeyId}`,
    { hint: ['to take that one back:', undoCommand(user, reach)] },
  );
}

/** Enters the account, works there, and leaves it. Throws what opening it throws, and what the work does. */
export async function insideAccount<T>(
  place: UndoPlace,
  context: RunContext,
  work: (account: AccountWork) => Promise<T>,
): Promise<T> {
  const { dryRun, wordCommand, reach } = place;
  const { gateway, close } = await enterAccount({ ...place, maxParallel: CALLS_AT_ONCE }, context);
  try {
    const state = await openedFor(gateway, context.state, dryRun ? 'foretell' : 'write');
    const policy = {
      oldKeyFate: 'deactivate',
      retire: PATIENT,
      cleanUpDays: undefined,
      replacesOwnKey: false,
      takesDeliver: false,
      wordCommand,
      reach,
    } as const;
    return await work(accountWork({ ...context, gateway, state, policy, finishesOthers: true }));
  } finally {
    close();
  }
}

/** An account in whose journal something was found. */
export interface Elsewhere {
  readonly account: string;
  readonly rotations: number;
}

/** The accounts but `own` in whose journals there is any; one whose journal cannot be read is left out. */
export async function findElsewhere(
  own: string,
  store: StateStore,
  count: (state: AccountState) => Promise<number>,
): Promise<readonly Elsewhere[]> {
  const found: Elsewhere[] = [];
  for (const account of await store.accounts().catch(() => [])) {
    if (account === own) continue;
    const rotations = await store
      .open(account, 'read')
      .then(count)
      .catch(() => 0);
    if (rotations > 0) found.push({ account, rotations });
  }
  return found;
}

interface Known {
  readonly own: string;
  readonly store: StateStore;
}

/** Where there is nothing to undo: the other accounts whose journals know the user. */
export async function withElsewhere(
  error: KeyturnError,
  user: string,
  known: Known,
): Promise<KeyturnError> {
  if (error.code !== 'nothing-to-undo') return error;
  const state = flagWords('--state', known.store.where);
  const commandIn = (account: string) =>
    command('keyturn', 'undo', ...namedWords([user], ['--account', account, ...state]));
  return await orElsewhere(error, user, { ...known, commandIn });
}

/** The same error; where other accounts know a user of that name, with the command that is about the first of them. */
export async function orElsewhere(
  error: KeyturnError,
  user: string,
  { own, store, commandIn }: Known & { readonly commandIn: (account: string) => Command },
): Promise<KeyturnError> {
  const elsewhere = await findElsewhere(own, store, async (state) => {
    return (await state.history(user)).records.length;
  });
  const [first] = elsewhere;
  if (first === undefined) return error;
  const accounts = elsewhere.map(({ account }) => account);
  return new KeyturnError(error.code, error.message, {
    cause: error.cause,
    hint: [
      `a user of that name was rotated in account ${accounts.join(', ')}:`,
      commandIn(first.account),
    ],
  });
}
