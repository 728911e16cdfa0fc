// Accounts of an organization in which nobody can work, as the document of a list has them.

import { z } from 'zod';

export const skippedAccountSchema = z.object({
  account_id: z.string(),
  state: z.string().describe('As Organizations has it: SUSPENDED or the like'),
});

export type SkippedAccount = z.infer<typeof skippedAccountSchema>;
