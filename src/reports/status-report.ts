// What `keyturn status` prints with --json. The schema is published.

import { z } from 'zod';

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
  age_days: z.number().int().describe('Whole days since it was begun'),
  next_run_at: z
    .string()
    .nullable()
    .describe(
      'ISO 8601 UTC: the earliest time at which a run may lead further; null for at once. Of an old key in grace as told when that began: a use since then makes it later',
    ),
  vetoed: z
    .string()
    .nullable()
    .describe(
      'What the hook said that keeps the old key Active; each run asks it again. Null where none does',
    ),
  destination: z.string(),
  old_key_fate: z.string().describe('when-quiet, deactivate or keep'),
});

const leftKey = z.object({
  account_id: z.string(),
  username: z.string(),
  rotation: z.string(),
  access_key_id: z.string().describe('The key that the undo took back and left Active'),
  back_to_key_id: z.string().describe('The key that its readers go back to'),
  undone: z.string().describe('ISO 8601 UTC'),
});

const wrongPlace = z.object({
  account_id: z.string(),
  username: z.string(),
  kind: z.string(),
  place: z.string(),
  access_key_id: z.string().describe('The key that its readers should find'),
  state: z
    .enum(['overwritten', 'half-written', 'dead', 'gone'])
    .describe('As keyturn verify found it'),
  found: z.string().describe('ISO 8601 UTC: when it was first found so'),
});

const handoffFile = z.object({
  account_id: z.string(),
  username: z.string().nullable().describe('Whose key it is; null when no journal tells'),
  access_key_id: z.string(),
  path: z.string().describe('The 0600 file with the secret'),
  is_encrypted: z.boolean().describe('true for an .age file, which only its recipients can read'),
  created: z.string().nullable().describe('ISO 8601 UTC: when the key was made, where it is known'),
  age_days: z.number().int().nullable().describe('Whole days since then'),
  state: z
    .enum(['waits', 'needed', 'undone', 'replaced', 'deleted'])
    .describe(
      'waits: for whoever is to use the key, delete it then. needed: by a rotation that is not ' +
        'finished. undone, replaced, deleted: what became of the key, so delete the file',
    ),
});

export const statusReportSchema = z
  .object({
    state_dir: z.string(),
    checked_at: z.string().describe('ISO 8601 UTC'),
    next_run_at: z
      .string()
      .nullable()
      .describe('When a run may lead something further; null when nothing is open'),
    open_rotations: z.array(openRotation),
    left_by_undo: z
      .array(leftKey)
      .describe('Keys that an undo left Active, as far as the journal tells of their end'),
    wrong_places: z
      .array(wrongPlace)
      .describe('Places that keyturn verify found not to be as their rotation left them'),
    handoff_files: z.array(handoffFile),
  })
  .describe('What earlier runs left open, and the hand-off files that wait');

export type StatusReport = z.infer<typeof statusReportSchema>;
