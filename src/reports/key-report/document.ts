// What `keyturn report` tells: one document, from which the page, the CSV and the Markdown are made too. The schema
// is published; fields are only ever added. No field ever holds a secret.

import { z } from 'zod';
import { listedKeySchema } from '../keys-report.ts';
import { skippedAccountSchema } from '../skipped-accounts.ts';

export const REPORT_FORMAT = 'keyturn-report/1';

const int = () => z.number().int();

const who = {
  account_id: z.string(),
  username: z.string(),
};

const reportKey = listedKeySchema.extend({
  days_threshold: int().describe('From this age on it is due, in days'),
  overdue: z.boolean().describe('Due, and no exemption holds for its user'),
  unused: z
    .boolean()
    .nullable()
    .describe('Active, and nothing has used it for unused_days; null where nobody knows'),
  rule: z.string().nullable().describe('The rule of the configuration that governs its user'),
  exempt_until: z.string().nullable().describe('The day until which its user is exempt'),
});

const stage = z.object({
  stage: z
    .enum(['begun', 'made', 'proved', 'delivered', 'in-grace', 'retiring', 'undoing'])
    .describe('made: AWS made the new key; proved: AWS accepts it; in-grace: both keys are Active'),
  at: z.string().describe('ISO 8601 UTC'),
});

const openRotation = z.object({
  ...who,
  rotation: z.string().describe('ID of the rotation, for keyturn undo'),
  phase: z.string(),
  phase_text: z.string(),
  old_key_id: z.string(),
  new_key_id: z.string().nullable(),
  begun: z.string(),
  age_days: int(),
  stages: z.array(stage).describe('Those that are reached, the earliest first'),
  waits_for: z.enum(['run', 'time', 'hook', 'operator']),
  next_step: z.string(),
  next_run_at: z.string().nullable().describe('ISO 8601 UTC: not before then; null for at once'),
  destination: z.string(),
});

const week = z.object({
  monday: z.string().describe('The first day of the week, by UTC'),
  rotated: int().describe('New keys that came into every place'),
  retired: int().describe('Old keys that were made Inactive'),
  deleted: int(),
  undone: int(),
  failed: int().describe('Rotations that came to nothing'),
});

const unreadSuccessor = z.object({
  ...who,
  old_key_id: z.string().nullable(),
  old_key_created: z.string(),
  new_key_id: z.string().nullable(),
  new_key_created: z.string(),
  last_used: z.string().describe('ISO 8601 UTC: the last use of the old key'),
  last_used_service: z.string().nullable(),
  last_used_region: z.string().nullable(),
  waits_since: z
    .string()
    .nullable()
    .describe('When the places had the new key; null where no journal tells'),
  next_run_at: z.string().nullable(),
});

const problem = z.object({
  code: z.string().describe('The key of remedies; error codes are in docs/errors.md'),
  account_id: z.string().nullable(),
  username: z.string().nullable(),
  access_key_id: z.string().nullable(),
  since: z.string().nullable().describe('ISO 8601 UTC'),
  message: z.string(),
  hint: z.string().nullable().describe('What to do about this one'),
});

const remedy = z.object({
  title: z.string(),
  remedy: z.string(),
  count: int(),
});

const exemption = z.object({
  owner: z.string(),
  reason: z.string(),
  until: z.string().describe('The last day on which it holds'),
  days_left: int().describe('Negative once it has ended'),
  match: z.string().describe('Whom it is about, as the configuration says it'),
  at: z.string().describe('File and line'),
  users: int().describe('Users of the accounts that were read for whom it decides'),
  keys: int().describe('Their Active keys'),
  due: int().describe('Those of them that are due'),
});

const control = z.object({
  id: z.string(),
  requirement: z.string(),
  sources: z.array(z.object({ framework: z.string(), number: z.string() })),
  judged: z.string().describe('What was looked at, and how'),
  status: z
    .enum(['met', 'not-met', 'not-known'])
    .describe('not-known: nothing fails, and not everything could be read'),
  unit: z.enum(['users', 'keys']),
  examined: int(),
  failing: int(),
  exempt: int().describe('Of the failing: those of users with an exemption that holds'),
  in_grace: int().describe('Of the failing: those that a rotation under way will mend'),
  not_known: int(),
});

const accountControl = z.object({ id: z.string(), failing: int(), not_known: int() });

const account = z.object({
  account_id: z.string(),
  account_name: z.string().nullable(),
  source: z.enum(['credential-report', 'scan', 'user']),
  as_of: z.string().describe('ISO 8601 UTC: a credential report may be four hours old'),
  fallback_reason: z.string().nullable(),
  users: int(),
  keys: int(),
  active: int(),
  overdue: int(),
  exempt: int().describe('Due keys of users with an exemption'),
  in_grace: int(),
  unused: int(),
  open_rotations: int(),
  problems: int(),
  oldest_days: int().nullable().describe('Age of the oldest Active key'),
  controls: z.array(accountControl),
});

export const keyReportSchema = z
  .object({
    format: z.literal(REPORT_FORMAT),
    execution_time: z.string().describe('ISO 8601 UTC'),
    since: z.string().describe('ISO 8601 UTC: from then on what was done is counted'),
    days_threshold: int().describe(
      'From this age on a key is due; with a configuration the lowest of its rules',
    ),
    unused_days: int(),
    config: z
      .object({ path: z.string(), rules: int(), exemptions: int() })
      .nullable()
      .describe('null where none was named: one threshold holds for all'),
    state: z.string().describe('Where the journal is that was read'),
    signed_by: z.string().nullable(),
    summary: z.object({
      accounts: int(),
      accounts_failed: int(),
      accounts_skipped: int(),
      users: int(),
      keys: int(),
      active: int(),
      inactive: int(),
      overdue: int(),
      exempt: int(),
      in_grace: int().describe(
        'Old keys that were replaced, and are Active until nothing uses them',
      ),
      unused: int(),
      unused_not_known: int(),
      open_rotations: int(),
      unread_successors: int(),
      problems: int(),
      rotated: int().describe('Since then'),
      retired: int().describe('Since then'),
      deleted: int().describe('Since then'),
      oldest_days: int().nullable(),
      keys_without_id: int(),
    }),
    next_steps: z
      .array(z.object({ text: z.string(), command: z.string().nullable() }))
      .describe('What a reader does next, the most urgent first'),
    remedies: z
      .record(z.string(), remedy)
      .describe('What the codes of problems mean, and what to do'),
    problems: z.array(problem).describe('What a person has to look at, the most urgent first'),
    ages: z.object({
      thresholds: z.array(z.object({ days: int(), keys: int() })),
      buckets: z.array(
        z.object({
          from_days: int(),
          to_days: int().nullable().describe('Not included; null for all that are older'),
          keys: int(),
          overdue: int(),
          exempt: int(),
        }),
      ),
    }),
    open_rotations: z.array(openRotation).describe('Those that wait for a person first'),
    weeks: z.array(week).describe('The earliest first'),
    unread_successors: z
      .array(unreadSuccessor)
      .describe('Keys in use whose successor nobody has used: a hint and no proof'),
    exemptions: z.array(exemption).describe('Those that end first come first'),
    controls: z.array(control),
    accounts: z.array(account).describe('Those with the most overdue keys first'),
    skipped_accounts: z.array(skippedAccountSchema),
    keys: z.array(reportKey).describe('The most urgent first'),
  })
  .describe('The access keys of one account or several: ages, rotations, what needs a person');

export type KeyReport = z.infer<typeof keyReportSchema>;
export type ReportKey = KeyReport['keys'][number];
export type ReportProblem = KeyReport['problems'][number];
export type ReportRotation = KeyReport['open_rotations'][number];
export type ReportControl = KeyReport['controls'][number];
export type ReportAccount = KeyReport['accounts'][number];
