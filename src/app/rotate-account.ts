// Use case of `rotate-iam-keys`: rotate every due key of one account.

import type { Clock } from '../base/clock.ts';
import type { EventSink } from '../base/events.ts';
import type { RotationReport } from '../reports/rotation-report.ts';

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
}

export interface RunContext {
  readonly clock: Clock;
  readonly emit: EventSink;
  /** Aborted on SIGINT or SIGTERM: steps under way are finished, no new one begins. */
  readonly signal: AbortSignal;
  /** Process environment, read once at the edge. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs to the end whatever happens to single users, and never throws for an expected failure: what
 * could not be done is in the report (`errors`, `rotated_keys[].error`).
 */
export type RotateAccount = (
  options: RotateAccountOptions,
  context: RunContext,
) => Promise<RotateAccountOutcome>;

export interface RotateAccountOutcome {
  readonly report: RotationReport;
  readonly exitCode: 0 | 1 | 3 | 130 | 143;
}
