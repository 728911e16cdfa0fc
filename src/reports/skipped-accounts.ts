// Accounts of an organization in which nobody can work, as every list of several accounts names them.

import { z } from 'zod';

export const skippedAccountSchema = z.object({
  account_id: z.string(),
  state: z.string().describe('As Organizations has it: SUSPENDED or the like'),
});

export type SkippedAccount = z.infer<typeof skippedAccountSchema>;

/** "skipped: 111122223333 (SUSPENDED)"; nothing where none was. */
export function skippedWords(skipped: readonly SkippedAccount[]): string {
  if (skipped.length === 0) return '';
  return `skipped: ${skipped.map(({ account_id: id, state }) => `${id} (${state})`).join(', ')}`;
}
