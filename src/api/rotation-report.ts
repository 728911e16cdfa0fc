// The report as programs see it: the same as schema/rotate-iam-keys.schema.json, written out so that
// the types need no library. rotate-account.ts does not compile when the two differ.

export interface RotationReport {
  /** When the run started, ISO 8601 UTC. */
  readonly execution_time: string;
  /** Names the run in the journal: `keyturn undo --run` takes back what it rotated; null when it never began. */
  readonly run_id: string | null;
  readonly dry_run: boolean;
  readonly days_threshold: number;
  /** Keys were due that would pass the threshold within so many days. */
  readonly look_ahead_days: number;
  /** Of `keyturn rotate`: the key or the user that was named; `days_threshold` says nothing then. */
  readonly target?: string | undefined;
  readonly rotated_keys: readonly RotatedKey[];
  readonly cleanup_results: readonly CleanupResult[];
  /** Old keys that stay Active until nobody uses them, and those that waited and went. */
  readonly retirements: readonly Retirement[];
  readonly errors: readonly ReportIssue[];
  /** Every key that the run changed, also when it failed or was interrupted. */
  readonly changes: readonly KeyChanged[];
  /** In a dry run: what would be done or found out beside the rotations and the clean-up. */
  readonly planned_changes?: readonly PlannedChange[] | undefined;
  /** With a configuration: the hooks that the run came to. */
  readonly hooks?: readonly ReportedHook[] | undefined;
  /** What did not exist and was made; in a dry run, would be. */
  readonly made_places?: readonly MadePlace[] | undefined;
  /** Of a run over several accounts: each by itself. */
  readonly accounts?: readonly AccountTotals[] | undefined;
  /** Plain hand-off files that have done their work and stay all the same; every run tries again. */
  readonly kept_handoffs: readonly KeptHandoff[];
  /** From then on a run may lead further; null when nothing waits for a time. */
  readonly next_run_at: string | null;
  readonly summary: {
    readonly total_keys_processed: number;
    readonly successful_rotations: number;
    readonly failed_rotations: number;
    readonly old_keys_waiting: number;
    readonly old_keys_retired: number;
    readonly cleanup_operations: number;
    readonly users_examined: number;
    readonly keys_examined: number;
    readonly accounts_examined: number;
    readonly accounts_failed: number;
    readonly accounts_skipped: number;
    readonly accounts_left: number;
    readonly changes: {
      readonly created: number;
      readonly deactivated: number;
      readonly reactivated: number;
      readonly deleted: number;
    };
    readonly duration_seconds: number;
  };
  /** Null when the caller could not be identified. */
  readonly account_id: string | null;
  /** How the keys were found; null when they were never read. */
  /** Whose credentials signed the calls, and which setting chose them. */
  readonly signed_by: string | null;
  readonly inventory: InventoryInfo | null;
  readonly keyturn_version: string;
}

/** A secret or a parameter. */
export interface MadePlace {
  readonly account_id: string;
  readonly username: string;
  readonly kind: string;
  /** `REGION:NAME` */
  readonly place: string;
}

export interface AccountTotals {
  readonly account_id: string;
  readonly state: 'done' | 'failed' | 'skipped';
  /** Of a skipped account: SUSPENDED or the like. */
  readonly reason: string | null;
  readonly users_examined: number;
  readonly keys_examined: number;
  readonly rotated: number;
  readonly failed: number;
  readonly waiting: number;
  readonly deleted: number;
}

export interface InventoryInfo {
  /** scan: the keys of every user in scope were read. */
  readonly source: 'credential-report' | 'scan';
  /** When AWS made the credential report; null without one. */
  readonly generated_time: string | null;
  /** Why the credential report was not used, where it was meant to be. */
  readonly fallback_reason: string | null;
}

export interface RotatedKey {
  readonly username: string;
  readonly old_key_id: string;
  /** Null in a dry run and when no key was made. */
  readonly new_key_id: string | null;
  /** Only when delivered to `stdout`, and when the rotation succeeded. */
  readonly new_secret_key?: string | undefined;
  readonly success: boolean;
  readonly error: string | null;
  readonly dry_run: boolean;
  readonly account_id: string;
  readonly error_code: string | null;
  readonly hint: string | null;
  readonly age_days: number | null;
  readonly old_key_status: string;
  /** The 0600 file that holds the new secret; null when it is only where it was delivered. */
  readonly handoff_file: string | null;
  /** Every place that holds the new secret, read back where it can be; empty unless the rotation succeeded. */
  readonly delivered_to: readonly DeliveredTo[];
  /** In a dry run: what the run would leave the old key as, and why. */
  readonly old_key_then?: string | undefined;
  readonly old_key_then_because?: string | undefined;
  /** In a dry run: where the new secret would go, and how that would be confirmed. */
  readonly would_deliver_to?: readonly Omit<DeliveredTo, 'version'>[] | undefined;
  readonly resumed: boolean;
  readonly keys?: readonly KeyInfo[] | undefined;
  readonly next_run_at: string | null;
}

/** A hook of a configuration, and what became of it. */
export interface ReportedHook {
  readonly username: string;
  readonly account_id: string;
  readonly on: 'after_deliver' | 'before_retire' | 'after_retire';
  /** What it does: a command line, a method and an address, an alarm. */
  readonly hook: string;
  /** unknown: nobody knows whether it was done. planned: in a dry run, it would be run. */
  readonly outcome: 'done' | 'failed' | 'unknown' | 'vetoed' | 'green' | 'red' | 'planned';
  readonly reason: string | null;
}

export interface Retirement {
  readonly username: string;
  readonly account_id: string;
  readonly old_key_id: string;
  /** Null in a dry run of a rotation that has none yet. */
  readonly new_key_id: string | null;
  /** waiting: the old key stays Active. retired: this run made it Inactive, or would. */
  readonly state: 'waiting' | 'retired';
  readonly old_key_status: string;
  /** When the places had the new key; null in a dry run, before they have it. */
  readonly since: string | null;
  /** Why the old key stays Active, or why it went. */
  readonly reason: string | null;
  /** What it waits for, in a word; null once it went. */
  readonly waits_for:
    | 'in-use'
    | 'use-unknown'
    | 'signs-calls'
    | 'settling'
    | 'held-back'
    | 'hooks-unknown'
    | 'vetoed'
    | null;
  /** Of the old key: a time, `never`, or null when it could not be read. */
  readonly last_used: string | null;
  readonly last_used_service: string | null;
  readonly last_used_region: string | null;
  /** A hint, and no proof. */
  readonly new_key_used: boolean | null;
  readonly quiet_days: number | null;
  readonly next_run_at: string | null;
  /** When it becomes Inactive whatever uses it. */
  readonly deadline: string | null;
  readonly readers: readonly {
    readonly kind: string;
    readonly place: string;
    /** What must happen for the readers of the place to have the new secret. */
    readonly restart: string;
  }[];
}

export interface DeliveredTo {
  /** stdout, handoff, secrets-manager, ssm or credentials-file. */
  readonly kind: string;
  /** REGION:NAME in AWS, or the path of the file. */
  readonly place: string;
  /** Where there are versions. */
  readonly version?: string | undefined;
  /** How the pair is written there, such as ses-smtp:eu-west-1; absent where as AWS made it. */
  readonly form?: string | undefined;
  /** When the readers of the place see a new value; with `after-minutes`, settle_minutes after the delivery. */
  readonly settle: 'at-once' | 'after-minutes' | 'next-start' | 'when-queued' | 'unknown';
  readonly settle_minutes: number | null;
  /** What the place shows of a write: its value, a marker, the time of the write, or that it was accepted. */
  readonly proof: 'value' | 'marker' | 'timestamp' | 'status';
  /** read-back: the value was read again; written: the place cannot be read. */
  readonly confirmed: 'read-back' | 'written';
  /** Why key ID and secret cannot be written at once there; null where they are. */
  readonly not_at_once: string | null;
}

export interface KeyInfo {
  readonly access_key_id: string;
  readonly status: string;
  readonly age_days: number;
  readonly last_used: string | null;
  readonly last_used_service?: string | null | undefined;
  readonly last_used_region?: string | null | undefined;
}

export interface CleanupResult {
  readonly username: string;
  readonly deleted_keys: readonly string[];
  readonly success: boolean;
  readonly error: string | null;
  readonly dry_run: boolean;
  readonly account_id: string;
  readonly error_code: string | null;
  readonly hint: string | null;
  readonly kept_keys: readonly KeptKey[];
  readonly next_run_at: string | null;
}

export interface KeptKey {
  readonly access_key_id: string;
  readonly reason: string;
  /** When its hold is over; null where time alone does not end it. */
  readonly deletable_from: string | null;
}

/** What a run did to a key. */
export interface KeyChanged {
  readonly change: 'created' | 'deactivated' | 'reactivated' | 'deleted';
  readonly account_id: string;
  readonly username: string;
  readonly access_key_id: string;
  readonly by:
    | 'rotation'
    | 'clean-up'
    | 'recovery'
    | 'undo'
    | 'finish'
    | 'making-room'
    | 'operator';
  readonly why: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** What a run would list among its changes. */
export interface PlannedChange extends Omit<KeyChanged, 'at'> {
  /** Whether an earlier run made it already, so that the run would only tell it. */
  readonly already_done: boolean;
}

export interface KeptHandoff {
  readonly account_id: string;
  readonly username: string;
  /** The key whose secret is in the file. */
  readonly access_key_id: string;
  readonly path: string;
  /** Why it was not removed, in a sentence. */
  readonly reason: string;
}

export interface ReportIssue {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly username: string | null;
  /** The account concerned, if one. */
  readonly account_id: string | null;
}
