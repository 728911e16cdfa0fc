// From outcomes to the documented report.

import type { Caller } from '../aws/gateway.ts';
import type { InventorySource } from '../aws/inventory.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { earliestOf, wholeDaysBetween } from '../base/clock.ts';
import type { KeyturnError } from '../base/errors.ts';
import { countChanges } from '../base/key-changes.ts';
import type { Secret } from '../base/secret.ts';
import type { CleanupOutcome, RotationOutcome, UserOutcome } from '../engine/outcome.ts';
import type { KeyDetails } from '../lifecycle/keys.ts';
import type {
  CleanupResult,
  HeldBackUser,
  KeyInfo,
  ReportedHook,
  ReportIssue,
  Retirement,
  RotatedKey,
  RotationReport,
} from '../reports/rotation-report.ts';
import { type AccountRow, accountTotals } from './account-totals.ts';
import type { ChangeLog } from './change-log.ts';
import { describeHook } from './describe-hook.ts';
import { deliveredTo, wouldGoTo } from './describe-place.ts';
import { describeRetirement } from './describe-retirement.ts';
import type { HeldUser } from './find-candidates.ts';
import { lastUseFields } from './last-use-fields.ts';
import type { GovernedBy } from './run-settings.ts';

/** What is the same for the whole run. */
export interface RunFacts {
  readonly runId: string;
  readonly startedAt: Date;
  readonly dryRun: boolean;
  readonly daysThreshold: number;
  readonly lookAheadDays: number;
  /** The key or the user that the run was about. */
  readonly target: string | undefined;
  readonly version: string;
  /** What was done to keys, as far as the run has come. */
  readonly changes: ChangeLog;
}

export interface HandedOff {
  readonly path: string;
  /** Set only when stdout is the destination. */
  readonly secret: Secret | undefined;
}

/** What is known of one account, ready for the report. */
export interface AccountFacts {
  readonly usersExamined: number;
  readonly keysExamined: number;
  readonly outcomes: readonly UserOutcome[];
  readonly errors: readonly AccountIssue[];
  /** Users for whom nothing new was begun, and why; undefined where nothing could hold them back. */
  readonly held?: readonly HeldUser[] | undefined;
  /** Which rule governs a user, where a configuration says it. */
  readonly governedBy?: (user: string) => GovernedBy | undefined;
  /** What the hand-off holds of a new key, and whether its secret belongs into the report. */
  readonly handoff: ReadonlyMap<AccessKeyId, HandedOff>;
}

/** An issue of an account whose number the report adds. */
export type AccountIssue = Omit<ReportIssue, 'account_id'>;

export type AccountCounts = Pick<
  RotationReport['summary'],
  'accounts_examined' | 'accounts_failed' | 'accounts_skipped' | 'accounts_left'
>;

/** What is known when all accounts are done. */
export interface WholeRun {
  /** Undefined when nobody could say which, and when there are several. */
  readonly account: string | undefined;
  /** Undefined when the keys were never read, and when there are several accounts. */
  readonly source: InventorySource | undefined;
  readonly counts: AccountCounts;
}

/**
 * The report of a run, account by account. Of an account it keeps the entries about keys that were
 * acted on and a line of counts.
 */
export class ReportLedger {
  readonly #run: RunFacts;
  readonly #rotated: RotatedKey[] = [];
  readonly #cleaned: CleanupResult[] = [];
  readonly #retired: Retirement[] = [];
  readonly #errors: ReportIssue[] = [];
  readonly #accounts: AccountRow[] = [];
  readonly #hooks: ReportedHook[] = [];
  #heldBack: HeldBackUser[] | undefined;
  #nextRunAt: Date | undefined;
  #signedBy: string | undefined;
  #users = 0;
  #keys = 0;

  constructor(run: RunFacts) {
    this.#run = run;
  }

  /** Whose credentials sign the calls of the run. */
  signedBy(caller: Pick<Caller, 'signedBy'>): void {
    this.#signedBy = caller.signedBy;
  }

  add(account: string | undefined, facts: AccountFacts): void {
    const about: About = { ...this.#run, account: account ?? '', handoff: facts.handoff };
    for (const outcome of facts.outcomes) {
      const { user, rotation, cleanup, retirement, notBefore, hooks = [] } = outcome;
      this.#hooks.push(...hooks.map((each) => describeHook(user, about.account, each)));
      const nextRunAt = notBefore?.toISOString() ?? null;
      if (rotation !== undefined) {
        this.#rotated.push({ ...rotatedKey(user, rotation, about), next_run_at: nextRunAt });
      }
      if (cleanup !== undefined) {
        this.#cleaned.push({ ...cleanupResult(user, cleanup, about), next_run_at: nextRunAt });
      }
      if (retirement !== undefined) {
        this.#retired.push({ ...describeRetirement(user, retirement), account_id: about.account });
      }
      this.#nextRunAt = earliestOf([this.#nextRunAt, notBefore]);
    }
    this.#addHeld(facts.held, about.account);
    for (const issue of facts.errors) this.addIssue(issue, account);
    this.#users += facts.usersExamined;
    this.#keys += facts.keysExamined;
  }

  #addHeld(held: AccountFacts['held'], account: string): void {
    if (held === undefined) return;
    this.#heldBack ??= [];
    for (const { user, oldKey, held: why } of held) {
      this.#nextRunAt = earliestOf([this.#nextRunAt, why.until]);
      this.#heldBack.push({
        username: user,
        account_id: account,
        old_key_id: oldKey.id,
        reason: why.reason,
        because: why.because,
        next_run_at: why.until?.toISOString() ?? null,
      });
    }
  }

  /** One of several accounts, when its part of the run is over. */
  addAccount(id: string, state: 'done' | 'failed', read: { users: number; keys: number }): void {
    this.#accounts.push({ id, state, ...read });
  }

  /** One of several accounts in which nobody can work; `state` as Organizations has it. */
  addSkipped(id: string, state: string): void {
    this.#accounts.push({ id, state: 'skipped', because: state, users: 0, keys: 0 });
  }

  addIssue(issue: AccountIssue, account?: string): void {
    this.#errors.push({ ...issue, account_id: account ?? null });
  }

  report({ account, source, counts }: WholeRun, endedAt: Date): RotationReport {
    const { runId, startedAt, dryRun, daysThreshold, lookAheadDays, target, version, changes } =
      this.#run;
    // Accounts end in any order; two runs should differ only where something else happened.
    const rotated = this.#rotated.toSorted(byAccount);
    const cleaned = this.#cleaned.toSorted(byAccount);
    const retirements = this.#retired.toSorted(byAccount);
    return {
      execution_time: startedAt.toISOString(),
      run_id: runId,
      dry_run: dryRun,
      days_threshold: daysThreshold,
      look_ahead_days: lookAheadDays,
      ...(target !== undefined && { target }),
      rotated_keys: rotated,
      cleanup_results: cleaned,
      retirements,
      errors: this.#errors.toSorted(byAccount),
      changes: [...changes.all].toSorted(byAccount),
      ...(dryRun && { planned_changes: [...changes.planned].toSorted(byAccount) }),
      ...(this.#accounts.length > 0 && {
        accounts: accountTotals(this.#accounts, { rotated, retirements, cleaned }).toSorted(
          byAccount,
        ),
      }),
      ...(changes.madePlaces.length > 0 && {
        made_places: [...changes.madePlaces].toSorted(
          (a, b) => byAccount(a, b) || a.username.localeCompare(b.username),
        ),
      }),
      ...(this.#heldBack !== undefined && {
        held_back: this.#heldBack.toSorted(byAccount),
      }),
      ...(this.#hooks.length > 0 && { hooks: this.#hooks.toSorted(byAccount) }),
      kept_handoffs: [...changes.soFar.keptHandoffs].toSorted(byAccount),
      next_run_at: this.#nextRunAt?.toISOString() ?? null,
      summary: {
        total_keys_processed: rotated.length,
        successful_rotations: rotated.filter((key) => key.success).length,
        failed_rotations: rotated.filter((key) => !key.success).length,
        old_keys_waiting: retirements.filter(({ state }) => state === 'waiting').length,
        old_keys_retired: retirements.filter(({ state }) => state === 'retired').length,
        cleanup_operations: cleaned.reduce((sum, result) => sum + result.deleted_keys.length, 0),
        users_examined: this.#users,
        keys_examined: this.#keys,
        changes: countChanges(changes.all),
        ...counts,
        duration_seconds: (endedAt.getTime() - startedAt.getTime()) / 1000,
      },
      account_id: account ?? null,
      signed_by: this.#signedBy ?? null,
      inventory: source === undefined ? null : inventorySource(source),
      keyturn_version: version,
    };
  }
}

function inventorySource(source: InventorySource): NonNullable<RotationReport['inventory']> {
  return source.kind === 'scan'
    ? { source: 'scan', generated_time: null, fallback_reason: source.fallbackReason ?? null }
    : {
        source: 'credential-report',
        generated_time: source.generatedAt.toISOString(),
        fallback_reason: null,
      };
}

/** What is about no account in particular comes first. */
function byAccount(
  { account_id: a }: { account_id: string | null },
  { account_id: b }: { account_id: string | null },
): number {
  if (a === b) return 0;
  return (a ?? '') < (b ?? '') ? -1 : 1;
}

export function reportIssue(error: KeyturnError, username: string | null = null): AccountIssue {
  return { code: error.code, message: error.message, hint: error.hint ?? null, username };
}

interface About extends RunFacts {
  readonly account: string;
  readonly handoff: ReadonlyMap<AccessKeyId, HandedOff>;
}

function rotatedKey(
  user: string,
  outcome: RotationOutcome,
  facts: About,
): Omit<RotatedKey, 'next_run_at'> {
  const newKeyId = outcome.kind === 'would-rotate' ? undefined : outcome.newKeyId;
  const handedOff = newKeyId === undefined ? undefined : facts.handoff.get(newKeyId);
  const error = outcome.kind === 'failed' ? outcome.error : undefined;
  const { createdAt } = outcome.oldKey;
  return {
    username: user,
    old_key_id: outcome.oldKey.id,
    new_key_id: newKeyId ?? null,
    ...(outcome.kind === 'rotated' && handedOff?.secret !== undefined
      ? { new_secret_key: handedOff.secret.reveal() }
      : {}),
    success: error === undefined,
    error: error?.message ?? null,
    dry_run: facts.dryRun,
    account_id: facts.account,
    error_code: error?.code ?? null,
    hint: error?.hint ?? null,
    age_days: createdAt === undefined ? null : wholeDaysBetween(createdAt, facts.startedAt),
    old_key_status: outcome.oldKey.status,
    handoff_file: handedOff?.path ?? null,
    delivered_to: outcome.kind === 'rotated' ? outcome.receipts.map(deliveredTo) : [],
    resumed: outcome.resumed,
    ...(outcome.kind === 'would-rotate' && {
      old_key_then: outcome.fate.status,
      old_key_then_because: outcome.fate.why,
      would_deliver_to: outcome.targets.map(wouldGoTo),
    }),
    ...(outcome.kind === 'failed' && outcome.keys !== undefined
      ? { keys: outcome.keys.map((key) => keyInfo(key, facts.startedAt)) }
      : {}),
  };
}

function keyInfo(key: KeyDetails, now: Date): KeyInfo {
  return {
    access_key_id: key.id,
    status: key.status,
    age_days: wholeDaysBetween(key.createdAt, now),
    ...lastUseFields(key.lastUse),
  };
}

function cleanupResult(
  user: string,
  outcome: CleanupOutcome,
  facts: About,
): Omit<CleanupResult, 'next_run_at'> {
  const { error } = outcome;
  return {
    username: user,
    deleted_keys: [...outcome.deleted],
    success: error === undefined,
    error: error?.message ?? null,
    dry_run: facts.dryRun,
    account_id: facts.account,
    error_code: error?.code ?? null,
    hint: error?.hint ?? null,
    kept_keys: outcome.kept.map(({ id, reason, notBefore }) => ({
      access_key_id: id,
      reason,
      deletable_from: notBefore?.toISOString() ?? null,
    })),
  };
}
