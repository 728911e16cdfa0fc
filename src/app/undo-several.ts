// Use case of `keyturn undo --run ID` and `keyturn undo USER USER...`: takes several rotations of one
// account back, each user by themselves. Whoever cannot be helped is told of, and the others go on.
//
//   enter the account -> which rotations -> undo each, some at a time -> what came of them

import pMap from 'p-map';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { Command } from '../base/hint.ts';
import { inState } from '../base/key-command.ts';
import { isSameUser } from '../base/user-name.ts';
import type { AccountWork } from '../engine/account-work.ts';
import { foretellUndo, foretellUnlessBack } from '../engine/foretell-undo.ts';
import type { UndoneRotation } from '../engine/perform-undo.ts';
import {
  type AlreadyBack,
  isAlreadyBack,
  undoRotation,
  undoUnlessBack,
} from '../engine/undo-rotation.ts';
import { hasNewKey, type Rotation } from '../lifecycle/rotation.ts';
import { dependsOn } from '../lifecycle/signer.ts';
import type { AccountState } from '../state/state-store.ts';
import { patientSignal } from './patient-signal.ts';
import type { RunContext } from './run-context.ts';
import {
  type Elsewhere,
  findElsewhere,
  insideAccount,
  type UndoPlace,
  userMeant,
  withElsewhere,
} from './undo-account.ts';

/** The latest rotation of each user, or all that a run began. */
export type Undone =
  | { readonly kind: 'users'; readonly users: readonly string[] }
  | { readonly kind: 'run'; readonly run: string };

export interface UndoSeveralOptions extends UndoPlace {
  readonly what: Undone;
  /** The command line that takes the run back in another account. */
  readonly commandIn: (account: string) => string;
}

/** A rotation that stays as it is. */
export interface NotUndone {
  readonly user: string;
  /** Undefined where the latest one of the user is meant. */
  readonly rotation: string | undefined;
  readonly error: KeyturnError;
}

export interface UndoSeveralResult {
  readonly account: string;
  readonly undone: readonly UndoneRotation[];
  readonly notUndone: readonly NotUndone[];
  readonly skipped: readonly AlreadyBack[];
  /** Accounts in which the same run rotated too; nothing is done in them. */
  readonly elsewhere: readonly Elsewhere[];
}

interface Order {
  readonly user: string;
  /** Undefined where the latest one of the user is meant, whichever that is in the user's turn. */
  readonly rotation: string | undefined;
  /** The key that is taken back, as far as the journal tells now. */
  readonly fromKeyId: AccessKeyId | undefined;
}

/** An undo waits for AWS to accept the old key most of the time, and waiting takes no call. */
const UNDOS_AT_ONCE = 16;

/**
 * Throws when the account could not be entered, and `nothing-to-undo` when the run began no rotation in
 * it. What could not be done of a user is in the result.
 */
export async function undoSeveral(
  options: UndoSeveralOptions,
  context: RunContext,
): Promise<UndoSeveralResult> {
  // What is begun comes to its end, so that nobody is left half-way; a dry run has nothing to finish.
  const patient = patientSignal(context.signal);
  const signal = options.dryRun ? context.signal : patient.signal;
  return await insideAccount(options, { ...context, signal }, async (account) => {
    const { orders, elsewhere } = await ordersOf(options, account, context);
    const several = new Several(options, context, account);
    const groups = grouped(orders);
    several.begin(orders.length);
    patient.begin();
    for (const some of ownKeyLast(groups, account)) {
      await pMap(some, (group) => several.undoGroup(group), { concurrency: UNDOS_AT_ONCE });
    }
    several.end();
    return { account: account.gateway.caller.account, ...several.result(orders), elsewhere };
  });
}

async function ordersOf(
  { what, commandIn }: UndoSeveralOptions,
  account: AccountWork,
  { state: store }: RunContext,
): Promise<{ readonly orders: readonly Order[]; readonly elsewhere: readonly Elsewhere[] }> {
  const { state, gateway } = account;
  if (what.kind === 'users') {
    const named = await Promise.all(what.users.map((each) => userMeant(each, account)));
    const users = named.filter(
      (user, index) => named.findIndex((other) => isSameUser(other, user)) === index,
    );
    const orders = await Promise.all(users.map((user) => latestOf(user, state)));
    return { orders, elsewhere: [] };
  }
  const { run } = what;
  const orders = await begunBy(run, state);
  const own = gateway.caller.account;
  const count = async (other: AccountState) => (await begunBy(run, other)).length;
  const elsewhere = await findElsewhere(own, store, count);
  if (orders.length > 0) return { orders, elsewhere };
  const hint = elsewhere.map(({ account }) => ({ command: commandIn(account) }));
  throw nothingOf(run, own, { elsewhere: hint, state: store.where });
}

async function latestOf(user: string, state: AccountState): Promise<Order> {
  const latest = (await state.history(user)).latest(hasNewKey);
  return { user, rotation: undefined, fromKeyId: latest && newKeyOf(latest) };
}

function newKeyOf(rotation: Rotation): AccessKeyId | undefined {
  return hasNewKey(rotation) ? rotation.newKeyId : undefined;
}

/** The rotations of the run, user by user; the later one of a user first, as it stands on the other. */
async function begunBy(run: string, state: AccountState): Promise<readonly Order[]> {
  const orders: Order[] = [];
  for (const user of [...(await state.users())].sort()) {
    const rotations = (await state.history(user)).begunBy(run);
    const own = rotations.map((each) => ({
      ...{ user, rotation: each.id, fromKeyId: newKeyOf(each) },
    }));
    orders.push(...own.toReversed());
  }
  return orders;
}

function nothingOf(
  run: string,
  own: string,
  { elsewhere, state }: { readonly elsewhere: readonly Command[]; readonly state: string },
): KeyturnError {
  if (elsewhere.length > 0) {
    return new KeyturnError('nothing-to-undo', `run ${run} began no rotation in account ${own}`, {
      hint: ['it did in others:', ...elsewhere],
    });
  }
  return new KeyturnError(
    'nothing-to-undo',
    `the journal knows of no rotation that run ${run} began`,
    {
      hint: [
        'look into the right --state; what runs did, with their IDs, is listed by:',
        inState(state, 'history'),
      ],
    },
  );
}

/** One after the other for a user, who has one claim. */
function grouped(orders: readonly Order[]): readonly (readonly Order[])[] {
  const groups: Order[][] = [];
  for (const order of orders) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && isSameUser(last[0].user, order.user)) last.push(order);
    else groups.push([order]);
  }
  return groups;
}

/** I7: a key that the calls depend on is taken back when there is nobody left to sign for. */
function ownKeyLast(
  groups: readonly (readonly Order[])[],
  { gateway }: AccountWork,
): readonly (readonly (readonly Order[])[])[] {
  const isOwn = ({ user, fromKeyId }: Order) =>
    fromKeyId !== undefined && dependsOn(gateway.caller, user, fromKeyId);
  const takesOwn = (group: readonly Order[]) => group.some(isOwn);
  return [groups.filter((group) => !takesOwn(group)), groups.filter(takesOwn)];
}

type Outcome =
  | { readonly kind: 'undone'; readonly undone: UndoneRotation }
  | { readonly kind: 'skipped'; readonly skipped: AlreadyBack }
  | { readonly kind: 'failed'; readonly failed: NotUndone };

/** The undos of one run, and what came of each. */
class Several {
  readonly #options: UndoSeveralOptions;
  readonly #context: RunContext;
  readonly #account: AccountWork;
  readonly #outcomes = new Map<Order, Outcome>();
  #total = 0;
  /** What every further undo would meet too. */
  #over: KeyturnError | undefined;

  constructor(options: UndoSeveralOptions, context: RunContext, account: AccountWork) {
    this.#options = options;
    this.#context = context;
    this.#account = account;
  }

  begin(total: number): void {
    this.#total = total;
    const { account, arn: caller } = this.#account.gateway.caller;
    const { emit, state } = this.#context;
    const { dryRun = false } = this.#options;
    emit({ code: 'undo-started', run: state.run, account, caller, dryRun, rotations: total });
  }

  async undoGroup(group: readonly Order[]): Promise<void> {
    for (const order of group) {
      const outcome = await this.#undo(order);
      this.#outcomes.set(order, outcome);
      this.#tell(outcome);
      const { size: done } = this.#outcomes;
      this.#context.emit({ code: 'undo-progress', user: order.user, done, total: this.#total });
    }
  }

  async #undo(order: Order): Promise<Outcome> {
    const { user, rotation } = order;
    try {
      this.#context.signal.throwIfAborted();
      if (this.#over !== undefined) throw this.#over;
      const result = await this.#perform(order);
      return isAlreadyBack(result)
        ? { kind: 'skipped', skipped: result }
        : { kind: 'undone', undone: result };
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      if (error.stops !== 'user') this.#over ??= error;
      // A rotation that a run began is known to be in this account.
      const told =
        rotation === undefined
          ? await withElsewhere(error, user, {
              own: this.#account.gateway.caller.account,
              store: this.#context.state,
            })
          : error;
      return { kind: 'failed', failed: { user, rotation, error: told } };
    }
  }

  async #perform({ user, rotation }: Order): Promise<UndoneRotation | AlreadyBack> {
    const { dryRun } = this.#options;
    if (rotation === undefined) {
      return await (dryRun ? foretellUndo : undoRotation)(user, undefined, this.#account);
    }
    return await (dryRun ? foretellUnlessBack : undoUnlessBack)(user, rotation, this.#account);
  }

  #tell(outcome: Outcome): void {
    // A dry run fails at nothing: what it would not do is in its document.
    if (outcome.kind !== 'failed' || this.#options.dryRun) return;
    const { user, error } = outcome.failed;
    if (error.isStop) return;
    const { code: errorCode, message: reason } = error;
    this.#context.emit({ code: 'undo-failed', user, errorCode, reason });
  }

  end(): void {
    const failed = [...this.#outcomes.values()].flatMap((outcome) =>
      outcome.kind === 'failed' ? [outcome.failed] : [],
    );
    const left = failed.filter(({ error }) => error.isStop);
    const [first] = left;
    if (first === undefined || this.#options.dryRun) return;
    const { message: reason } = first.error;
    this.#context.emit({ code: 'undos-left', rotations: left.length, reason });
  }

  /** In the order of what was asked for. */
  result(orders: readonly Order[]): Omit<UndoSeveralResult, 'account' | 'elsewhere'> {
    const outcomes = orders.flatMap((order) => this.#outcomes.get(order) ?? []);
    return {
      undone: outcomes.flatMap((each) => (each.kind === 'undone' ? [each.undone] : [])),
      notUndone: outcomes.flatMap((each) => (each.kind === 'failed' ? [each.failed] : [])),
      skipped: outcomes.flatMap((each) => (each.kind === 'skipped' ? [each.skipped] : [])),
    };
  }
}
