// What `keyturn status` and `keyturn undo` print with --json. The schemas are published.

import { z } from 'zod';
import {
  changeCountsSchema,
  changesSchema,
  keptHandoffsSchema,
  nextRunAtSchema,
} from './changes.ts';

const openRotation = z.object({
  account_id: z.string(),
  username: z.string(),
  rotation: z.string().describe('ID of the rotation, for keyturn undo'),
  phase: z
    .string()
    .describe(
      'How far it came; docs/ARCHITECTURE.md explains the phases. in-grace: the old key stays Active until nobody uses it',
    ),
  old_key_id: z.string(),
  new_key_id: z.string().nullable(),
  orphan_key_id: z
    .string()
    .nullable()
    .describe('A key whose secret was lost: the next run deletes it, from deletable_from on'),
  deletable_from: z
    .string()
    .nullable()
    .describe(
      'When AWS would have shown a use of that key; with keyturn recover --orphan it need not wait. ' +
        'Null where nothing waits for it',
    ),
  begun: z.string().describe('ISO 8601 UTC'),
  destination: z.string(),
  old_key_fate: z.string().describe('when-quiet, deactivate or keep'),
});

const handoffFile = z.object({
  account_id: z.string(),
  access_key_id: z.string(),
  path: z.string().describe('The 0600 file with the secret'),
  state: z
    .enum(['waits', 'needed', 'undone', 'replaced', 'deleted'])
    .describe(
      'waits: for whoever is to use the key, delete it then. needed: by a rotation that is not ' +
        'finished. undone, replaced, deleted: what became of the key, so delete it',
    ),
});

export const statusReportSchema = z
  .object({
    state_dir: z.string(),
    open_rotations: z.array(openRotation),
    handoff_files: z.array(handoffFile),
  })
  .describe('What earlier runs left open, and the hand-off files that wait');

const receipt = z.object({
  kind: z.string(),
  reference: z.string(),
  version: z.string().optional(),
});

export const undoReportSchema = z
  .object({
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
    hint: z.string().nullable().describe('How to end a key that was left Active'),
    put_back: z.array(receipt),
    not_put_back: z.array(receipt).describe('Whoever reads these must go back to the old key'),
    changes: changesSchema,
    kept_handoffs: keptHandoffsSchema,
    next_run_at: nextRunAtSchema,
    summary: z.object({ changes: changeCountsSchema }),
  })
  .describe('A rotation that was taken back');

export type StatusReport = z.infer<typeof statusReportSchema>;
export type UndoReport = z.infer<typeof undoReportSchema>;
