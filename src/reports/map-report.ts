// What `keyturn map` prints with --json, and what its page is made from. The schema is published; fields are only
// ever added. No field ever holds a secret, or anything of what a place holds but key IDs and names of fields.

import { z } from 'zod';
import { MAP_STATE_WORDS } from './map-states.ts';
import { skippedAccountSchema } from './skipped-accounts.ts';

const issue = z.object({
  code: z.string().describe('Stable error code; docs/errors.md lists all'),
  message: z.string().describe('What happened, in one line'),
  hint: z.string().nullable().describe('What to do about it'),
  account_id: z.string().nullable().describe('The account concerned, if one'),
  username: z.string().nullable().describe('The user concerned, if one'),
});

const where = {
  kind: z.string().describe('As --deliver names it'),
  place: z.string().describe('Its name'),
  region: z.string().nullable(),
  account_id: z.string().nullable().describe('The account that it is in; null where it is in none'),
};

const placeOfKey = z.object({
  ...where,
  deliver: z
    .string()
    .nullable()
    .describe('What --deliver would take for it; null where keyturn would not write there'),
  problem: z.string().nullable().describe('Why not'),
});

const mappedKey = z.object({
  access_key_id: z.string(),
  state: z
    .enum(MAP_STATE_WORDS)
    .describe(
      'placed: Active, in one place. several-places: Active, in more. unplaced: Active, in none that was read. dead: Inactive or deleted, and a place still gives it to its readers. foreign: of another account. unknown: nobody tells whose it is. inactive: Inactive, in no place.',
    ),
  account_id: z.string().nullable().describe('null where nobody tells'),
  username: z.string().nullable().describe('null where no user of the accounts has it'),
  status: z.string().nullable().describe('Active or Inactive; null for a key of no user'),
  created: z.string().nullable().describe('ISO 8601 UTC'),
  age_days: z.number().int().nullable(),
  last_used: z
    .string()
    .nullable()
    .describe('ISO 8601 time, "never", or null when nobody knows; AWS shows uses hours late'),
  last_used_service: z.string().nullable(),
  last_used_region: z.string().nullable(),
  has_password: z.boolean().nullable().describe('Whether the user can sign in to the console'),
  places: z.array(placeOfKey),
});

export const mapReportSchema = z
  .object({
    execution_time: z.string().describe('ISO 8601 UTC'),
    signed_by: z.string().nullable().describe('Whose credentials signed the calls'),
    accounts: z.array(
      z.object({
        account_id: z.string(),
        source: z.enum(['credential-report', 'scan', 'user']),
        as_of: z.string().describe('ISO 8601 UTC'),
        users: z.number().int(),
        keys: z.number().int(),
      }),
    ),
    keys: z.array(mappedKey).describe('What needs to be looked at first'),
    reads: z
      .array(
        z.object({
          kind: z.string(),
          scope: z.string().describe('What stands behind KIND=; empty for all'),
          account_id: z.string().nullable(),
          read: z.number().int(),
          unread: z.number().int(),
          error: issue.nullable().describe('Why the list is not whole'),
        }),
      )
      .describe('What was looked into'),
    unread: z
      .array(z.object({ ...where, code: z.string(), message: z.string() }))
      .describe('Places of which nobody knows what they hold: not empty, but not read'),
    errors: z.array(issue).describe('Accounts and users that could not be read'),
    skipped_accounts: z.array(skippedAccountSchema),
    summary: z.object({
      keys: z.number().int(),
      keys_shown: z.number().int(),
      ...Object.fromEntries(
        MAP_STATE_WORDS.map((state) => [state.replace('-', '_'), z.number().int()]),
      ),
      places_read: z.number().int(),
      places_unread: z.number().int(),
      places_with_keys: z.number().int(),
    }),
  })
  .describe('In which places each key stands');

export type MapReport = z.infer<typeof mapReportSchema>;
export type MappedKey = MapReport['keys'][number];
