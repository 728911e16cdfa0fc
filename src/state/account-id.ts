// How the accounts of a store are named.

import { KeyturnError } from '../base/errors.ts';

const ACCOUNT_ID = /^\d{12}$/;

export function isAccountId(text: string): boolean {
  return ACCOUNT_ID.test(text);
}

/** Throws `bad-value`: a name of another form could lead out of the store. */
export function demandAccountId(text: string): void {
  if (isAccountId(text)) return;
  throw new KeyturnError('bad-value', `${JSON.stringify(text)} is not an account id`);
}
