// A configuration as a report is told by it: which accounts are read, and what holds for their users.

import type { Config } from '../../config/read-config.ts';
import type { AccountFacts } from '../../config/select.ts';
import type { Overrides } from '../../config/settings.ts';
import type { AccountSelection } from '../choose-accounts.ts';
import { AccountDirectory } from '../config/account-directory.ts';
import { type AskedAccounts, accountsOfConfig } from '../config/accounts-of-config.ts';
import { lowestThreshold } from './governed-users.ts';

export interface ReportedConfig {
  /** Undefined for the caller's own account alone. */
  readonly accounts: AccountSelection | undefined;
  readonly accountFacts: (account: string) => AccountFacts;
  readonly overrides: Overrides;
  /** The lowest of its rules. */
  readonly daysThreshold: number;
}

export function reportedConfig(
  config: Config,
  { overrides, accounts }: { readonly overrides: Overrides; readonly accounts: AskedAccounts },
): ReportedConfig {
  const directory = new AccountDirectory(config);
  return {
    accounts: accountsOfConfig(config, accounts, directory),
    accountFacts: (account) => directory.of(account),
    overrides,
    daysThreshold: lowestThreshold(config, overrides),
  };
}
