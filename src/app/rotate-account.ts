// Use case of `rotate-iam-keys`: rotate every due key of one account.
//
//   prepare state -> identify caller -> inventory -> candidates -> rotate each -> report

import { resolve } from 'node:path';
import pMap from 'p-map';
import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Clock } from '../base/clock.ts';
import type { ErrorCode, ExitCode } from '../base/error-codes.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import { VERSION } from '../base/version.ts';
import type { ExecutorContext } from '../executor/context.ts';
import type { UserOutcome } from '../executor/outcome.ts';
import { planUser } from '../executor/plan-user.ts';
import { rotateUser } from '../executor/rotate-user.ts';
import { newId } from '../executor/runtime.ts';
import type { AccountGateway } from '../iam/gateway.ts';
import { type Inventory, takeInventory, type UserKeys } from '../iam/inventory.ts';
import { openGateway } from '../iam/open-gateway.ts';
import type { AccountState } from '../journal/journal.ts';
import { openAccountState, readAccountState } from '../journal/open-account-state.ts';
import type { ReportIssue, RotationReport } from '../reports/rotation-report.ts';
import { buildReport, type HandedOff, type ReportFacts, reportIssue } from './build-report.ts';
import { executorContext } from './executor-context.ts';
import { type CandidateUser, findCandidates, usersWithOpenRotation } from './find-candidates.ts';
import { stopSignal } from './stop-signal.ts';

export interface RotateAccountOptions {
  /** A key is due when it is at least this old. */
  readonly daysThreshold: number;
  readonly dryRun: boolean;
  /** Scopes everything to this user, clean-up included (I6). */
  readonly user: string | undefined;
  readonly cleanupInactive: boolean;
  /** How long a key must have been Inactive before clean-up deletes it. */
  readonly inactiveDays: number;
  /** Named profile; undefined means the SDK's default credential chain. */
  readonly profile: string | undefined;
  readonly region: string;
  /** AWS calls under way at the same time. */
  readonly maxParallel: number;
  /** After this long no further step is begun; undefined means no limit. */
  readonly timeoutMs: number | undefined;
  /** Absolute path of the state directory. */
  readonly stateDir: string;
  /** Whether new secrets are part of the report (stdout is the destination). */
  readonly secretsInReport: boolean;
  /** Finish what earlier runs left open, and begin nothing. */
  readonly recoverOnly?: boolean;
}

export interface RunContext {
  readonly clock: Clock;
  readonly emit: EventSink;
  /** Aborted on SIGINT or SIGTERM: steps under way are finished, no new one begins. */
  readonly signal: AbortSignal;
  /** Process environment, read once at the edge. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface RotateAccountOutcome {
  readonly report: RotationReport;
  readonly exitCode: ExitCode;
}

/**
 * Rotations wait for AWS most of the time, and waiting takes no call: so more of them are open at
 * once than calls are allowed at once.
 */
const ROTATIONS_PER_CALL_SLOT = 16;

/** Known before anything was tried: nothing went wrong, but a person is needed. */
const BLOCKED: ReadonlySet<ErrorCode> = new Set(['two-active-keys', 'no-free-slot', 'own-key']);

/** Ended by the person or the clock, not by a failure. */
const STOPPED: ReadonlySet<ErrorCode> = new Set(['interrupted', 'time-limit']);

/**
 * Runs to the end whatever happens to single users, and never throws for an expected failure: what
 * could not be done is in the report (`errors`, `rotated_keys[].error`).
 */
export async function rotateAccount(
  options: RotateAccountOptions,
  context: RunContext,
): Promise<RotateAccountOutcome> {
  const stop = stopSignal(context.clock, context.signal, options.timeoutMs);
  const run = new AccountRun(options, context, stop.signal);
  try {
    await run.perform();
  } catch (thrown) {
    run.fail(toKeyturnError(thrown));
  } finally {
    stop.dispose();
  }
  return run.outcome();
}

/** What is known while the run goes on; the report is made from whatever is there at the end. */
class AccountRun {
  readonly #options: RotateAccountOptions;
  readonly #context: RunContext;
  readonly #signal: AbortSignal;
  readonly #startedAt: Date;
  readonly #run = newId();
  /** In the order of the candidates; a place stays empty until its user is done. */
  readonly #places: (UserOutcome | undefined)[] = [];
  readonly #errors: ReportIssue[] = [];
  #fatal: KeyturnError | undefined;
  #gateway: AccountGateway | undefined;
  #inventory: Inventory | undefined;
  #handoff = new Map<AccessKeyId, HandedOff>();

  constructor(options: RotateAccountOptions, context: RunContext, signal: AbortSignal) {
    this.#options = options;
    this.#context = context;
    this.#signal = signal;
    this.#startedAt = context.clock.now();
  }

  async perform(): Promise<void> {
    const { clock, emit, env } = this.#context;
    const { profile, region, maxParallel, dryRun } = this.#options;
    const stateDir = resolve(this.#options.stateDir);
    const signal = this.#signal;
    const gateway = await openGateway({ profile, region, env, maxParallel, clock, emit, signal });
    this.#gateway = gateway;
    try {
      const { account, arn: caller } = gateway.caller;
      const { daysThreshold } = this.#options;
      emit({ code: 'run-started', account, caller, dryRun, daysThreshold });
      // Before the inventory: a run that could not keep a secret must not begin (I1, I3). A dry run
      // keeps nothing, so it does not ask whether it could.
      const open = dryRun ? readAccountState : openAccountState;
      const state = await open({ stateDir, account, clock, run: this.#run });
      const inventory = await this.#takeInventory(gateway, state);
      this.#inventory = inventory;
      this.#errors.push(
        ...inventory.unreadable.map(({ userName, error }) => reportIssue(error, userName)),
      );
      if (!dryRun) await rememberActiveKeys(inventory, state, clock.now());
      await this.#rotateAll(gateway, state, inventory);
      await this.#collectSecrets(state);
    } finally {
      gateway.close();
    }
  }

  async #takeInventory(gateway: AccountGateway, state: AccountState): Promise<Inventory> {
    const { maxParallel: parallel, user, recoverOnly } = this.#options;
    const { emit } = this.#context;
    const options = { parallel, emit, signal: this.#signal };
    if (recoverOnly !== true) {
      return await takeInventory(gateway.reader, { ...options, ...(user && { user }) });
    }
    const users: UserKeys[] = [];
    for (const unfinished of (await usersWithOpenRotation(state.journal, user)).values()) {
      try {
        const scoped = await takeInventory(gateway.reader, { ...options, user: unfinished.user });
        users.push(...scoped.users);
      } catch (thrown) {
        // Deleted meanwhile: the executor closes what is open.
        if (toKeyturnError(thrown).code !== 'unknown-user') throw thrown;
      }
    }
    return { users, unreadable: [] };
  }

  fail(error: KeyturnError): void {
    this.#fatal = error;
    this.#errors.push(reportIssue(error));
  }

  outcome(): RotateAccountOutcome {
    const report = buildReport(this.#facts());
    const { summary } = report;
    const durationMs = summary.duration_seconds * 1000;
    const [done, failed, deleted] = [
      summary.successful_rotations,
      summary.failed_rotations,
      summary.cleanup_operations,
    ];
    if (this.#fatal !== undefined) return { report, exitCode: this.#exitCode(report) };
    this.#context.emit(
      report.dry_run
        ? {
            code: 'plan-done',
            wouldRotate: done,
            blocked: failed,
            wouldDelete: deleted,
            durationMs,
          }
        : { code: 'run-done', rotated: done, failed, deleted, durationMs },
    );
    return { report, exitCode: this.#exitCode(report) };
  }

  #exitCode(report: RotationReport): RotateAccountOutcome['exitCode'] {
    const { reason } = this.#context.signal;
    if (this.#context.signal.aborted) {
      return reason instanceof KeyturnError && reason.exitCode === 143 ? 143 : 130;
    }
    if (this.#fatal !== undefined) return this.#fatal.exitCode;
    if (report.errors.length > 0) return 1;
    // A dry run has done its work when it has told what is blocked.
    if (report.dry_run) return 0;
    const failed = [...report.rotated_keys, ...report.cleanup_results].some((r) => !r.success);
    return failed ? 1 : 0;
  }

  async #rotateAll(
    gateway: AccountGateway,
    state: AccountState,
    inventory: Inventory,
  ): Promise<void> {
    const { emit, clock } = this.#context;
    const executor = this.#executorContext(gateway, state);
    const { daysThreshold, cleanupInactive, user: scope } = this.#options;
    const { candidates, due } = await findCandidates(
      inventory,
      state.journal,
      { daysThreshold, cleanupInactive, scope, recoverOnly: this.#options.recoverOnly === true },
      clock.now(),
    );
    const keys = inventory.users.reduce((sum, each) => sum + each.keys.length, 0);
    emit({ code: 'inventory-done', users: inventory.users.length, keys, due });
    let done = 0;
    const one = async (candidate: CandidateUser, index: number) => {
      const outcome = this.#options.dryRun
        ? await planUser(
            candidate,
            candidate.keys,
            await state.journal.recordsOf(candidate.user),
            executor,
          )
        : await rotateUser(candidate, executor);
      this.#places[index] = outcome;
      this.#reportFailure(outcome);
      done += 1;
      emit({ code: 'user-done', user: candidate.user, done, total: candidates.length });
    };
    const concurrency = this.#options.maxParallel * ROTATIONS_PER_CALL_SLOT;
    await pMap(candidates, one, { concurrency });
    this.#reportLeft();
    if (this.#signal.aborted && this.#outcomes.every(({ rotation }) => rotation === undefined)) {
      this.#signal.throwIfAborted();
    }
  }

  #reportFailure({ user, rotation }: UserOutcome): void {
    // A dry run fails at nothing: what it would not do is in its report.
    if (rotation?.kind !== 'failed' || this.#options.dryRun) return;
    const { code: errorCode, message: reason } = rotation.error;
    // These did not fail; how many they are is said once.
    if (STOPPED.has(errorCode)) return;
    const code = BLOCKED.has(errorCode) ? 'rotation-blocked' : 'rotation-failed';
    this.#context.emit({ code, user, errorCode, reason });
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
    this.#context.emit({ code: 'users-left', users: left.length, reason: first.message });
  }

  #executorContext(gateway: AccountGateway, state: AccountState): ExecutorContext {
    const { clock, emit } = this.#context;
    const { daysThreshold, cleanupInactive, inactiveDays, recoverOnly = false } = this.#options;
    return executorContext({
      gateway,
      state,
      run: this.#run,
      clock,
      emit,
      signal: this.#signal,
      policy: {
        oldKeyFate: 'deactivate',
        daysThreshold,
        cleanupInactive,
        inactiveDays,
        recoverOnly,
      },
      finishesOthers: true,
    });
  }

  /** Where each new secret is; the secret itself only when stdout is the destination (I8). */
  async #collectSecrets(state: AccountState): Promise<void> {
    for (const { user, rotation } of this.#outcomes) {
      if (rotation === undefined || rotation.kind === 'would-rotate') continue;
      const { newKeyId } = rotation;
      if (newKeyId === undefined) continue;
      const path = state.handoff.pathOf(newKeyId);
      try {
        const entry = await state.handoff.get(newKeyId);
        if (entry === undefined) continue;
        const secret = this.#options.secretsInReport ? entry.secret : undefined;
        this.#handoff.set(newKeyId, { path, secret });
      } catch (thrown) {
        // One damaged file must not cost the others their place in the result. A rotation that
        // failed has said so itself.
        this.#handoff.set(newKeyId, { path, secret: undefined });
        if (rotation.kind === 'rotated') {
          this.#errors.push(reportIssue(toKeyturnError(thrown), user));
        }
      }
    }
  }

  #facts(): ReportFacts {
    const users = this.#inventory?.users ?? [];
    return {
      startedAt: this.#startedAt,
      endedAt: this.#context.clock.now(),
      dryRun: this.#options.dryRun,
      daysThreshold: this.#options.daysThreshold,
      account: this.#gateway?.caller.account,
      version: VERSION,
      usersExamined: users.length,
      keysExamined: users.reduce((sum, { keys }) => sum + keys.length, 0),
      outcomes: this.#outcomes,
      errors: this.#errors,
      handoff: this.#handoff,
    };
  }
}

/** I5: for keys that somebody else makes Inactive later, this is the best start of the hold. */
async function rememberActiveKeys(
  inventory: Inventory,
  state: AccountState,
  now: Date,
): Promise<void> {
  const active = inventory.users.flatMap(({ keys }) =>
    keys.filter(({ status }) => status === 'Active').map(({ id }) => id),
  );
  state.sightings.seenActive(active, now);
  await state.sightings.save();
}

export type RotateAccount = typeof rotateAccount;
