// What `keyturn verify` prints with --json. The schema is published.

import { z } from 'zod';
import { skippedAccountSchema } from './skipped-accounts.ts';

const errorSchema = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
});

const placeSchema = z.object({
  account_id: z.string(),
  username: z.string(),
  kind: z.string().describe('As in --deliver KIND=PLACE'),
  place: z.string(),
  rotation: z.string().describe('ID of the last rotation that brought a key there'),
  access_key_id: z.string().describe('The key that its readers should find'),
  state: z
    .enum(['fine', 'overwritten', 'half-written', 'dead', 'gone', 'unreadable'])
    .describe(
      'fine: it has that key, and AWS lists the key as Active. overwritten: something else stands there. ' +
        'half-written: the ID of that key beside another secret. dead: that key, which is Inactive or deleted. ' +
        'gone: there is no such place, or nothing in it. unreadable: nobody can tell',
    ),
  reason: z.string().nullable().describe('What was found; null where all is well'),
  pair_checked: z
    .boolean()
    .describe('Whether the secret was held against what is known of it, and not the ID alone'),
  proof: z.enum(['value', 'marker', 'timestamp', 'status']).describe('What such a place shows'),
  outcome: z
    .enum(['none', 'healed', 'would-heal', 'not-healed'])
    .describe('What became of a place that is not fine; would-heal in a dry run'),
  healed_from: z.string().nullable().describe('Where its pair was copied from'),
  made: z
    .array(z.string())
    .describe('What did not exist any more and is made for it, with --create-missing'),
  error: errorSchema.nullable().describe('Why it was not healed'),
});

export const verifyReportSchema = z
  .object({
    execution_time: z.string().describe('ISO 8601 UTC'),
    run_id: z.string().describe('As in the journal and in the log'),
    dry_run: z.boolean(),
    heal: z.boolean().describe('Whether --heal was given'),
    places: z.array(placeSchema),
    errors: z.array(
      errorSchema.extend({
        username: z.string().nullable().describe('Null where it is about the whole account'),
        account_id: z.string().nullable(),
      }),
    ),
    skipped_accounts: z.array(skippedAccountSchema),
    summary: z.object({
      users: z.number().int(),
      places: z.number().int(),
      fine: z.number().int(),
      wrong: z.number().int().describe('Overwritten, half-written, dead or gone, when looked at'),
      unreadable: z.number().int(),
      healed: z.number().int(),
      errors: z.number().int(),
    }),
  })
  .describe('The places of rotations, as they were found between rotations');

export type VerifyReport = z.infer<typeof verifyReportSchema>;
export type VerifiedPlaceLine = z.infer<typeof placeSchema>;
