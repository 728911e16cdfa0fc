// What the function of `keyturn/lambda` answers, by mode. One model is the source of the types and of
// schema/keyturn-lambda.schema.json.

import { z } from 'zod';
import { rotationReportSchema } from './rotation-report.ts';

const problemSchema = z.object({
  code: z.string().describe('Stable error code; docs/errors.md lists all'),
  message: z.string(),
  username: z.string().nullable().describe('The user concerned, if one'),
});

const placedProblemSchema = z.object({ account_id: z.string(), ...problemSchema.shape });

const runId = z
  .string()
  .describe('As the journal names the run; executions with the same name have the same one');

export const lambdaRotateSchema = z.object({
  mode: z.literal('rotate'),
  run_id: runId,
  account_id: z.string().nullable(),
  slice: z.string().nullable(),
  state: z
    .enum(['done', 'more'])
    .describe('more: the time was over; the same event again goes on where it stopped'),
  repeated: z
    .boolean()
    .describe(
      'Whether this part of the run was done before: nothing was done again, and no report is here',
    ),
  dry_run: z.boolean(),
  rotated: z.number().int().describe('In a dry run: how many would be'),
  failed: z.number().int(),
  waiting: z.number().int().describe('Old keys that stay Active for now'),
  problems: z.array(problemSchema).describe('The first of them'),
  problems_in_all: z.number().int(),
  next_run_at: z
    .string()
    .nullable()
    .describe('When something that waits can go on; null where nothing does'),
  report: rotationReportSchema
    .nullable()
    .describe(
      'The document of the run, as rotate-iam-keys prints it; null where it was not wanted, or is too large',
    ),
});

export const lambdaListSchema = z.object({
  mode: z.literal('list'),
  run_id: runId,
  items: z.array(
    z.object({
      account: z.string(),
      role_name: z.string().optional(),
      external_id: z.string().optional(),
      slice: z.string().optional(),
    }),
  ),
  skipped: z
    .array(z.object({ account_id: z.string(), state: z.string() }))
    .describe('Accounts in which nobody can work, as Organizations has them'),
  problems: z.array(placedProblemSchema).describe('Accounts that are not worked on, and why'),
});

export const lambdaSummarySchema = z.object({
  mode: z.literal('summary'),
  run_id: runId,
  state: z
    .enum(['done', 'failed'])
    .describe(
      'failed: an account was not worked on, or not to its end; users that could not be rotated are problems',
    ),
  dry_run: z.boolean(),
  accounts: z.object({
    listed: z.number().int(),
    done: z.number().int(),
    left: z.number().int().describe('Worked on, and not to the end'),
    failed: z.number().int(),
    skipped: z.number().int(),
  }),
  users_examined: z.number().int(),
  keys_examined: z.number().int(),
  would_rotate: z.number().int().nullable().describe('Of a dry run; else null'),
  keys: z
    .object({
      created: z.number().int(),
      delivered: z.number().int(),
      deactivated: z.number().int(),
      reactivated: z.number().int(),
      deleted: z.number().int(),
    })
    .describe(
      'What was done to keys, by the journal: every attempt counts, also of functions that were killed',
    ),
  waiting: z.number().int().describe('Old keys that stay Active for now'),
  failed_users: z.number().int(),
  failed_accounts: z
    .array(
      z.object({
        account_id: z.string(),
        slice: z.string().nullable(),
        code: z.string(),
        message: z.string(),
      }),
    )
    .describe('The first of them'),
  problems: z.array(placedProblemSchema).describe('The first of them'),
  problems_in_all: z.number().int(),
  next_run_at: z.string().nullable(),
  text: z.string().describe('The same in one line, for a notification'),
});

export const lambdaResultSchema = z.discriminatedUnion('mode', [
  lambdaRotateSchema,
  lambdaListSchema,
  lambdaSummarySchema,
]);

export type LambdaRotateResult = z.infer<typeof lambdaRotateSchema>;
export type LambdaListResult = z.infer<typeof lambdaListSchema>;
export type LambdaSummary = z.infer<typeof lambdaSummarySchema>;
