// Accounts of an organization in which nobody can work, as every list of several accounts names them.

import type { SkippedAccount } from './skipped-accounts.ts';

/** "skipped: 111122223333 (SUSPENDED)"; nothing where none was. */
export function skippedWords(skipped: readonly SkippedAccount[]): string {
  if (skipped.length === 0) return '';
  return `skipped: ${skipped.map(({ account_id: id, state }) => `${id} (${state})`).join(', ')}`;
}
