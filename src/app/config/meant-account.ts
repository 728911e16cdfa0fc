// Whether a configuration speaks of an account at all.

import { KeyturnError } from '../../base/errors.ts';
import { groupOf } from '../../config/evaluate.ts';
import type { Config } from '../../config/read-config.ts';
import type { AccountFacts } from '../../config/select.ts';

/** An account that the file does not mean is not worked on, also when it is the caller's own. Throws `unknown-account`. */
export function assertMeant(config: Config, account: AccountFacts): void {
  const { kind } = groupOf(config, account);
  if (kind === 'none' || kind === 'group') return;
  throw notMeant(account.id, config.file);
}

/** Whoever names an account is to hear that nothing is done there. */
export function notMeant(id: string, file: string): KeyturnError {
  return new KeyturnError('unknown-account', `account ${id} is not one that ${file} speaks of`, {
    hint: 'put it into a group under "accounts:", or name another account',
  });
}
