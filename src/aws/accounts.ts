// The way into every account that the caller can reach. This file may be imported by anything: the AWS
// SDK is loaded only when accounts are opened.

import type { AccountsGateway, AccountsOptions } from './accounts-gateway.ts';

/** Finds credentials and endpoints, and asks STS once who signs; throws what openGateway throws. */
export async function openAccounts(options: AccountsOptions): Promise<AccountsGateway> {
  const { openSdkAccounts } = await import('./sdk-accounts.ts');
  return openSdkAccounts(options);
}
