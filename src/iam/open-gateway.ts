// The way into AWS. This file may be imported by anything: the AWS SDK, which costs more start-up time
// than the rest of the program, is loaded only when a gateway is opened.

import type { Clock } from '../base/clock.ts';
import type { EventSink } from '../base/events.ts';
import type { AccountGateway } from './gateway.ts';
import type { Timeouts } from './http-handler.ts';
import type { Environment } from './shared-config.ts';

export interface GatewayOptions {
  /** Named profile; undefined means AWS_PROFILE, and else the SDK's default chain. */
  readonly profile: string | undefined;
  readonly region: string;
  /** Process environment, read once at the edge. */
  readonly env: Environment;
  /** AWS calls under way at the same time, of all kinds together. */
  readonly maxParallel: number;
  readonly clock: Clock;
  readonly emit: EventSink;
  /** Ends reads promptly; writes under way are awaited. */
  readonly signal?: AbortSignal | undefined;
  /** Asks for the code of an MFA device, when the profile names one (mfa_serial). */
  readonly mfaCode?: ((serial: string) => Promise<string>) | undefined;
  /**
   * Whether a profile with a static pair and mfa_serial opens a session with a code first, as
   * policies that demand MFA want it. Without this such a pair signs by itself.
   */
  readonly isMfaWanted?: boolean | undefined;
  /** For tests; connection 3 s and answer 15 s when left out. */
  readonly timeouts?: Timeouts;
}

/**
 * Finds credentials, endpoints and region, asks STS once who signs, and opens the account.
 *
 * Throws a KeyturnError: `no-credentials`, `unknown-profile`, `expired-token`,
 * `invalid-credentials`, `clock-skew`, `wrong-region`, `endpoint-unreachable`, `endpoint-guard`,
 * `access-denied` (a role that may not be assumed), `bad-value` (a setting in the environment or a
 * profile), `interrupted`.
 */
export async function openGateway(options: GatewayOptions): Promise<AccountGateway> {
  const { openSdkGateway } = await import('./sdk-gateway.ts');
  return openSdkGateway(options);
}
