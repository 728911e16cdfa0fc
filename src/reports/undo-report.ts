// What `keyturn undo` prints with --json: of one rotation, and of several. The schemas are published.

import { z } from 'zod';
import {
  changeCountsSchema,
  changesSchema,
  keptHandoffsSchema,
  nextRunAtSchema,
} from './changes.ts';

const receipt = z.object({
  kind: z.string(),
  reference: z.string(),
  version: z.string().optional(),
});

const dryRun = z
  .boolean()
  .describe('true: nothing was changed, and the other fields tell what an undo would do');

const undoneRotation = z.object({
  username: z.string(),
  rotation: z.string(),
  old_key_id: z.string().describe('Active again'),
  new_key_id: z.string(),
  old_key_reactivated: z.boolean().describe('false when it was Active all the time'),
  new_key: z
    .string()
    .describe(
      'made-inactive, was-inactive, gone, left-active because it may be in use, or kept where ' +
        'keyctl undo had begun the undo',
    ),
  new_key_reason: z.string().nullable().describe('Why it was left Active'),
  new_key_quiet_from: z
    .string()
    .nullable()
    .describe(
      'Of a key that was left Active because it was used: from when on it may be made Inactive, if ' +
        'nothing uses it until then',
    ),
  already_undone: z.boolean().describe('true: it was undone before, and nothing was changed'),
  hint: z.string().nullable().describe('How to end a key that was left Active'),
  put_back: z.array(receipt),
  not_put_back: z.array(receipt).describe('Whoever reads these must go back to the old key'),
});

export const undoReportSchema = undoneRotation
  .extend({
    dry_run: dryRun,
    changes: changesSchema,
    kept_handoffs: keptHandoffsSchema,
    next_run_at: nextRunAtSchema,
    summary: z.object({ changes: changeCountsSchema }),
  })
  .describe('A rotation that was taken back');

const notUndone = z.object({
  username: z.string(),
  rotation: z.string().nullable().describe('null where the latest one of the user was meant'),
  code: z.string().describe('Stable error code; docs/errors.md lists all'),
  message: z.string().describe('What happened, in one line'),
  hint: z.string().nullable(),
  next_run_at: nextRunAtSchema,
});

export const undoSeveralReportSchema = z
  .object({
    dry_run: dryRun,
    account_id: z.string(),
    undone_run_id: z
      .string()
      .nullable()
      .describe('The run whose rotations were meant; null where users were named'),
    undone: z.array(undoneRotation.extend({ next_run_at: nextRunAtSchema })),
    not_undone: z
      .array(notUndone)
      .describe('Rotations that could not be undone, or that the end of this run met'),
    skipped: z
      .array(
        z.object({
          username: z.string(),
          rotation: z.string(),
          reason: z.string(),
          hint: z.string().nullable().describe('How to end a new key that an undo had left Active'),
          next_run_at: nextRunAtSchema,
        }),
      )
      .describe('Rotations of which nothing was left to be undone'),
    other_accounts: z
      .array(z.object({ account_id: z.string(), rotations: z.number().int(), command: z.string() }))
      .describe('Accounts in which the same run rotated; nothing was done in them'),
    changes: changesSchema,
    kept_handoffs: keptHandoffsSchema,
    next_run_at: nextRunAtSchema,
    summary: z.object({
      undone: z.number().int(),
      not_undone: z.number().int(),
      skipped: z.number().int(),
      left: z.number().int().describe('How many of not_undone were not begun'),
      changes: changeCountsSchema,
    }),
  })
  .describe('Several rotations of one account that were taken back');

export type UndoReport = z.infer<typeof undoReportSchema>;
export type UndoSeveralReport = z.infer<typeof undoSeveralReportSchema>;
export type UndoneRotationReport = UndoSeveralReport['undone'][number];
