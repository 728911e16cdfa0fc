// What opening an account takes, whether it is the caller's own or a member of an organization.

import type { Clock } from '../base/clock.ts';
import type { EventSink } from '../base/events.ts';
import type { Credentials } from './credential-provider.ts';
import type { Timeouts } from './http-handler.ts';
import type { Environment } from './shared-config.ts';

/** Sessions by whoever opened them; filled and read where they are opened. */
export type OpenedSessions = Map<string, OpenedSession>;

export interface OpenedSession {
  readonly session: Credentials;
  /** With what it was opened. */
  readonly opener: Credentials | undefined;
}

export interface GatewayOptions {
  /** Named profile; undefined means what the environment says (credential-source.ts). */
  readonly profile: string | undefined;
  /** Named region; undefined means that of the environment, else that of the profile. */
  readonly region: string | undefined;
  /** Process environment, read once at the edge. */
  readonly env: Environment;
  /** AWS calls under way at the same time, of all kinds together. */
  readonly maxParallel: number;
  readonly clock: Clock;
  readonly emit: EventSink;
  /**
   * Names the run in every call, as the application ID of the SDK: in CloudTrail it tells whose call made
   * a key. The journal has it in each record, the intent before CreateAccessKey included.
   */
  readonly run?: string | undefined;
  /** Ends reads promptly; writes under way are awaited. */
  readonly signal?: AbortSignal | undefined;
  /** Asks for the code of an MFA device, when the profile names one (mfa_serial). */
  readonly mfaCode?: ((serial: string) => Promise<string>) | undefined;
  /**
   * Whether a profile with a static pair and mfa_serial opens a session with a code first, as
   * policies that demand MFA want it. Without this such a pair signs by itself.
   */
  readonly isMfaWanted?: boolean | undefined;
  /** Whether the pair of the profile signs, also where the profile assumes a role with it. */
  readonly signsWithPair?: boolean | undefined;
  /** Where one run opens the same account several times: a code of an MFA device is taken only once. */
  readonly sessions?: OpenedSessions | undefined;
  /** For tests; connection 3 s and answer 15 s when left out. */
  readonly timeouts?: Timeouts;
}
