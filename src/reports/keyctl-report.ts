// The result of one `keyctl` run. One zod model is the single source: the TypeScript types, the
// JSON that --json prints, and the JSON Schema published in schema/ all come from it. No field
// ever holds a secret. Fields are only ever added.

import { z } from 'zod';
import {
  changeCountsSchema,
  changesSchema,
  keptHandoffsSchema,
  nextRunAtSchema,
  plannedChangesSchema,
} from './changes.ts';
import { skippedAccountSchema } from './skipped-accounts.ts';

const failure = z.object({
  code: z.string().describe('Stable error code; docs/errors.md lists all'),
  message: z.string(),
  hint: z.string().nullable(),
});

const key = z.object({
  access_key_id: z.string(),
  status: z.string().describe('Active or Inactive'),
  created: z.string().describe('ISO 8601 UTC'),
  age_days: z.number().int(),
  last_used: z
    .string()
    .nullable()
    .describe('ISO 8601 time, "never", or null when it could not be read'),
  last_used_days_ago: z.number().int().nullable().describe('In whole days, when it was used'),
  current: z.boolean().describe('Whether the profile holds this key'),
  too_old: z.boolean().describe('Active and older than 90 days'),
});

const plan = z.object({
  possible: z.boolean(),
  why: z.string().describe('In a sentence'),
  key_to_delete: z.string().nullable().describe('The key that would have to make room'),
  asks: z.boolean().describe('Whether only a person can agree to that, and --yes is not enough'),
  old_key: z.string().describe('What would become of the old key, in words that can follow it'),
  resumes: z.string().nullable().describe('The phase in which an earlier run left off'),
  hint: z.string().nullable().describe('What to do where it is not possible'),
});

const rotation = z.object({
  old_key_id: z.string(),
  new_key_id: z.string(),
  resumed: z.boolean().describe('true when an earlier run had begun it'),
  updated_profiles: z.array(z.string()).describe('Profiles that now hold the new key'),
  previous_profile: z.string().describe('The profile that keeps the old key'),
  old_key_status: z.string().describe('Active, or Inactive with --retire'),
  old_key_waits_until: z
    .string()
    .nullable()
    .describe(
      'ISO 8601 UTC: when it may become Inactive if nobody uses it; null without --retire when-quiet',
    ),
  backup_file: z.string().nullable().describe('null when an earlier run wrote the file'),
  deleted_key_id: z.string().nullable().describe('The key that made room'),
  undo_command: z.string(),
  finish_command: z.string(),
});

const undo = z.object({
  kind: z
    .enum(['undo', 'undo-of-undo', 'rest-of-undo'])
    .describe(
      'undo-of-undo: the key is back that an earlier undo had taken out. rest-of-undo: an undo that ' +
        'an earlier run had begun was finished',
    ),
  restored_key_id: z.string().describe('Back in the profile'),
  replaced_key_id: z.string().describe('Now in the previous profile'),
  reactivated: z.boolean(),
  previous_profile: z.string(),
  backup_file: z.string().nullable(),
  undo_command: z.string().describe('Swaps the two back'),
  finish_command: z.string().describe('Retires the key that was replaced'),
});

const finish = z.object({
  access_key_id: z.string().describe('The replaced key'),
  outcome: z.enum(['deactivated', 'held', 'deleted', 'gone']),
  reason: z.string().nullable().describe('Why it is held, or why --delete did not delete it'),
  deletable_from: z.string().nullable().describe('ISO 8601 UTC'),
  undo_command: z.string().nullable().describe('Where the key still exists, as the next two'),
  finish_command: z.string().nullable().describe('Goes on, once the hold is over'),
  delete_command: z.string().nullable().describe('Goes on without waiting for the end of the hold'),
  removed_profile: z.string().nullable().describe('Taken out of the file, its key being gone'),
  backup_file: z.string().nullable(),
});

const plannedUndo = undo.pick({
  kind: true,
  restored_key_id: true,
  replaced_key_id: true,
  reactivated: true,
  previous_profile: true,
});

const plannedFinish = finish.pick({
  access_key_id: true,
  outcome: true,
  reason: true,
  deletable_from: true,
  removed_profile: true,
});

const backup = z.object({
  path: z.string(),
  made: z.string().describe('ISO 8601 UTC, from the name of the file'),
  access_key_ids: z.array(z.string()).describe('Keys whose secrets it holds'),
  deleted: z.boolean(),
  deletable: z.boolean().describe('Whether --prune deletes it'),
  why: z.string().nullable().describe('Why it stays, in a sentence'),
});

const profile = z.object({
  name: z.string(),
  kind: z.string(),
  access_key_id: z.string().nullable(),
  rotatable: z.boolean(),
  note: z.string().nullable(),
});

const oneResultSchema = z
  .object({
    command: z
      .enum(['rotate', 'undo', 'finish', 'list', 'list-keys', 'list-all-keys', 'backups'])
      .nullable()
      .describe('null when the command line could not be understood'),
    success: z.boolean(),
    dry_run: z.boolean(),
    error: failure.nullable(),
    execution_time: z.string().describe('ISO 8601 UTC'),
    run_id: z
      .string()
      .nullable()
      .describe(
        'Names the run in the journal; null when it never began, and when files alone were read',
      ),
    keyturn_version: z.string(),
    account_id: z.string().nullable().describe('null also when several accounts were asked for'),
    user_name: z.string().nullable().describe('The IAM user whose key it is'),
    profile: z
      .string()
      .nullable()
      .describe('The profile whose key is meant; null also where several are, each in results'),
    auth_profile: z
      .string()
      .nullable()
      .describe('The profile that signs the calls; null also where the environment does'),
    signed_by: z
      .string()
      .nullable()
      .optional()
      .describe('Of a list of all keys: whose credentials signed it, and which setting chose them'),
    credentials_file: z.string().nullable(),
    warnings: z.array(z.string()),
    current_key_id: z.string().nullable().describe('The key that the profile held at the start'),
    changes: changesSchema,
    planned_changes: plannedChangesSchema.optional(),
    kept_handoffs: keptHandoffsSchema,
    next_run_at: nextRunAtSchema,
    summary: z.object({ changes: changeCountsSchema }),
    same_key_profiles: z
      .array(z.string())
      .optional()
      .describe('Other profiles of the file that held the same key'),
    keys: z.array(key).optional().describe('All keys of the user, as read at the start'),
    plan: plan.optional().describe('What the rotation meets, before it begins'),
    rotation: rotation.optional(),
    undo: undo.optional(),
    finish: finish.optional(),
    planned_undo: plannedUndo.optional().describe('In a dry run: what undo would do'),
    planned_finish: plannedFinish.optional().describe('In a dry run: what finish would do'),
    prune_command: z.string().optional().describe('Deletes the backups that are deletable'),
    backups: z.array(backup).optional().describe('Beside the credentials file, the newest first'),
    profiles: z.array(profile).optional(),
    users: z
      .array(z.object({ account_id: z.string(), user_name: z.string(), keys: z.array(key) }))
      .optional(),
    unreadable: z
      .array(z.object({ account_id: z.string(), user_name: z.string(), reason: z.string() }))
      .optional(),
    account_failures: z
      .array(failure.extend({ account_id: z.string() }))
      .optional()
      .describe('Accounts that could not be entered or listed'),
    accounts_skipped: z
      .number()
      .int()
      .optional()
      .describe('Suspended or closed accounts of the organization'),
    skipped_accounts: z.array(skippedAccountSchema).optional().describe('Which these are'),
  })
  .describe('Result of one keyctl run');

export const keyctlReportSchema = oneResultSchema
  .extend({
    results: z
      .array(oneResultSchema)
      .optional()
      .describe(
        'Where several profiles were named: what came of each, in the order in which they were named. ' +
          'changes and summary of the whole document count them all, and success means all of them',
      ),
  })
  .describe('Result of one keyctl run');

export type KeyctlReport = z.infer<typeof keyctlReportSchema>;
export type KeyLine = z.infer<typeof key>;
export type RotationPlan = z.infer<typeof plan>;
