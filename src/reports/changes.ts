// What a run did to keys, as every document tells it (I16).

import { z } from 'zod';

export const keyChangedSchema = z.object({
  change: z.enum(['created', 'deactivated', 'reactivated', 'deleted']),
  account_id: z.string(),
  username: z.string(),
  access_key_id: z.string(),
  by: z
    .enum(['rotation', 'clean-up', 'recovery', 'undo', 'finish', 'making-room', 'operator'])
    .describe('The part of the work that did it; operator: a person who named the key'),
  why: z.string().describe('In a few words'),
  at: z.string().describe('ISO 8601 UTC, by the clock of this machine'),
});

export const plannedChangeSchema = keyChangedSchema.omit({ at: true }).extend({
  already_done: z
    .boolean()
    .describe('Whether an earlier run made the change already, so that the run would only tell it'),
});

export const plannedChangesSchema = z
  .array(plannedChangeSchema)
  .describe(
    'In a dry run: what would be done or found out beside rotations and clean-up, as changes would tell it',
  );

export const changesSchema = z
  .array(keyChangedSchema)
  .describe('Every key that the run changed, also when it failed or was interrupted');

export const changeCountsSchema = z
  .object({
    created: z.number().int(),
    deactivated: z.number().int(),
    reactivated: z.number().int(),
    deleted: z.number().int(),
  })
  .describe('How many there are of each in changes');

export const nextRunAtSchema = z
  .string()
  .nullable()
  .describe(
    'ISO 8601 UTC: from then on a run may lead further; null when nothing waits for a time',
  );

export const keptHandoffsSchema = z
  .array(
    z.object({
      account_id: z.string(),
      username: z.string(),
      access_key_id: z.string().describe('The key whose secret is in the file'),
      path: z.string(),
      reason: z.string().describe('Why it was not removed, in a sentence'),
    }),
  )
  .describe(
    'Plain hand-off files that have done their work and stay all the same; every run tries again. A dry run removes none, and lists none',
  );
