// The SDK clients of one account. Reads, reports, updates, creation and STS are apart: the SDK keeps
// its rate limiter and its retry budget per client: a throttled or failing family slows only itself.

import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { StandardRetryStrategy } from '@smithy/core/retry';
import type { EventSink } from '../base/events.ts';
import { VERSION } from '../base/version.ts';
import { isThrottle } from './classify.ts';
import type { CredentialProvider } from './credentials.ts';
import { LimitedHttpHandler, type Timeouts } from './http-handler.ts';
import { createLimiter } from './limiter.ts';
import { silentLogger } from './quiet-sdk.ts';
import { createRetries, impatientRetries, type Patience, repeatableRetries } from './retry.ts';

export interface ClientSettings {
  readonly region: string;
  /** Undefined means AWS's own endpoint of the region. */
  readonly iamEndpoint: string | undefined;
  readonly stsEndpoint: string | undefined;
  readonly wire: Wire;
  readonly patience: Patience;
  readonly emit: EventSink;
}

export interface Clients {
  readonly read: IAMClient;
  readonly report: IAMClient;
  readonly update: IAMClient;
  readonly create: IAMClient;
  readonly sts: STSClient;
}

/** The two ways out of this process, with one bound on the calls under way for both. */
export interface Wire {
  readonly shared: LimitedHttpHandler;
  /** One connection per call, so that a stale kept one can not blur whether a key was made (I2). */
  readonly fresh: LimitedHttpHandler;
}

export function openWire(maxParallel: number, timeouts: Timeouts): Wire {
  const base = { timeouts, limiter: createLimiter(maxParallel), maxSockets: maxParallel };
  return {
    shared: new LimitedHttpHandler({ ...base, keepAlive: true }),
    fresh: new LimitedHttpHandler({ ...base, keepAlive: false }),
  };
}

export function openClients(settings: ClientSettings, credentials: CredentialProvider): Clients {
  const { patience } = settings;
  const iam = {
    ...commonConfig(settings),
    credentials,
    requestHandler: settings.wire.shared,
    ...(settings.iamEndpoint === undefined ? {} : { endpoint: settings.iamEndpoint }),
  };
  const clients = {
    read: new IAMClient({ ...iam, retryStrategy: repeatableRetries(patience) }),
    // AWS has refused reports to everybody for days: giving up early is cheap, there is another way.
    report: new IAMClient({ ...iam, retryStrategy: impatientRetries(patience) }),
    update: new IAMClient({ ...iam, retryStrategy: repeatableRetries(patience) }),
    create: new IAMClient({
      ...iam,
      retryStrategy: createRetries(patience),
      requestHandler: settings.wire.fresh,
    }),
    sts: new STSClient({
      ...stsConfig(settings),
      credentials,
      retryStrategy: impatientRetries(patience),
    }),
  };
  for (const client of Object.values(clients)) {
    // Both kinds of client have the same stack; only the types of their commands differ.
    reportThrottling(client as Pick<IAMClient, 'middlewareStack'>, settings.emit);
  }
  return clients;
}

/** An STS client that signs with the given pair and asks once: the caller owns the waiting. */
export function openProbe(
  settings: ClientSettings,
  pair: { accessKeyId: string; secretAccessKey: string },
): STSClient {
  return new STSClient({
    ...stsConfig(settings),
    credentials: pair,
    retryStrategy: new StandardRetryStrategy(1),
  });
}

/** STS settings that the credential providers need too (AssumeRole). */
export function stsConfig(settings: ClientSettings): STSClientConfig {
  return {
    ...commonConfig(settings),
    requestHandler: settings.wire.shared,
    ...(settings.stsEndpoint === undefined ? {} : { endpoint: settings.stsEndpoint }),
  };
}

/** What every client has, of whichever service. */
export function commonConfig(settings: ClientSettings) {
  return {
    region: settings.region,
    // Endpoints were resolved in endpoint.ts; the SDK would read those of another profile.
    ignoreConfiguredEndpointUrls: true,
    // The SDK would sign with AWS's time when ours is wrong. But ages, holds (I5) and the journal
    // are counted on this machine's clock, so a wrong clock must stop the run instead.
    disableClockSkewCorrection: true,
    customUserAgent: [['keyturn', VERSION]] as [string, string][],
    logger: silentLogger,
  };
}

/** Emits `call-throttled` for every attempt that AWS refused because of its rate. */
function reportThrottling(client: Pick<IAMClient, 'middlewareStack'>, emit: EventSink): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (thrown) {
        if (isThrottle(thrown)) {
          emit({
            code: 'call-throttled',
            operation: String(context.commandName).replace(/Command$/, ''),
            attempt: attemptNumber(args.request),
          });
        }
        throw thrown;
      }
    },
    // Inside the retry middleware, which has priority `high`: once per attempt.
    { step: 'finalizeRequest', priority: 'low', name: 'keyturnReportThrottling' },
  );
}

/** The SDK numbers attempts in a header: `attempt=2; max=10`. */
function attemptNumber(request: unknown): number {
  const headers = (request as { headers?: Record<string, string> }).headers ?? {};
  return Number(/attempt=(\d+)/.exec(headers['amz-sdk-request'] ?? '')?.[1] ?? 1);
}
