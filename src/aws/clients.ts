// The clients of one account. Reads, reports, updates, creation and STS are apart: a client has a pace
// and a retry budget of its own, so that a throttled or failing family slows only itself.

import { GetUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import {
  doesIdentityRequireRefresh,
  isIdentityExpired,
  memoizeIdentityProvider,
} from '@smithy/core';
import type { EventSink } from '../base/events.ts';
import { VERSION } from '../base/version.ts';
import { isThrottle } from './classify.ts';
import type { CredentialProvider, Credentials } from './credential-provider.ts';
import { LimitedHttpHandler, type Timeouts, type Ways } from './http-handler.ts';
import { createLimiter } from './limiter.ts';
import { openQueryClient, type QueryClient, type QueryWire } from './query-client.ts';
import { draftOnce } from './query-draft.ts';
import { silentLogger } from './quiet-sdk.ts';
import type { RegionSettings } from './region.ts';
import {
  createRetries,
  impatientRetries,
  NEVER_REPEATED,
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
  readonly read: QueryClient;
  readonly report: QueryClient;
  readonly update: QueryClient;
  readonly create: QueryClient;
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
  const { patience, wire, emit } = settings;
  const draft = iamDraft(settings, credentials);
  const renewed = memoized(credentials);
  const made: Partial<Record<keyof Clients, QueryClient>> = {};
  const make = (retries: RetryStrategy, way: QueryWire = wire.shared) =>
    openQueryClient({ draft, credentials: renewed, wire: way, retries, emit });
  return {
    get read() {
      made.read ??= make(repeatableRetries(patience));
      return made.read;
    },
    get report() {
      // AWS has refused reports to everybody for days: giving up early is cheap, there is another way.
      made.report ??= make(impatientRetries(patience));
      return made.report;
    },
    get update() {
      made.update ??= make(repeatableRetries(patience));
      return made.update;
    },
    get create() {
      made.create ??= make(createRetries(patience), wire.fresh);
      return made.create;
    },
  };
}

function iamDraft(settings: ClientSettings, credentials: CredentialProvider) {
  const { iamEndpoint } = settings;
  return draftOnce((catching) => {
    const client = new IAMClient({
      ...commonConfig(settings),
      credentials,
      ...(iamEndpoint !== undefined && { endpoint: iamEndpoint }),
      ...catching,
    });
    return { client, send: () => client.send(new GetUserCommand({})) };
  });
}

/** As the SDK does it: asked once, and again before they expire. */
function memoized(credentials: CredentialProvider): CredentialProvider {
  const provider = memoizeIdentityProvider(
    credentials,
    isIdentityExpired,
    doesIdentityRequireRefresh,
  );
  return provider ?? credentials;
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

/** Opens clients that sign with the given pair and ask once: the caller owns the waiting. */
export function openProbes(settings: ClientSettings): (pair: Credentials) => QueryClient {
  const { wire } = settings;
  let draft: ReturnType<typeof draftOnce> | undefined;
  return (pair) => {
    // Of the first key's making; nothing in it is of a key.
    draft ??= draftOnce((catching) => {
      const client = new STSClient({ ...stsConfig(settings), credentials: pair, ...catching });
      return { client, send: () => client.send(new GetCallerIdentityCommand({})) };
    });
    const credentials = async () => pair;
    const way = { wire: wire.shared, retries: NEVER_REPEATED, emit: () => {} };
    return openQueryClient({ draft, credentials, ...way });
  };
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

/** Emits `call-sent` for every attempt, and `call-throttled` for each that AWS refused because of its rate. */
export function reportThrottling(
  client: Pick<IAMClient, 'middlewareStack'>,
  emit: EventSink,
): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = String(context.commandName).replace(/Command$/, '');
      emit({ code: 'call-sent', operation });
      try {
        return await next(args);
      } catch (thrown) {
        if (isThrottle(thrown)) {
          emit({
            code: 'call-throttled',
            operation,
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
