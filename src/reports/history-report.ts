// What `keyturn history` prints with --json. The schema is published; fields are only ever added.

import { z } from 'zod';

const entry = z.object({
  at: z.string().describe('ISO 8601 UTC, by the clock of the machine that wrote it'),
  account_id: z.string(),
  username: z.string(),
  access_key_id: z.string().nullable().describe('The key that it is about'),
  rotation: z
    .string()
    .nullable()
    .describe('ID of the rotation; null where it is about a key alone'),
  run: z.string().describe('Which run of a command wrote it: a random ID of the process'),
  step: z.string().describe('As the journal has it; docs/ARCHITECTURE.md explains the steps'),
  text: z.string().describe('The same in plain words'),
  why: z.string().nullable(),
  intent: z.boolean().describe('It says what is about to be done; another record says that it was'),
  settled: z.boolean().describe('Of an intent: whether its outcome is on record too'),
});

export const historyReportSchema = z
  .object({
    state_dir: z.string(),
    entries: z.array(entry).describe('The oldest first'),
  })
  .describe('What was done to keys, from the journal');

export type HistoryReport = z.infer<typeof historyReportSchema>;
