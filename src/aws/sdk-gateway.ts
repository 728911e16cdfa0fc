// Joins the parts that need the AWS SDK. Only open-gateway.ts imports this file, when it is called.

import { setMaxListeners } from 'node:events';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Entrance } from '../base/aws-stores.ts';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { callerServices } from './caller-services.ts';
import { callerSettings } from './caller-settings.ts';
import { classifyUnlessStopped } from './classify.ts';
import { type ClientSettings, openClients, openStsClient } from './clients.ts';
import type { CredentialProvider } from './credential-provider.ts';
import { signIn } from './credentials.ts';
import type { EndpointSources } from './endpoint.ts';
import type { AccountGateway, Caller, NewAccessKey, PlaceWays } from './gateway.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { keysBehind } from './keys-behind.ts';
import { openMemberSession } from './member-session.ts';
import { findMfaDevice } from './mfa-device.ts';
import { impatientRetries, repeatableRetries } from './retry.ts';
import { keyAccountReader } from './sdk-key-account.ts';
import { createOverview } from './sdk-overview.ts';
import { createReader } from './sdk-reader.ts';
import { createReports } from './sdk-reports.ts';
import { createUserFacts } from './sdk-user-facts.ts';
import { createVerifier } from './sdk-verifier.ts';
import { createWriter } from './sdk-writer.ts';

/** The caller: whoever signs, and what their calls need. */
export interface Signer {
  readonly caller: Caller;
  readonly credentials: CredentialProvider;
  /** Whether temporary credentials sign. */
  readonly isSession: boolean;
  readonly settings: ClientSettings;
  readonly sources: EndpointSources;
  readonly clock: Clock;
  readonly ways: Pick<PlaceWays, 'route' | 'trust'>;
  /** Ends reads promptly. */
  readonly signal: AbortSignal | undefined;
  /** Ends every way out of this process. */
  close(): void;
}

export async function openSdkGateway(options: GatewayOptions): Promise<AccountGateway> {
  const signer = await openSigner(options);
  return {
    ...gatewayOf(signer.caller, signer),
    ...(!signer.isSession && { signedBy: successor(signer) }),
    ...(!signer.isSession && isIamUser(signer.caller) && { mfaDevice: mfaDeviceOf(signer) }),
    close: signer.close,
  };
}

/** I7: the account as the new key of the caller sees it. */
function successor({ settings, clock, signal }: Signer): AccountGateway['signedBy'] {
  const target = { endpoint: settings.iamEndpoint, region: settings.region };
  return (key: NewAccessKey) => {
    const pair = { accessKeyId: key.id, secretAccessKey: key.secret.reveal() };
    const own = async () => pair;
    const its = openClients(settings, own);
    return {
      reader: createReader(its.read, target, signal),
      writer: createWriter({ clients: its, credentials: own, target, clock }),
    };
  };
}

function isIamUser({ arn }: Caller): boolean {
  return /^arn:[^:]*:iam::\d*:user\//.test(arn);
}

function mfaDeviceOf({ sources, settings, credentials }: Signer): AccountGateway['mfaDevice'] {
  return () => findMfaDevice(sources, settings, credentials);
}

/** Asks STS once who signs. */
export async function openSigner(options: GatewayOptions): Promise<Signer> {
  const { clock, emit } = options;
  const { sources, settings, ways } = await callerSettings(options);
  const { wire, region } = settings;
  const { route, trust } = ways;
  const signal = manyListeners(options.signal);
  const { credentials, opener, signedBy } = signIn(sources, settings, clock, options);
  const proxy = route({ hostname: endpointHost(settings), port: HTTPS_PORT });
  emit({
    code: 'signing',
    signedBy,
    region,
    ...(proxy.kind === 'proxy' && { proxy: proxy.proxy.url.origin }),
    ...(trust !== undefined && { trust: trust.source }),
  });
  const close = () => wire.close();
  try {
    const whoIs = (who: CredentialProvider) => {
      const sts = openStsClient(settings, who, impatientRetries(settings.patience));
      return askCaller({ sts, settings, signedBy, signal }, who);
    };
    const signer = await whoIs(credentials);
    const isSession = (await credentials()).sessionToken !== undefined;
    const behind = isSession ? await keysBehind(signer, opener(), whoIs) : {};
    const caller = { ...signer, ...behind, signedBy };
    return { caller, credentials, isSession, settings, sources, clock, ways, signal, close };
  } catch (thrown) {
    close();
    throw thrown;
  }
}

/** One account, seen through credentials that are in it. Closing it leaves the wire open. */
export function gatewayOf(
  caller: Caller,
  parts: Omit<Signer, 'caller' | 'isSession' | 'close'>,
): AccountGateway {
  const { credentials, settings, sources, clock, ways, signal } = parts;
  const { account } = caller;
  const clients = openClients(settings, credentials);
  const target = { endpoint: settings.iamEndpoint, region: settings.region };
  return {
    caller,
    env: sources.env,
    ways: { ...ways, signal },
    reader: createReader(clients.read, target, signal),
    reports: createReports(clients.report, target, signal),
    overview: createOverview(clients.report, target, signal),
    userFacts: createUserFacts(clients.report, target, signal),
    writer: createWriter({ clients, credentials, target, clock }),
    verifier: createVerifier(settings, signal),
    accountOf: keyAccountReader(parts),
    services: callerServices({
      ...{ sources, settings, credentials, account, signal },
      enter: (through) => sessionThrough(through, parts),
    }),
    close: () => {},
  };
}

/** Signed by whoever the run is in the account; every session depends on the key that opened it (I7). */
async function sessionThrough(
  { role, externalId }: Entrance,
  { settings, credentials, clock, signal }: Omit<Signer, 'caller' | 'isSession' | 'close'>,
): Promise<CredentialProvider> {
  const [, partition = '', , , account = '', ...name] = role.split(':');
  const roleName = name.join(':').replace(/^role\//, '');
  const sts = openStsClient(settings, credentials, repeatableRetries(settings.patience));
  const target = { endpoint: settings.stsEndpoint, region: settings.region };
  const asked = { account, partition, roleName, externalId, sessionName: 'keyturn' };
  return (await openMemberSession(asked, { sts, target, clock, signal })).credentials;
}

/** Every read under way listens to it, which Node would otherwise take for a leak and print so. */
function manyListeners(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined) return undefined;
  const derived = AbortSignal.any([signal]);
  setMaxListeners(0, derived);
  return derived;
}

const HTTPS_PORT = 443;

/** A host like the one that is asked for the caller, to tell how it is reached. */
function endpointHost({ stsEndpoint, region }: ClientSettings): string {
  return stsEndpoint === undefined ? `sts.${region}.amazonaws.com` : new URL(stsEndpoint).hostname;
}

interface Asking {
  readonly sts: STSClient;
  readonly settings: ClientSettings;
  readonly signedBy: string;
  readonly signal: AbortSignal | undefined;
}

async function askCaller(
  { sts, settings, signedBy, signal }: Asking,
  credentials: CredentialProvider,
): Promise<Caller> {
  // Apart from the call, so that a failure to find credentials is not taken for AWS's answer.
  const { accessKeyId: signingKeyId } = await credentials();
  const call = {
    permission: 'sts:GetCallerIdentity',
    signedBy,
    endpoint: settings.stsEndpoint,
    region: settings.region,
  };
  try {
    const answer = await sts.send(
      new GetCallerIdentityCommand(),
      signal === undefined ? {} : { abortSignal: signal },
    );
    if (answer.Account !== undefined && answer.Arn !== undefined) {
      // AWS has just accepted it as one, whatever it looks like.
      const accessKeyId = signingKeyId as AccessKeyId;
      return { account: answer.Account, arn: answer.Arn, accessKeyId };
    }
  } catch (thrown) {
    throw classifyUnlessStopped(thrown, call, signal);
  }
  throw new KeyturnError(
    'endpoint-unreachable',
    `the endpoint's answer to ${call.permission} is not aws's`,
    { hint: 'check for a proxy between this machine and the endpoint' },
  );
}
