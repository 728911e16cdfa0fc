// The part of a run that belongs to one account: from its open gateway to the outcome of each of its
// users. What spans accounts (the report, the exit code, the time limit) is rotate-account.ts's.

import pMap from 'p-map';
import type { AccountGateway } from '../aws/gateway.ts';
import type { InventorySource } from '../aws/inventory.ts';
import type { Limiter } from '../aws/limiter.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { type KeyturnError, toKeyturnError } from '../base/errors.ts';
import { collectGarbageEarly } from '../base/heap.ts';
import type { Ticket } from '../base/in-order.ts';
import type { SameReach } from '../base/key-command.ts';
import type { NewPlaces } from '../destinations/kind.ts';
import { type NamedPlace, printsSecret } from '../destinations/kinds.ts';
import type { AccountWork } from '../engine/account-work.ts';
import type { UserListed } from '../engine/foretell-user.ts';
import { askedAbout, refuseUnasked } from '../engine/named-orphans.ts';
import type { UserOutcome } from '../engine/outcome.ts';
import type { TakenPlaces } from '../engine/places.ts';
import { settleAllLeftOver } from '../engine/settle-custody.ts';
import type { OldKeyFate } from '../lifecycle/record.ts';
import type { RetirePolicy } from '../lifecycle/retire-policy.ts';
import {
  accountInventory,
  type InventoryOptions,
  rememberKeys,
  rememberUsers,
  rememberUses,
} from './account-inventory.ts';
import { accountWork, type Deliveries } from './account-work.ts';
import { RunTrail } from './audit/run-trail.ts';
import {
  type AccountFacts,
  type AccountIssue,
  type HandedOff,
  reportIssue,
} from './build-report.ts';
import { ownKeyLast, takePlaces } from './candidate-order.ts';
import { collectHandoffs } from './collect-handoffs.ts';
import {
  findCandidates,
  type HeldUser,
  isInScope,
  isNamed,
  shortlistedUsers,
} from './find-candidates.ts';
import { findTarget } from './find-target.ts';
import { inFileTerms } from './in-file-terms.ts';
import { accessOf, openedFor } from './open-state.ts';
import type { RunContext } from './run-context.ts';
import { wholeOf } from './run-observer.ts';
import { asSettings, type Governance, sameForAll, settingsAt } from './run-settings.ts';
import { takePlace } from './take-place.ts';
import { type HowPerformed, type PlannedFor, UserTurns } from './user-turns.ts';

/** What is wanted of an account. */
export interface AccountOptions extends InventoryOptions {
  /** What holds for each user, where a configuration says it; else the same for all. */
  readonly governance?: Governance;
  /** Whether a dry run makes a plan, which says what it depends on too. */
  readonly isPlan?: boolean;
  /** Whether a dry run keeps what it saw: one that is acted upon does, since holds and quiet days count from there. */
  readonly remembers?: boolean;
  /** Whether a plan is made of a file that is not trusted: places outside of AWS are not asked. */
  readonly isUntrusted?: boolean;
  /** The only users of the account that it is about: those of a plan. */
  readonly usersOf?: (account: string) => readonly string[];
  /** Users whose keys are read to be remembered alone: those of a plan who wait for the end of a hold. */
  readonly alsoSeenOf?: (account: string) => readonly string[];
  /** Of a plan that is held against what is there now: the key of a user that it replaces. */
  readonly replacedOf?: HowPerformed['replacedOf'];
  /** What the plan that is applied says about each; what it does not name is not done. */
  readonly plannedFor?: PlannedFor | undefined;
  readonly dryRun: boolean;
  /** The threshold as the log and the document tell it, in days. */
  readonly daysThreshold: number;
  /** The only key to rotate, whatever its age: by its ID, or by the name of its user. */
  readonly target?: string;
  /** How much younger than the threshold a key may be that is due, in days. */
  readonly lookAheadDays: number;
  /** What becomes of old keys, of rotations that this run begins. */
  readonly oldKeyFate: OldKeyFate;
  /** When those go that wait until nobody uses them. */
  readonly retire: RetirePolicy;
  /** Where new secrets go. */
  readonly deliver: Deliveries;
  /** Whether the operator said so, and it is not only the default (I7). */
  readonly isDeliverGiven: boolean;
  /** The command line to which `--orphan KEY` is added to say so. */
  readonly wordCommand?: string;
  /** How `keyturn keys` reaches the same account and state, for hints. */
  readonly reach?: SameReach;
  /** How places are made that do not exist; none is when left out. */
  readonly newPlaces?: NewPlaces | undefined;
  /** Places where nobody reads a key any more. */
  readonly movedFrom?: readonly NamedPlace[] | undefined;
}

/** An account that reads takes calls and memory; one that waits for new keys takes little of both. */
export interface AccountGates {
  /** Held while the account is opened and its keys are read. */
  readonly reading: Limiter;
  /** Held by each rotation. */
  readonly rotating: Limiter;
  /** Held from the intent of a rotation until its secret is in custody (I17). */
  readonly creating: Limiter;
  /** Whose key goes where: users of two accounts may have one place outside of AWS. */
  readonly taken: TakenPlaces;
}

export interface AccountContext extends Omit<RunContext, 'env'> {
  /** Shared with the other accounts of the run, where there are others. */
  readonly gates?: AccountGates;
  /** The place of the account among them: limits are about all, and the first ones take of them first. */
  readonly order?: Ticket;
}

/** What is known of an account when its part of the run is over, however it ended. */
export interface AccountResult extends AccountFacts {
  /** Undefined when nobody could say which account it is: the gateway did not open. */
  readonly account: string | undefined;
  /** Undefined when the keys were never read. */
  readonly source: InventorySource | undefined;
  /** What ended the account's part early; it is among the errors too. */
  readonly fatal: KeyturnError | undefined;
  /** Users for whom nothing new was begun, and why. */
  readonly held: readonly HeldUser[] | undefined;
  /** Those of the keys named as orphans that a rotation of the account asks about. */
  readonly asked: readonly AccessKeyId[];
}

/**
 * Rotations wait for AWS most of the time, and waiting takes no call: so more of them are open at
 * once than calls are allowed at once.
 */
export const ROTATIONS_PER_CALL_SLOT = 16;

/**
 * Opens the account, rotates every due key of it, and closes it. Never throws for an expected
 * failure: what could not be done is in the result.
 */
export async function runAccount(
  open: () => Promise<AccountGateway>,
  options: AccountOptions,
  context: AccountContext,
): Promise<AccountResult> {
  const run = new AccountRun(options, context);
  const { gates, signal } = context;
  let gateway: AccountGateway | undefined;
  let giveBack = () => {};
  try {
    giveBack = await takePlace(gates?.reading, signal);
    gateway = await open();
    // Loading what talks to AWS has taken the most memory at once until here.
    collectGarbageEarly();
    const { account, candidates } = await run.examine(gateway);
    // What follows is mostly waiting; other accounts may read meanwhile.
    giveBack();
    const concurrency = options.maxParallel * ROTATIONS_PER_CALL_SLOT;
    for (const group of ownKeyLast(candidates, account)) {
      await pMap(group, (candidate) => run.rotateOne(candidate, account), { concurrency });
    }
    await run.conclude(account);
  } catch (thrown) {
    run.fail(toKeyturnError(thrown));
  } finally {
    await run.tellEnd();
    giveBack();
    context.order?.through();
    gateway?.close();
  }
  return run.result();
}

const NO_KEYS: ReadonlySet<AccessKeyId> = new Set();

/** What is known while the run goes on; the result is made from whatever is there at the end. */
class AccountRun {
  /** With the user and the key that `target` stands for, once AWS was asked. */
  #options: AccountOptions;
  readonly #context: AccountContext;
  #turns: UserTurns;
  /** When the keys were read. */
  #readAt: Date | undefined;
  #candidates: readonly UserListed[] = [];
  readonly #outcomes = new Map<UserListed, UserOutcome>();
  readonly #errors: AccountIssue[] = [];
  #fatal: KeyturnError | undefined;
  #account: string | undefined;
  #usersExamined = 0;
  #keysExamined = 0;
  #source: InventorySource | undefined;
  #handoff: ReadonlyMap<AccessKeyId, HandedOff> = new Map();
  #asked: readonly AccessKeyId[] = [];
  readonly #trail: RunTrail;

  constructor(options: AccountOptions, context: AccountContext) {
    this.#options = options;
    this.#context = context;
    this.#turns = new UserTurns(sameForAll(asSettings(options)), context.emit);
    this.#trail = new RunTrail(context);
  }

  /** Of the inventory only the candidates outlive this: many accounts may be open. */
  async examine(
    gateway: AccountGateway,
  ): Promise<{ readonly account: AccountWork; readonly candidates: readonly UserListed[] }> {
    const { clock, emit, signal } = this.#context;
    const { dryRun, daysThreshold, target } = this.#options;
    const { account: id, arn: caller } = gateway.caller;
    this.#account = id;
    const { run } = this.#context.state;
    emit({ code: 'run-started', run, account: id, caller, dryRun, daysThreshold });
    // Before the inventory: a run that could not keep a secret must not begin (I1, I3). A dry run is
    // told so too, as far as reads show it.
    const state = await openedFor(gateway, this.#context.state, accessOf(this.#options));
    if (target !== undefined) {
      const { reach, oldKeyFate } = this.#options;
      const isLeaked = oldKeyFate === 'deactivate';
      const place = { gateway, state, clock, reach, isLeaked };
      const { user, keyId } = await findTarget(target, place);
      const wanted = { kind: 'named-key', keyId, mayRemove: undefined } as const;
      this.#options = { ...this.#options, user, wanted };
    }
    const atHand = { gateway, state, clock, emit, signal, run };
    const settings = await settingsAt(this.#options, atHand);
    this.#turns = new UserTurns(settings, emit);
    const { shortlist } = settings;
    const named = this.#options.usersOf?.(id);
    const looked = { ...this.#options, users: named, ...shortlist };
    const inventory = await accountInventory(atHand, looked);
    const { usersExamined: users, keysExamined: keys, unreadable } = inventory;
    this.#usersExamined = users;
    this.#keysExamined = keys;
    this.#source = inventory.source;
    this.#errors.push(...unreadable.map(({ userName, error }) => reportIssue(error, userName)));
    // I12: a dry run judges by the same memory, and keeps nothing of it unless a command acts upon it.
    this.#readAt = clock.now();
    await rememberKeys(inventory, state, this.#readAt);
    await rememberUsers(atHand, this.#options.alsoSeenOf?.(id) ?? [], this.#options);
    const open = await state.openUsers();
    const { slice } = this.#options;
    const scope = { user: this.#options.user, users: named, slice };
    const about = { ...scope, open, settings, now: clock.now() };
    const { observer } = this.#context;
    const whole = wholeOf(this.#options);
    const read = { ...whole, account: id, inventory, open, settings, now: this.#readAt };
    const alsoAsked = observer?.alsoAsked(read) ?? [];
    await settings.learn([...shortlistedUsers(inventory, about), ...alsoAsked]);
    const { candidates, due, held } = findCandidates(inventory, about);
    for (const each of held) this.#turns.holdBack(each);
    observer?.keysRead(read);
    const account = this.#work(gateway, state);
    await takePlaces(candidates, account);
    this.#candidates = await this.#turns.withinLimits(candidates, account, {
      open: open.filter(({ history }) => history.open !== undefined).length,
      order: this.#context.order,
      plannedFor: this.#options.plannedFor,
      concurrency: this.#options.maxParallel * ROTATIONS_PER_CALL_SLOT,
    });
    emit({ code: 'inventory-done', users, keys, due, candidates: this.#candidates.length });
    await this.#readOrphans(account);
    const begun = { users, keys, candidates: this.#candidates.length, daysThreshold };
    if (!dryRun) await this.#trail.begin(state.trail, begun);
    const isMeant = (user: string) => isInScope(user, scope.user) && isNamed(user, scope);
    if (!dryRun) await settleAllLeftOver(account, isMeant);
    return { account, candidates: this.#candidates };
  }

  /** In one account a slip of the pen is found before anything is changed; of several, at their end. */
  async #readOrphans(account: AccountWork): Promise<void> {
    const { orphans = NO_KEYS } = this.#options;
    if (orphans.size === 0) return;
    for (const { user, keys } of this.#candidates) {
      this.#asked = [...this.#asked, ...(await askedAbout(user, keys, account))];
    }
    if (this.#context.gates === undefined) refuseUnasked(orphans, this.#asked, this.#options.reach);
  }

  #work(gateway: AccountGateway, state: AccountWork['state']): AccountWork {
    const { cleanUpDays, isDeliverGiven, oldKeyFate, retire, reach } = this.#options;
    const { orphans = NO_KEYS, wordCommand, movedFrom, newPlaces } = this.#options;
    const { gates } = this.#context;
    return accountWork({
      ...this.#context,
      ...{
        gateway,
        state,
        newPlaces,
        finishesOthers: true,
        isUntrusted: this.#options.isUntrusted,
      },
      deliver: (user) => this.#turns.deliveriesOf(user),
      ...(gates !== undefined && { creating: gates.creating, taken: gates.taken }),
      policy: {
        ...{ oldKeyFate, retire, cleanUpDays, replacesOwnKey: isDeliverGiven, takesDeliver: true },
        ...{ orphans, wordCommand, movedFrom, reach, makesPlan: this.#options.isPlan },
        configFile: this.#options.governance?.file,
      },
    });
  }

  async rotateOne(candidate: UserListed, account: AccountWork): Promise<void> {
    const { gates, emit } = this.#context;
    const { dryRun, plannedFor, replacedOf } = this.#options;
    const how = { dryRun, plannedFor, replacedOf };
    // A stopped run gives every user their outcome, so nobody is turned away here.
    const giveBack = await takePlace(gates?.rotating, undefined);
    const performed = await this.#turns.perform(candidate, account, how).finally(giveBack);
    const outcome = this.#options.governance === undefined ? performed : inFileTerms(performed);
    this.#outcomes.set(candidate, outcome);
    this.#tellFailure(outcome);
    const { size: done } = this.#outcomes;
    emit({ code: 'user-done', user: candidate.user, done, total: this.#candidates.length });
  }

  async conclude({ gateway, state }: AccountWork): Promise<void> {
    const { signal } = this.#context;
    this.#tellLeft();
    const outcomes = this.#inOrder;
    if (signal.aborted && outcomes.every(({ rotation }) => rotation === undefined)) {
      signal.throwIfAborted();
    }
    // Every use was asked for after that, and what is known since a moment before the cut-over leaves no gap to it.
    await rememberUses(outcomes, state, this.#readAt ?? this.#context.clock.now());
    const everywhere = this.#options.governance?.everywhere ?? [this.#options.deliver];
    const printsSecrets = everywhere.flat().some(({ kind }) => printsSecret(kind));
    const collected = await collectHandoffs(outcomes, state.custody, printsSecrets);
    this.#handoff = collected.handoff;
    this.#errors.push(...collected.errors);
    if (!this.#options.dryRun) await this.#tidy(state);
    const { held } = this.#turns;
    const account = gateway.caller.account;
    await this.#context.observer?.usersDone({ account, outcomes, held, gateway, state });
  }

  async #tidy(state: AccountWork['state']): Promise<void> {
    try {
      const compacted = await state.tidy();
      if (compacted !== undefined) this.#context.emit({ code: 'journal-compacted', ...compacted });
    } catch {
      // The journal is as it was, and the next run tries again: the run has done its work.
    }
  }

  fail(error: KeyturnError): void {
    this.#fatal = this.#options.governance === undefined ? error : error.inFile;
    this.#errors.push(reportIssue(this.#fatal));
  }

  result(): AccountResult {
    return {
      account: this.#account,
      usersExamined: this.#usersExamined,
      keysExamined: this.#keysExamined,
      source: this.#source,
      outcomes: this.#inOrder,
      fatal: this.#fatal,
      errors: this.#errors,
      handoff: this.#handoff,
      held: this.#options.governance === undefined ? undefined : this.#turns.held,
      governedBy: (user) => this.#turns.governedBy(user),
      asked: this.#asked,
    };
  }

  /** The outcomes in the order of the candidates; users who were not reached are left out. */
  get #inOrder(): UserOutcome[] {
    return this.#candidates.flatMap((candidate) => this.#outcomes.get(candidate) ?? []);
  }

  /** What the run decided, and that it ended; never throws. */
  async tellEnd(): Promise<void> {
    await this.#trail.end({
      ...{ users: this.#usersExamined, keys: this.#keysExamined, outcomes: this.#inOrder },
      ...{ held: this.#turns.held, fatal: this.#fatal },
    });
  }

  #tellFailure({ user, rotation }: UserOutcome): void {
    // A dry run fails at nothing: what it would not do is in its report.
    if (rotation?.kind !== 'failed' || this.#options.dryRun) return;
    const { code: errorCode, message: reason, isStop, isBlock } = rotation.error;
    // These did not fail; at the end one event tells how many they are.
    if (isStop) return;
    const code = isBlock ? 'rotation-blocked' : 'rotation-failed';
    this.#context.emit({ code, user, errorCode, reason });
  }

  #tellLeft(): void {
    const left = this.#inOrder.flatMap(({ rotation }) =>
      rotation?.kind === 'failed' && rotation.error.isStop ? [rotation.error] : [],
    );
    const [first] = left;
    if (first === undefined || this.#options.dryRun) return;
    this.#context.emit({ code: 'users-left', users: left.length, reason: first.message });
  }
}
