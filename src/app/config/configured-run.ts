// A configuration as what a run is handed: the settings of each user, and the accounts. Faces differ in the words
// for what they say beside it; what becomes of that is the same.

import { KeyturnError } from '../../base/errors.ts';
import type { Config } from '../../config/read-config.ts';
import type { Overrides } from '../../config/settings.ts';
import { handoff } from '../../destinations/handoff/index.ts';
import { placeOfRecipients } from '../../destinations/handoff/recipients.ts';
import type { AccountSelection } from '../choose-accounts.ts';
import type { DeliveryRequest } from '../open-destinations.ts';
import type { Governance } from '../run-settings.ts';
import { AccountDirectory } from './account-directory.ts';
import { type AskedAccounts, accountsOfConfig } from './accounts-of-config.ts';
import { governanceOf } from './governance.ts';

/** What is said beside the file, and wins in every rule. */
export interface SaidBeside {
  readonly overrides: Overrides;
  /** age recipients of hand-off files. */
  readonly recipients: readonly string[];
  readonly accounts: AskedAccounts;
  /** The only rule whose users the run is about; about all when left out. */
  readonly onlyRule?: string | undefined;
}

export interface ConfiguredRun {
  readonly governance: Governance;
  /** Undefined for the caller's own account alone. */
  readonly accounts: AccountSelection | undefined;
  /** What is known of the accounts, as far as the run has come. */
  readonly directory: Pick<AccountDirectory, 'of'>;
}

/** Throws `conflicting-flags` where what is said beside the file undoes what the file was judged by. */
export function configuredRun(
  config: Config,
  { overrides, recipients, accounts: asked, onlyRule }: SaidBeside,
): ConfiguredRun {
  const directory = new AccountDirectory(config);
  const finish = (request: DeliveryRequest) => withRecipients(request, recipients);
  const governance = governanceOf({ config, overrides, finish, directory, onlyRule });
  refuseAllDue(governance.earliest, config.file);
  return { governance, directory, accounts: accountsOfConfig(config, asked, directory) };
}

function withRecipients(request: DeliveryRequest, recipients: readonly string[]): DeliveryRequest {
  if (request.kind !== handoff.name) return request;
  return { kind: request.kind, template: placeOfRecipients(recipients) };
}

function refuseAllDue(
  { daysThreshold, lookAheadDays }: Governance['earliest'],
  file: string,
): void {
  if (lookAheadDays < daysThreshold) return;
  throw new KeyturnError(
    'conflicting-flags',
    `every key of a rule of ${file} would be due: the next run comes after ${lookAheadDays} days, and the threshold is ${daysThreshold}`,
    { hint: 'raise "days_threshold" of the rule, or lower "before_next_run"; flags win over both' },
  );
}
