// The way into AWS. This file may be imported by anything: the AWS SDK, which costs more start-up time
// than the rest of the program, is loaded only when a gateway is opened.

import type { AccountGateway } from './gateway.ts';
import type { GatewayOptions } from './gateway-options.ts';

/**
 * Finds credentials, endpoints and region, asks STS once who signs, and opens the account.
 *
 * Throws a KeyturnError: `no-credentials`, `unknown-profile`, `expired-token`,
 * `invalid-credentials`, `clock-skew`, `wrong-region`, `endpoint-unreachable`, `endpoint-guard`, `endpoint-insecure`,
 * `access-denied` (a role that may not be assumed), `bad-value` (a setting in the environment or a
 * profile), `interrupted`.
 */
export async function openGateway(options: GatewayOptions): Promise<AccountGateway> {
  const { openSdkGateway } = await import('./sdk-gateway.ts');
  return openSdkGateway(options);
}
