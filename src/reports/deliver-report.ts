// The document of `keyturn deliver`.

import { z } from 'zod';

const errorSchema = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
});

const placeSchema = z.object({
  kind: z.string(),
  place: z.string(),
  outcome: z
    .enum(['delivered', 'would-deliver', 'there-already', 'failed'])
    .describe(
      'there-already: the place had the key, and was not written. would-deliver: a dry run',
    ),
  version: z.string().nullable().describe('Where the place keeps versions'),
  copied_from: z.string().nullable().describe('Where the pair came from'),
  made: z.array(z.string()).describe('What did not exist and is made, with --create-missing'),
  error: errorSchema.nullable(),
});

export const deliverReportSchema = z
  .object({
    execution_time: z.string().describe('ISO 8601 UTC'),
    run_id: z.string().describe('As in the journal and in the log'),
    dry_run: z.boolean(),
    account_id: z.string(),
    username: z.string(),
    rotation: z.string().nullable(),
    access_key_id: z.string().nullable().describe('The key that was delivered'),
    places: z.array(placeSchema),
  })
  .describe('The key of a user, delivered to further places');

export type DeliverReport = z.infer<typeof deliverReportSchema>;
export type DeliverLine = z.infer<typeof placeSchema>;
