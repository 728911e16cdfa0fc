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

export type StatusReport = z.infer<typeof statusReportSchema>;
