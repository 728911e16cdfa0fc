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
  waits_for: z
    .enum(['run', 'time', 'hook', 'operator'])
    .describe(
      'run: the next run goes on; time: nothing can be done before next_run_at; hook: a hook of yours said no, and each run asks again; operator: a person has to say something',
    ),
  next_step: z.string().describe('What comes next, in words; by a run where nobody is named'),
  needs_configuration: z
    .boolean()
    .describe(
      'Whether only a run with the configuration takes it further, because it began with hooks; keyturn recover leaves it',
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

const failedRotation = z.object({
  account_id: z.string(),
  username: z.string(),
  rotation: z.string(),
  at: z.string().describe('ISO 8601 UTC'),
  run: z.string(),
  code: z
    .string()
    .nullable()
    .describe(
      'The error code that the run met; docs/errors.md lists all. Null where the journal names none',
    ),
  message: z.string(),
  remedy: z.string().nullable().describe('What to do about it'),
});

const overdueKey = z.object({
  account_id: z.string(),
  username: z.string().describe('In lower case where no rotation of the user is on record'),
  access_key_id: z.string().nullable().describe('null where only the date is known'),
  created: z.string().describe('ISO 8601 UTC'),
  age_days: z.number().int(),
});

const lastRun = z.object({
  run: z.string().describe('ID of the process; for keyturn undo --run'),
  at: z.string().describe('ISO 8601 UTC: its last record'),
  account_id: z.string(),
  rotated: z.number().int(),
  retired: z.number().int().describe('Old keys that it made Inactive'),
  deleted: z.number().int(),
  undone: z.number().int(),
  failed: z.number().int().describe('Rotations that came to nothing'),
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
    summary: z.object({
      open: z.number().int(),
      half_way: z.number().int().describe('Open, and not in grace'),
      in_grace: z.number().int(),
      waits_for_operator: z
        .number()
        .int()
        .describe(
          'Hooks of which nobody knows whether they were done, keys that an undo left, and secrets that nobody has taken',
        ),
      failed: z.number().int().describe('failures and wrong_places'),
      overdue: z.number().int().nullable().describe('null where nobody knows'),
    }),
    failures: z
      .array(failedRotation)
      .describe('Users whose last rotation came to nothing, as far as the journal tells'),
    overdue: z.object({
      days_threshold: z.number().int(),
      as_of: z
        .string()
        .nullable()
        .describe(
          'ISO 8601 UTC: when the oldest report was made that it is told from; AWS is not asked',
        ),
      keys: z.array(overdueKey).describe('The oldest first'),
      unknown_accounts: z
        .array(z.string())
        .describe(
          'Accounts of which no run has read a credential report: nobody knows of their keys',
        ),
    }),
    last_run: lastRun
      .nullable()
      .describe('The run that recorded something last; one that had nothing to do records nothing'),
  })
  .describe('What earlier runs left open, and the hand-off files that wait');

export type StatusReport = z.infer<typeof statusReportSchema>;
