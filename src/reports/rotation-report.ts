// The result of one `rotate-iam-keys` run, as documented for schedulers. One zod model is the
// single source: the TypeScript types, the JSON that is printed and the JSON Schema published in
// schema/ all come from it. Documented names and types never change; additions are welcome.

import { z } from 'zod';
import {
  changeCountsSchema,
  changesSchema,
  keptHandoffsSchema,
  nextRunAtSchema,
  plannedChangesSchema,
} from './changes.ts';

const issue = z.object({
  code: z.string().describe('Stable error code; docs/errors.md lists all'),
  message: z.string().describe('What happened, in one line'),
  hint: z
    .string()
    .nullable()
    .describe('What to do about it; a command in it has a line of its own, indented'),
  username: z.string().nullable().describe('The user concerned, if one'),
  account_id: z.string().nullable().describe('The account concerned, if one'),
});

const keyInfo = z.object({
  access_key_id: z.string(),
  status: z.string().describe('Active or Inactive'),
  age_days: z.number().int(),
  last_used: z
    .string()
    .nullable()
    .describe('ISO 8601 time, "never", or null when it could not be read'),
  last_used_service: z.string().nullable().optional().describe('Such as s3, where AWS names one'),
  last_used_region: z.string().nullable().optional().describe('Where AWS names one'),
});

const placeTerms = {
  settle: z
    .enum(['at-once', 'after-minutes', 'next-start', 'when-queued', 'unknown'])
    .describe('When the readers of the place see a new value'),
  settle_minutes: z
    .number()
    .nullable()
    .describe('With after-minutes: how long after the delivery; else null'),
  proof: z
    .enum(['value', 'marker', 'timestamp', 'status'])
    .describe(
      'What the place shows of a write: its value, a marker that the same write left, when it was written last, or no more than that it was accepted',
    ),
  confirmed: z
    .enum(['read-back', 'written'])
    .describe('read-back: the value was read again; written: the place cannot be read'),
  not_at_once: z
    .string()
    .nullable()
    .describe('Why key ID and secret cannot be written at once there; null where they are'),
};

const placeTermsSchema = z.object(placeTerms);

const deliveredTo = z.object({
  kind: z.string().describe('stdout, handoff, secrets-manager, ssm or credentials-file'),
  place: z.string().describe('REGION:NAME in AWS, or the path of the file'),
  version: z.string().optional().describe('The version that holds it, where there are versions'),
  form: z
    .string()
    .optional()
    .describe(
      'How the pair is written there, such as ses-smtp:eu-west-1; absent where as AWS made it',
    ),
  ...placeTerms,
});

const rotatedKey = z.object({
  username: z.string(),
  old_key_id: z.string(),
  new_key_id: z.string().nullable().describe('null in a dry run and when no key was made'),
  new_secret_key: z
    .string()
    .optional()
    .describe('Only when stdout is the destination and the rotation succeeded'),
  success: z.boolean().describe('In a dry run: whether the rotation could be done'),
  error: z.string().nullable(),
  dry_run: z.boolean(),
  account_id: z.string(),
  error_code: z.string().nullable(),
  hint: z.string().nullable(),
  age_days: z
    .number()
    .int()
    .nullable()
    .describe('Age of the old key in whole days; null when the key is gone'),
  old_key_status: z
    .string()
    .describe('When the run ended: Active, Inactive, gone, or unknown (a change may have landed)'),
  handoff_file: z
    .string()
    .nullable()
    .describe(
      'The 0600 file that holds the new secret; null when it is only where it was delivered',
    ),
  delivered_to: z
    .array(deliveredTo)
    .describe(
      'Every place that holds the new secret, read back where it can be; empty unless the rotation succeeded',
    ),
  old_key_then: z
    .string()
    .optional()
    .describe(
      'In a dry run: what the run would leave the old key as, Active or Inactive; gone where somebody has deleted it',
    ),
  old_key_then_because: z.string().optional().describe('And why, such as its last use'),
  would_deliver_to: z
    .array(deliveredTo.omit({ version: true }))
    .optional()
    .describe('In a dry run: where the new secret would go, and how that would be confirmed'),
  resumed: z.boolean().describe('true when an earlier run had begun this rotation'),
  keys: z.array(keyInfo).optional().describe("The user's keys, when they are why it failed"),
  next_run_at: nextRunAtSchema,
});

const retirement = z.object({
  username: z.string(),
  account_id: z.string(),
  old_key_id: z.string(),
  new_key_id: z.string().nullable().describe('null in a dry run of a rotation that has none yet'),
  state: z
    .enum(['waiting', 'retired'])
    .describe('waiting: the old key stays Active; retired: this run made it Inactive, or would'),
  old_key_status: z.string(),
  since: z
    .string()
    .nullable()
    .describe(
      'ISO 8601 UTC: when the places had the new key; null in a dry run, before they have it',
    ),
  reason: z
    .string()
    .nullable()
    .describe('Why the old key stays Active, or why it went, in one line'),
  waits_for: z
    .enum([
      'in-use',
      'use-unknown',
      'signs-calls',
      'settling',
      'held-back',
      'hooks-unknown',
      'vetoed',
    ])
    .nullable()
    .describe(
      'What it waits for, in a word. held-back: a window, a freeze or a limit of the configuration; vetoed: a hook says no; hooks-unknown: its rotation has hooks, and the run no configuration that says them. null once it went',
    ),
  last_used: z
    .string()
    .nullable()
    .describe('Of the old key: ISO 8601 time, "never", or null when it could not be read'),
  last_used_service: z.string().nullable(),
  last_used_region: z.string().nullable().describe('null where the service has no regions'),
  new_key_used: z
    .boolean()
    .nullable()
    .describe(
      'Whether AWS knows of a use of the new key, other than the proof of this tool that AWS accepts it: ' +
        'a hint, and no proof. null where AWS does not tell',
    ),
  quiet_days: z.number().int().nullable().describe('For how long nobody may have used the old key'),
  next_run_at: nextRunAtSchema,
  deadline: z
    .string()
    .nullable()
    .describe('ISO 8601 UTC: when it becomes Inactive whatever uses it; null without a deadline'),
  readers: z
    .array(z.object({ kind: z.string(), place: z.string(), restart: z.string() }))
    .describe('Where the new secret is, and what must happen for its readers to have it'),
});

const hook = z.object({
  username: z.string(),
  account_id: z.string(),
  on: z.enum(['after_deliver', 'before_retire', 'after_retire']),
  hook: z.string().describe('What it does: a command line, a method and an address, an alarm'),
  outcome: z
    .enum(['done', 'failed', 'unknown', 'vetoed', 'green', 'red', 'planned'])
    .describe(
      'unknown: nobody knows whether it was done; vetoed: it keeps the old key Active; green, red: what a watch saw; planned: in a dry run, it would be run',
    ),
  reason: z.string().nullable().describe('What it said, in one line'),
});

const keptKey = z.object({
  access_key_id: z.string(),
  reason: z.string().describe('Why the Inactive key was not deleted'),
  deletable_from: z
    .string()
    .nullable()
    .describe('ISO 8601 UTC: when its hold is over; null where time alone does not end it'),
});

const cleanupResult = z.object({
  username: z.string(),
  deleted_keys: z.array(z.string()).describe('In a dry run: the keys that would be deleted'),
  success: z.boolean(),
  error: z.string().nullable(),
  dry_run: z.boolean(),
  account_id: z.string(),
  error_code: z.string().nullable(),
  hint: z.string().nullable(),
  kept_keys: z.array(keptKey),
  next_run_at: nextRunAtSchema,
});

const summary = z.object({
  total_keys_processed: z.number().int(),
  successful_rotations: z.number().int(),
  failed_rotations: z.number().int(),
  old_keys_waiting: z.number().int().describe('Old keys that stay Active for now'),
  old_keys_retired: z
    .number()
    .int()
    .describe('Old keys that had waited and were made Inactive; in a dry run: would be'),
  cleanup_operations: z.number().int().describe('Keys deleted; in a dry run: would be deleted'),
  users_examined: z.number().int(),
  keys_examined: z.number().int(),
  accounts_examined: z.number().int(),
  accounts_failed: z
    .number()
    .int()
    .describe('Accounts that could not be entered or read; errors says why'),
  accounts_skipped: z.number().int().describe('Suspended or closed accounts of the organization'),
  accounts_left: z.number().int().describe('Accounts that the run was ended before'),
  changes: changeCountsSchema,
  duration_seconds: z.number(),
});

const accountTotals = z.object({
  account_id: z.string(),
  state: z
    .enum(['done', 'failed', 'skipped'])
    .describe(
      'failed: could not be entered or read, errors says why; skipped: nobody can work in it',
    ),
  reason: z.string().nullable().describe('Of a skipped account: SUSPENDED or the like'),
  users_examined: z.number().int(),
  keys_examined: z.number().int(),
  rotated: z.number().int().describe('In a dry run: would be'),
  failed: z.number().int().describe('Keys that could not be rotated'),
  waiting: z.number().int().describe('Old keys that stay Active for now'),
  deleted: z.number().int().describe('In a dry run: would be'),
});

const madePlace = z.object({
  account_id: z.string(),
  username: z.string(),
  kind: z.string().describe('secrets-manager or ssm'),
  place: z.string().describe('REGION:NAME'),
});

const heldBack = z.object({
  username: z.string(),
  account_id: z.string(),
  old_key_id: z.string(),
  reason: z
    .enum([
      'exempt',
      'no-rule',
      'frozen',
      'outside-window',
      'over-limit',
      'after-failures',
      'after-red',
    ])
    .describe('Why nothing new was begun for the user'),
  because: z.string().describe('The same in one line'),
  next_run_at: nextRunAtSchema,
});

const inventory = z.object({
  source: z
    .enum(['credential-report', 'scan'])
    .describe('scan: the keys of every user in scope were read'),
  generated_time: z
    .string()
    .nullable()
    .describe('When AWS made the credential report; null without one'),
  fallback_reason: z
    .string()
    .nullable()
    .describe('Why the credential report was not used, where it was meant to be'),
});

export const rotationReportSchema = z
  .object({
    execution_time: z.string().describe('When the run started, ISO 8601 UTC'),
    run_id: z
      .string()
      .nullable()
      .describe(
        'Names the run in the journal; keyturn undo --run takes back what it rotated; null when it never began',
      ),
    dry_run: z.boolean(),
    days_threshold: z.number().int(),
    look_ahead_days: z
      .number()
      .describe('Keys were due that would pass the threshold within so many days; 0 without'),
    target: z
      .string()
      .optional()
      .describe(
        'Of keyturn rotate: the key or the user that was named; days_threshold says nothing then',
      ),
    rotated_keys: z.array(rotatedKey),
    cleanup_results: z.array(cleanupResult),
    retirements: z
      .array(retirement)
      .describe('Old keys that stay Active until nobody uses them, and those that waited and went'),
    errors: z.array(issue),
    changes: changesSchema,
    planned_changes: plannedChangesSchema.optional(),
    made_places: z
      .array(madePlace)
      .optional()
      .describe('With --create-missing: what did not exist and was made; in a dry run, would be'),
    held_back: z
      .array(heldBack)
      .optional()
      .describe(
        'With --config: users with a due key for whom nothing was begun, which is no failure',
      ),
    hooks: z
      .array(hook)
      .optional()
      .describe('With --config: the hooks of the configuration that the run came to'),
    kept_handoffs: keptHandoffsSchema,
    next_run_at: nextRunAtSchema,
    summary,
    accounts: z
      .array(accountTotals)
      .optional()
      .describe('With --organization or --accounts: each account by itself'),
    account_id: z
      .string()
      .nullable()
      .describe(
        'null when the caller could not be identified, and with --organization or --accounts: then each result has its own',
      ),
    signed_by: z
      .string()
      .nullable()
      .describe(
        'Whose credentials signed the calls, and which setting chose them; null when nobody was asked',
      ),
    inventory: inventory
      .nullable()
      .describe(
        'How the keys were found; null when they were never read, and with several accounts: then the log tells it of each',
      ),
    keyturn_version: z.string(),
  })
  .describe('Result of one rotate-iam-keys run');

export type RotationReport = z.infer<typeof rotationReportSchema>;
export type RotatedKey = z.infer<typeof rotatedKey>;
export type Retirement = z.infer<typeof retirement>;
export type CleanupResult = z.infer<typeof cleanupResult>;
export type ReportIssue = z.infer<typeof issue>;
export type ReportedHook = z.infer<typeof hook>;
export type HeldBackUser = z.infer<typeof heldBack>;
export type DeliveredTo = z.infer<typeof deliveredTo>;
export type PlaceTerms = z.infer<typeof placeTermsSchema>;
export type AccountTotals = z.infer<typeof accountTotals>;
export type KeyInfo = z.infer<typeof keyInfo>;
