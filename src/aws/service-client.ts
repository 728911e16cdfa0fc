// What the clients of further services have in common: credentials, wire, retries, and one wording of
// what goes wrong. Their calls may all be repeated: each write names its own result.

import { classifyUnlessStopped } from './classify.ts';
import { type ClientSettings, commonConfig } from './clients.ts';
import type { CredentialProvider } from './credential-provider.ts';
import { repeatableRetries } from './retry.ts';

export interface ServiceSetup {
  readonly settings: ClientSettings;
  readonly credentials: CredentialProvider;
  readonly account: string;
  /** Undefined means AWS's own endpoint of the region. */
  readonly endpoint: string | undefined;
  readonly signal: AbortSignal | undefined;
}

export function serviceConfig({ settings, credentials, endpoint }: ServiceSetup) {
  return {
    ...commonConfig(settings),
    credentials,
    requestHandler: settings.wire.shared,
    retryStrategy: repeatableRetries(settings.patience),
    ...(endpoint !== undefined && { endpoint }),
  };
}

/** Reads end when the run is stopped; a write is always awaited, as everywhere (I13). */
export function readOptions({ signal }: ServiceSetup): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

export function serviceFailure(
  thrown: unknown,
  permission: string,
  { endpoint, settings, signal }: ServiceSetup,
) {
  return classifyUnlessStopped(thrown, { permission, endpoint, region: settings.region }, signal);
}
