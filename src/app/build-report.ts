// From outcomes to the documented report.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { wholeDaysBetween } from '../base/clock.ts';
import type { KeyturnError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type {
  CleanupOutcome,
  KeyDetails,
  RotationOutcome,
  UserOutcome,
} from '../executor/outcome.ts';
import type { InventorySource } from '../iam/inventory.ts';
import type { DeliveryReceipt } from '../lifecycle/record.ts';
import type {
  CleanupResult,
  DeliveredTo,
  KeyInfo,
  ReportIssue,
  RotatedKey,
  RotationReport,
} from '../reports/rotation-report.ts';

export interface ReportFacts {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly dryRun: boolean;
  readonly daysThreshold: number;
  readonly account: string | undefined;
  readonly version: string;
  readonly usersExamined: number;
  readonly keysExamined: number;
  readonly source: InventorySource | undefined;
  readonly outcomes: readonly UserOutcome[];
  readonly errors: readonly ReportIssue[];
  /** What the hand-off holds of a new key, and whether its secret belongs into the report. */
  readonly handoff: ReadonlyMap<AccessKeyId, HandedOff>;
}

export interface HandedOff {
  readonly path: string;
  /** Set only when stdout is the destination. */
  readonly secret: Secret | undefined;
}

export function buildReport(facts: ReportFacts): RotationReport {
  const rotated = facts.outcomes.flatMap(({ user, rotation }) =>
    rotation === undefined ? [] : [rotatedKey(user, rotation, facts)],
  );
  const cleaned = facts.outcomes.flatMap(({ user, cleanup }) =>
    cleanup === undefined ? [] : [cleanupResult(user, cleanup, facts)],
  );
  return {
    execution_time: facts.startedAt.toISOString(),
    dry_run: facts.dryRun,
    days_threshold: facts.daysThreshold,
    rotated_keys: rotated,
    cleanup_results: cleaned,
    errors: [...facts.errors],
    summary: {
      total_keys_processed: rotated.length,
      successful_rotations: rotated.filter((key) => key.success).length,
      failed_rotations: rotated.filter((key) => !key.success).length,
      cleanup_operations: cleaned.reduce((sum, result) => sum + result.deleted_keys.length, 0),
      users_examined: facts.usersExamined,
      keys_examined: facts.keysExamined,
      duration_seconds: (facts.endedAt.getTime() - facts.startedAt.getTime()) / 1000,
    },
    account_id: facts.account ?? null,
    inventory: facts.source === undefined ? null : inventorySource(facts.source),
    keyturn_version: facts.version,
  };
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

export function reportIssue(error: KeyturnError, username: string | null = null): ReportIssue {
  return { code: error.code, message: error.message, hint: error.hint ?? null, username };
}

function rotatedKey(user: string, outcome: RotationOutcome, facts: ReportFacts): RotatedKey {
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
    account_id: facts.account ?? '',
    error_code: error?.code ?? null,
    hint: error?.hint ?? null,
    age_days: createdAt === undefined ? null : wholeDaysBetween(createdAt, facts.startedAt),
    old_key_status: outcome.oldKey.status,
    handoff_file: handedOff?.path ?? null,
    delivered_to: outcome.kind === 'rotated' ? outcome.receipts.map(deliveredTo) : [],
    resumed: outcome.resumed,
    ...(outcome.kind === 'failed' && outcome.keys !== undefined
      ? { keys: outcome.keys.map((key) => keyInfo(key, facts.startedAt)) }
      : {}),
  };
}

function deliveredTo({ kind, reference, version }: DeliveryReceipt): DeliveredTo {
  return { kind, place: reference, ...(version !== undefined && { version }) };
}

function keyInfo(key: KeyDetails, now: Date): KeyInfo {
  return {
    access_key_id: key.id,
    status: key.status,
    age_days: wholeDaysBetween(key.createdAt, now),
    last_used: lastUsed(key),
  };
}

function lastUsed({ lastUse }: KeyDetails): string | null {
  if (lastUse === 'unreadable') return null;
  return lastUse.used === 'never' ? 'never' : lastUse.at.toISOString();
}

function cleanupResult(user: string, outcome: CleanupOutcome, facts: ReportFacts): CleanupResult {
  const { error } = outcome;
  return {
    username: user,
    deleted_keys: [...outcome.deleted],
    success: error === undefined,
    error: error?.message ?? null,
    dry_run: facts.dryRun,
    account_id: facts.account ?? '',
    error_code: error?.code ?? null,
    hint: error?.hint ?? null,
    kept_keys: outcome.kept.map(({ id, reason }) => ({ access_key_id: id, reason })),
  };
}
