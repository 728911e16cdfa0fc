// The part of a run that belongs to one account: from its open gateway to the outcome of each of its
// users. What spans accounts (the report, the exit code, the time limit) is rotate-account.ts's.

import { resolve } from 'node:path';
import pMap from 'p-map';
import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Clock } from '../base/clock.ts';
import type { ErrorCode } from '../base/error-codes.ts';
import { type KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import type { ExecutorContext } from '../executor/context.ts';
import type { UserOutcome } from '../executor/outcome.ts';
import { planUser } from '../executor/plan-user.ts';
import { rotateUser } from '../executor/rotate-user.ts';
import type { AccountGateway } from '../iam/gateway.ts';
import type { Inventory, InventorySource } from '../iam/inventory.ts';
import type { Limiter } from '../iam/limiter.ts';
import type { AccountState } from '../journal/journal.ts';
import { openAccountState, readAccountState } from '../journal/open-account-state.ts';
import {
  type AccountInventoryOptions,
  accountInventory,
  rememberActiveKeys,
} from './account-inventory.ts';
import {
  type AccountFacts,
  type AccountIssue,
  type HandedOff,
  reportIssue,
} from './build-report.ts';
import { collectHandoffs } from './collect-handoffs.ts';
import { executorContext } from './executor-context.ts';
import { type CandidateUser, findCandidates } from './find-candidates.ts';
import type { DeliveryRequest } from './open-destinations.ts';
import { settleHandoffs } from './settle-handoffs.ts';

/** What is wanted of an account. */
export interface AccountOptions extends AccountInventoryOptions {
  readonly dryRun: boolean;
  /** Absolute path of the state directory. */
  readonly stateDir: string;
  /** Where new secrets go. */
  readonly deliver: readonly [DeliveryRequest, ...DeliveryRequest[]];
  /** Whether the operator said so, and it is not only the default (I7). */
  readonly isDeliverGiven: boolean;
}

export interface AccountSurroundings {
  readonly clock: Clock;
  readonly emit: EventSink;
  /** Aborted with a KeyturnError: no further step begins, those in hand are finished. */
  readonly signal: AbortSignal;
  /** Names this process in the journal. */
  readonly run: string;
  /** Shared with the other accounts of the run, where there are others. */
  readonly gates?: AccountGates;
}

/** An account that reads takes calls and memory; one that waits for new keys takes little of both. */
export interface AccountGates {
  /** Held while the account is opened and its keys are read. */
  readonly reading: Limiter;
  /** Held by each rotation. */
  readonly rotating: Limiter;
}

/** What is known of an account when its part of the run is over, however it ended. */
export interface AccountResult extends AccountFacts {
  /** Undefined when nobody could say which account it is: the gateway did not open. */
  readonly account: string | undefined;
  /** Undefined when the keys were never read. */
  readonly source: InventorySource | undefined;
  /** What ended the account's part early; it is among the errors too. */
  readonly fatal: KeyturnError | undefined;
}

/**
 * Rotations wait for AWS most of the time, and waiting takes no call: so more of them are open at
 * once than calls are allowed at once.
 */
export const ROTATIONS_PER_CALL_SLOT = 16;

/** Known before anything was tried: nothing went wrong, but a person is needed. */
const BLOCKED: ReadonlySet<ErrorCode> = new Set([
  'two-active-keys',
  'no-free-slot',
  'own-key',
  'not-deliverable',
]);

/** Ended by the person or the clock, not by a failure. */
const STOPPED: ReadonlySet<ErrorCode> = new Set(['interrupted', 'time-limit']);

/**
 * Opens the account, rotates every due key of it, and closes it. Never throws for an expected
 * failure: what could not be done is in the result.
 */
export async function runAccount(
  open: () => Promise<AccountGateway>,
  options: AccountOptions,
  surroundings: AccountSurroundings,
): Promise<AccountResult> {
  const run = new AccountRun(options, surroundings);
  try {
    await run.perform(open);
  } catch (thrown) {
    run.fail(toKeyturnError(thrown));
  }
  return run.result();
}

/** What is known while the run goes on; the result is made from whatever is there at the end. */
class AccountRun {
  readonly #options: AccountOptions;
  readonly #surroundings: AccountSurroundings;
  /** In the order of the candidates; a place stays empty until its user is done. */
  readonly #places: (UserOutcome | undefined)[] = [];
  readonly #errors: AccountIssue[] = [];
  #fatal: KeyturnError | undefined;
  #account: string | undefined;
  #usersExamined = 0;
  #keysExamined = 0;
  #source: InventorySource | undefined;
  #handoff: ReadonlyMap<AccessKeyId, HandedOff> = new Map();

  constructor(options: AccountOptions, surroundings: AccountSurroundings) {
    this.#options = options;
    this.#surroundings = surroundings;
  }

  async perform(open: () => Promise<AccountGateway>): Promise<void> {
    const { gates, signal } = this.#surroundings;
    const giveBack = await takePlace(gates?.reading, signal);
    let gateway: AccountGateway | undefined;
    try {
      gateway = await open();
      const { state, candidates } = await this.#examine(gateway);
      // What follows is mostly waiting; other accounts may read meanwhile.
      giveBack();
      await this.#rotateAll(gateway, state, candidates);
      const printsSecrets = this.#options.deliver.some(({ kind }) => kind === 'stdout');
      const collected = await collectHandoffs(this.#outcomes, state.handoff, printsSecrets);
      this.#handoff = collected.handoff;
      this.#errors.push(...collected.errors);
    } finally {
      giveBack();
      gateway?.close();
    }
  }

  /** Of the inventory only the candidates outlive this: many accounts may be open. */
  async #examine(
    gateway: AccountGateway,
  ): Promise<{ readonly state: AccountState; readonly candidates: readonly CandidateUser[] }> {
    const { clock, emit, run } = this.#surroundings;
    const { dryRun, daysThreshold } = this.#options;
    const stateDir = resolve(this.#options.stateDir);
    const { account, arn: caller } = gateway.caller;
    this.#account = account;
    emit({ code: 'run-started', account, caller, dryRun, daysThreshold });
    // Before the inventory: a run that could not keep a secret must not begin (I1, I3). A dry run
    // keeps nothing, so it does not ask whether it could.
    const openState = dryRun ? readAccountState : openAccountState;
    const state = await openState({ stateDir, account, clock, run });
    const inventory = await accountInventory(gateway, state, this.#options, this.#surroundings);
    this.#usersExamined = inventory.usersExamined;
    this.#keysExamined = inventory.keysExamined;
    this.#source = inventory.source;
    this.#errors.push(
      ...inventory.unreadable.map(({ userName, error }) => reportIssue(error, userName)),
    );
    if (!dryRun) await rememberActiveKeys(inventory, state, clock.now());
    return { state, candidates: await this.#candidates(state, inventory) };
  }

  async #candidates(state: AccountState, inventory: Inventory): Promise<readonly CandidateUser[]> {
    const { emit, clock } = this.#surroundings;
    const { daysThreshold, cleanupInactive, user: scope, recoverOnly = false } = this.#options;
    const { candidates, due } = await findCandidates(
      inventory,
      state.journal,
      { daysThreshold, cleanupInactive, scope, recoverOnly },
      clock.now(),
    );
    emit({
      code: 'inventory-done',
      users: this.#usersExamined,
      keys: this.#keysExamined,
      due,
      candidates: candidates.length,
    });
    return candidates;
  }

  fail(error: KeyturnError): void {
    this.#fatal = error;
    this.#errors.push(reportIssue(error));
  }

  result(): AccountResult {
    return {
      account: this.#account,
      usersExamined: this.#usersExamined,
      keysExamined: this.#keysExamined,
      source: this.#source,
      outcomes: this.#outcomes,
      fatal: this.#fatal,
      errors: this.#errors,
      handoff: this.#handoff,
    };
  }

  async #rotateAll(
    gateway: AccountGateway,
    state: AccountState,
    candidates: readonly CandidateUser[],
  ): Promise<void> {
    const { emit, signal, gates } = this.#surroundings;
    const { user: scope } = this.#options;
    const executor = this.#executor(gateway, state);
    if (!this.#options.dryRun) await settleHandoffs(state, executor, scope);
    const perform = this.#performer(state, executor);
    let done = 0;
    const one = async (candidate: CandidateUser, index: number) => {
      // A stopped run gives every user their outcome, so nobody is turned away here.
      const giveBack = await takePlace(gates?.rotating, undefined);
      const outcome = await perform(candidate).finally(giveBack);
      this.#places[index] = outcome;
      this.#reportFailure(outcome);
      done += 1;
      emit({ code: 'user-done', user: candidate.user, done, total: candidates.length });
    };
    const concurrency = this.#options.maxParallel * ROTATIONS_PER_CALL_SLOT;
    // I7: the key that signs the calls goes when there is nobody left to sign for.
    const hasOwnKey = ({ keys }: CandidateUser) =>
      keys.some(({ id }) => id === gateway.caller.accessKeyId);
    for (const isLast of [false, true]) {
      const turn = (candidate: CandidateUser, index: number) =>
        hasOwnKey(candidate) === isLast ? one(candidate, index) : undefined;
      await pMap(candidates, turn, { concurrency });
    }
    this.#reportLeft();
    if (signal.aborted && this.#outcomes.every(({ rotation }) => rotation === undefined)) {
      signal.throwIfAborted();
    }
  }

  #executor(gateway: AccountGateway, state: AccountState): ExecutorContext {
    const { daysThreshold, cleanupInactive, inactiveDays, recoverOnly = false } = this.#options;
    const { deliver, isDeliverGiven } = this.#options;
    return executorContext({
      ...this.#surroundings,
      gateway,
      state,
      policy: {
        oldKeyFate: 'deactivate',
        daysThreshold,
        cleanupInactive,
        inactiveDays,
        recoverOnly,
        replacesOwnKey: isDeliverGiven,
      },
      deliver,
      finishesOthers: true,
    });
  }

  /** What is done with each candidate: planned in a dry run, rotated otherwise. */
  #performer(
    state: AccountState,
    executor: ExecutorContext,
  ): (candidate: CandidateUser) => Promise<UserOutcome> {
    if (!this.#options.dryRun) return (candidate) => rotateUser(candidate, executor);
    return async (candidate) => {
      const records = await state.journal.recordsOf(candidate.user);
      return await planUser(candidate, candidate.keys, records, executor);
    };
  }

  #reportFailure({ user, rotation }: UserOutcome): void {
    // A dry run fails at nothing: what it would not do is in its report.
    if (rotation?.kind !== 'failed' || this.#options.dryRun) return;
    const { code: errorCode, message: reason } = rotation.error;
    // These did not fail; how many they are is said once.
    if (STOPPED.has(errorCode)) return;
    const code = BLOCKED.has(errorCode) ? 'rotation-blocked' : 'rotation-failed';
    this.#surroundings.emit({ code, user, errorCode, reason });
  }

  get #outcomes(): UserOutcome[] {
    return this.#places.filter((outcome) => outcome !== undefined);
  }

  #reportLeft(): void {
    const left = this.#outcomes.flatMap(({ rotation }) =>
      rotation?.kind === 'failed' && STOPPED.has(rotation.error.code) ? [rotation.error] : [],
    );
    const [first] = left;
    if (first === undefined || this.#options.dryRun) return;
    this.#surroundings.emit({ code: 'users-left', users: left.length, reason: first.message });
  }
}

/** Waits for a place, if there is a gate at all; rejects with the signal's reason. */
async function takePlace(gate: Limiter | undefined, signal: AbortSignal | undefined) {
  try {
    return (await gate?.acquire(signal)) ?? (() => {});
  } catch (thrown) {
    signal?.throwIfAborted();
    throw thrown;
  }
}
