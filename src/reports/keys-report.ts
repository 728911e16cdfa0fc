// What `keyturn keys` prints with --json, and what its page and its CSV are made from. The schema is
// published; fields are only ever added. No field ever holds a secret.

import { z } from 'zod';
import { changeCountsSchema, changesSchema, nextRunAtSchema } from './changes.ts';
import { skippedAccountSchema } from './skipped-accounts.ts';

const failure = z.object({
  code: z.string().describe('Stable error code; docs/errors.md lists all'),
  message: z.string().describe('What happened, in one line'),
  hint: z.string().nullable().describe('What to do about it'),
});

const issue = failure.extend({
  username: z.string().nullable().describe('The user concerned, if one'),
  account_id: z.string().nullable().describe('The account concerned, if one'),
});

const lastUse = {
  last_used: z
    .string()
    .nullable()
    .describe('ISO 8601 time, "never", or null when nobody knows; AWS shows uses hours late'),
  last_used_service: z.string().nullable().describe('Such as s3; null where AWS names none'),
  last_used_region: z
    .string()
    .nullable()
    .describe('null where AWS names none: S3 and other services without regions'),
};

export const listedKeySchema = z.object({
  account_id: z.string(),
  username: z.string(),
  access_key_id: z
    .string()
    .nullable()
    .describe('null where only the date is known: a credential report names no IDs; see --ids'),
  status: z.string().describe('Active or Inactive'),
  created: z.string().describe('ISO 8601 UTC'),
  age_days: z.number().int(),
  ...lastUse,
  due: z
    .boolean()
    .describe(
      'Active, as old as the threshold or older, and not the old key of a rotation in grace',
    ),
  state: z
    .enum(['blocked', 'open', 'due', 'in-grace', 'undone', 'deletable', 'held', 'not-due'])
    .describe('What keyturn makes of it'),
  state_text: z.string().describe('The same in words'),
  until: z
    .string()
    .nullable()
    .describe('ISO 8601 UTC: when the state may change by itself, as far as is known'),
  blocked_by: z.string().nullable().describe('Why a due key cannot be rotated: an error code'),
  rotation: z.string().nullable().describe('The open rotation that it belongs to'),
  secret_waits: z.boolean().describe('Whether its secret waits in a hand-off file'),
  warning: z.string().nullable().describe('A hint and no proof'),
  hint: z.string().nullable().describe('What to do about it'),
  urgency: z.number().int().describe('The lower, the more urgent'),
});

const listedAccount = z.object({
  account_id: z.string(),
  source: z
    .enum(['credential-report', 'scan', 'user'])
    .describe('Where the keys were learned from: the report, every user, or the one user'),
  as_of: z.string().describe('ISO 8601 UTC: a credential report may be four hours old'),
  fallback_reason: z.string().nullable().describe('Why the report was not used'),
  users: z.number().int(),
  keys: z.number().int(),
});

export const keysReportSchema = z
  .object({
    command: z.literal('list'),
    execution_time: z.string().describe('ISO 8601 UTC'),
    days_threshold: z.number().int(),
    signed_by: z
      .string()
      .nullable()
      .describe('Whose credentials signed the calls, and which setting chose them'),
    accounts: z.array(listedAccount),
    keys: z.array(listedKeySchema).describe('Users with the most urgent key first'),
    errors: z.array(issue).describe('Accounts and users that could not be read'),
    skipped_accounts: z
      .array(skippedAccountSchema)
      .describe('Accounts of the organization in which nobody can work'),
    summary: z.object({
      accounts: z.number().int(),
      accounts_failed: z.number().int(),
      accounts_skipped: z.number().int().describe('Suspended or closed'),
      users: z.number().int(),
      keys: z.number().int(),
      keys_shown: z.number().int(),
      keys_without_id: z.number().int().describe('Of those that are shown'),
      keys_undecided: z
        .number()
        .int()
        .describe('Not shown, because AWS does not tell when they were last used'),
    }),
  })
  .describe('Keys with their age, status, last use, and what keyturn makes of them');

export const keyChangeReportSchema = z
  .object({
    command: z.enum(['deactivate', 'activate', 'delete']),
    execution_time: z.string().describe('ISO 8601 UTC'),
    dry_run: z.boolean(),
    account_id: z.string().nullable(),
    username: z.string().nullable().describe('Whose key it is; null when it is not known'),
    access_key_id: z.string(),
    success: z.boolean(),
    outcome: z
      .enum(['changed', 'would-change', 'unchanged', 'refused'])
      .describe('unchanged: it was so already'),
    status_before: z.string().nullable().describe('Active or Inactive'),
    ...lastUse,
    undo_command: z.string().nullable().describe('Takes it back; null where nothing can'),
    deletable_from: z
      .string()
      .nullable()
      .describe('ISO 8601 UTC: from then on an Inactive key may be deleted'),
    notes: z.array(z.string()).describe('What a person should know about it'),
    error: failure.nullable(),
    changes: changesSchema,
    next_run_at: nextRunAtSchema,
    summary: z.object({ changes: changeCountsSchema }),
  })
  .describe('A key that was made Inactive or Active, or deleted, by its ID');

export type KeysReport = z.infer<typeof keysReportSchema>;
export type ListedKeyLine = KeysReport['keys'][number];
export type KeyChangeReport = z.infer<typeof keyChangeReportSchema>;
