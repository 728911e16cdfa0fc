// The SDK clients of one account. Reads, reports, updates, creation and STS are apart: the SDK keeps
// its rate limiter and its retry budget per client: a throttled or failing family slows only itself.

import { IAMClient, type IAMClientConfig } from '@aws-sdk/client-iam';
import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { StandardRetryStrategy } from '@smithy/core/retry';
import type { EventSink } from '../base/events.ts';
import { VERSION } from '../base/version.ts';
import { isThrottle } from './classify.ts';
import type { CredentialProvider } from './credential-provider.ts';
import { LimitedHttpHandler, type Timeouts, type Ways } from './http-handler.ts';
import { createLimiter } from './limiter.ts';
import { silentLogger } from './quiet-sdk.ts';
import type { RegionSettings } from './region.ts';
import {
  createRetries,
  impatientRetries,
  type Patience,
  type RetryStrategy,
  repeatableRetries,
} from './retry.ts';

export interface ClientSettings {
  readonly region: string;
  /** Undefined means AWS's own endpoint of the region. */
  readonly iamEndpoint: string | undefined;
  readonly stsEndpoint: string | undefined;
  /** Which of AWS's own endpoints. */
  readonly variants?: Omit<RegionSettings, 'region'> | undefined;
  readonly wire: Wire;
  readonly patience: Patience;
  readonly emit: EventSink;
  /** Names the run in every call; undefined for a look that belongs to none. */
  readonly run: string | undefined;
}

export interface Clients {
  readonly read: IAMClient;
  readonly report: IAMClient;
  readonly update: IAMClient;
  readonly create: IAMClient;
}

/** The two ways out of this process, with one bound on the calls under way for both. */
export interface Wire {
  readonly shared: LimitedHttpHandler;
  /** One connection per call, so that a stale kept one cannot blur whether a key was made (I2). */
  readonly fresh: LimitedHttpHandler;
  close(): void;
}

export function openWire(maxParallel: number, timeouts: Timeouts, ways?: Ways): Wire {
  const base = { timeouts, limiter: createLimiter(maxParallel), maxSockets: maxParallel, ways };
  const shared = new LimitedHttpHandler({ ...base, keepAlive: true });
  const fresh = new LimitedHttpHandler({ ...base, keepAlive: false });
  return {
    shared,
    fresh,
    close: () => {
      shared.destroy();
      fresh.destroy();
    },
  };
}

/**
 * Each client is made when it is first used: most accounts of an organization are only read. They
 * need no closing: all that they hold is the wire, which is the opener's.
 */
export function openClients(settings: ClientSettings, credentials: CredentialProvider): Clients {
  const { patience } = settings;
  const iam = {
    ...commonConfig(settings),
    credentials,
    ...(settings.iamEndpoint === undefined ? {} : { endpoint: settings.iamEndpoint }),
  };
  const made: Partial<Record<keyof Clients, IAMClient>> = {};
  const make = (config: IAMClientConfig): IAMClient => {
    const client = new IAMClient({ ...iam, ...config });
    reportThrottling(client, settings.emit);
    return client;
  };
  return {
    get read() {
      made.read ??= make({ retryStrategy: repeatableRetries(patience) });
      return made.read;
    },
    get report() {
      // AWS has refused reports to everybody for days: giving up early is cheap, there is another way.
      made.report ??= make({ retryStrategy: impatientRetries(patience) });
      return made.report;
    },
    get update() {
      made.update ??= make({ retryStrategy: repeatableRetries(patience) });
      return made.update;
    },
    get create() {
      const { fresh } = settings.wire;
      made.create ??= make({ retryStrategy: createRetries(patience), requestHandler: fresh });
      return made.create;
    },
  };
}

export function openStsClient(
  settings: ClientSettings,
  credentials: CredentialProvider,
  retryStrategy: RetryStrategy,
): STSClient {
  const client = new STSClient({ ...stsConfig(settings), credentials, retryStrategy });
  // Both kinds of client have the same stack; only the types of their commands differ.
  reportThrottling(client as unknown as Pick<IAMClient, 'middlewareStack'>, settings.emit);
  return client;
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
    useGlobalEndpoint: settings.variants?.useGlobalSts ?? false,
    ...(settings.stsEndpoint === undefined ? {} : { endpoint: settings.stsEndpoint }),
  };
}

/** What every client has, of whichever service. */
export function commonConfig(settings: ClientSettings) {
  return {
    region: settings.region,
    requestHandler: settings.wire.shared,
    // The stack of an operation is put together once; nobody adds to it after the client was made.
    cacheMiddleware: true,
    // Endpoints were resolved in endpoint.ts; the SDK would read those of another profile.
    ignoreConfiguredEndpointUrls: true,
    // Said in any case: the SDK would look into another environment and profile than ours.
    useFipsEndpoint: settings.variants?.useFipsEndpoint ?? false,
    useDualstackEndpoint: settings.variants?.useDualstackEndpoint ?? false,
    // The SDK would sign with AWS's time when ours is wrong. But ages, holds (I5) and the journal
    // are counted on this machine's clock, so a wrong clock must stop the run instead.
    disableClockSkewCorrection: true,
    customUserAgent: [['keyturn', VERSION]] as [string, string][],
    // CloudTrail keeps it, so that it can tell later whose call made a key. AWS takes 50 characters.
    ...(settings.run !== undefined && { userAgentAppId: `keyturn-${settings.run}` }),
    logger: silentLogger,
  };
}

/** Emits `call-throttled` for every attempt that AWS refused because of its rate. */
export function reportThrottling(
  client: Pick<IAMClient, 'middlewareStack'>,
  emit: EventSink,
): void {
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
