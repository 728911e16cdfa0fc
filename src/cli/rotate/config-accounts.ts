// The accounts that a configuration speaks of, and the flags that narrow them.

import type { AccountSelection } from '../../app/choose-accounts.ts';
import { AccountDirectory } from '../../app/config/account-directory.ts';
import { accountsOfConfig } from '../../app/config/accounts-of-config.ts';
import type { Config } from '../../config/read-config.ts';
import { refuseUseless } from '../flags/account-flags.ts';
import type { Values } from './options.ts';

export interface ConfiguredAccounts {
  /** Undefined for the caller's own account alone. */
  readonly selection: AccountSelection | undefined;
  /** What is known of accounts, as far as they were entered. */
  readonly directory: AccountDirectory;
}

/** Throws `conflicting-flags` for a flag about accounts where only one is worked on. */
export function accountsOf(
  config: Config,
  values: Pick<Values, 'roleName' | 'externalId' | 'excludeAccounts'>,
  given: AccountSelection | undefined,
): ConfiguredAccounts {
  const directory = new AccountDirectory(config);
  const { roleName, externalId, excludeAccounts: excluded = [] } = values;
  const asked = { given, excluded, roleName, externalId };
  const selection = accountsOfConfig(config, asked, directory);
  if (selection === undefined) {
    const useless = ['excludeAccounts', 'roleName', 'externalId'] as const;
    refuseUseless(values, useless, '--organization or --accounts');
  }
  return { selection, directory };
}
