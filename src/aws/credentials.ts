// How the credentials that sign are got; whose they are is decided in credential-source.ts. A profile is
// handed to the SDK's own resolver, which knows static keys, role_arn, SSO, credential_process and web
// identity. Whatever that talks to meanwhile goes to the endpoints resolved here, and under the guard
// nothing is asked that is not on this machine.

import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { fromHttp, fromInstanceMetadata, fromWebToken } from '@aws-sdk/credential-providers';
import { memoize } from '@smithy/core/config';
import { type Clock, machineClock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { command } from '../base/hint.ts';
import { flagWords } from '../base/shell-words.ts';
import { classify } from './classify.ts';
import { type ClientSettings, stsConfig } from './clients.ts';
import type { CredentialProvider, Credentials } from './credential-provider.ts';
import {
  type CredentialSource,
  chooseSource,
  describeSource,
  NO_CREDENTIALS_HINT,
} from './credential-source.ts';
import { type EndpointSources, isConfined, resolveEndpoint } from './endpoint.ts';
import { environmentPair } from './environment-pair.ts';
import type { OpenedSessions } from './gateway-options.ts';
import { findMfaDevice } from './mfa-device.ts';
import { nameOfSession } from './name-of-session.ts';
import { type MfaCodeProvider, profileProvider, tokenAssumer } from './profile-provider.ts';
import { silentLogger } from './quiet-sdk.ts';
import { firstLine } from './sdk-failure.ts';
import type { Environment } from './shared-config.ts';
import { readToken } from './token-file.ts';

export interface MfaOptions {
  readonly mfaCode?: MfaCodeProvider | undefined;
  /** A code was given: a static pair opens a session with it too. */
  readonly isMfaWanted?: boolean | undefined;
  /** Sessions that this run opened before. */
  readonly sessions?: OpenedSessions | undefined;
}

/** As in the SDK: credentials are renewed when they would expire within this time. */
const RENEW_BEFORE_EXPIRY_MS = 300_000;

export interface SignIn {
  /** Shared by all clients of an account, so that a role is assumed once. */
  readonly credentials: CredentialProvider;
  /** Whose they are, in words. */
  readonly signedBy: string;
  /**
   * With what the session that signs was opened, once there is one: the first of the chain. Undefined
   * where nothing was opened here: a session that was handed in, or one of the machine.
   */
  opener(): Credentials | undefined;
}

/**
 * Throws `unknown-profile`, and `endpoint-guard` when the profile would need an endpoint elsewhere.
 */
export function signIn(
  sources: EndpointSources,
  settings: ClientSettings,
  clock: Clock,
  mfa: MfaOptions = {},
): SignIn {
  const source = chooseSource(sources);
  if (isConfined(sources) && source.kind === 'profile') {
    guardProfile(sources, source.profile, new Set());
  }
  let first: Credentials | undefined;
  const opens = (source: Credentials) => {
    first ??= source;
  };
  const target = { sources, source, settings, opens };
  const open = withMfaSession(sdkProvider(target, mfa.mfaCode), target, mfa);
  const resolve = async (): Promise<Credentials> => {
    const name = nameOfSession(sources, mfa);
    const known = mfa.sessions?.get(name);
    if (known !== undefined && !endsSoon(known.session, clock)) {
      first ??= known.opener;
      return known.session;
    }
    const session = await open();
    // What has no end was not opened here.
    if (session.expiration !== undefined) mfa.sessions?.set(name, { session, opener: first });
    return session;
  };
  const credentials = renewing(async () => {
    try {
      return await resolve();
    } catch (thrown) {
      throw credentialFailure(thrown, sources, settings);
    }
  }, clock);
  const signedBy = describeSource(source, sources);
  return { credentials, opener: () => first, signedBy };
}

/** Where sessions are opened, and who is told with what. */
interface Opening {
  readonly sources: EndpointSources;
  readonly source: CredentialSource;
  readonly settings: ClientSettings;
  readonly opens: (source: Credentials) => void;
}

/**
 * Resolves once, and again when what it has would expire soon; all who ask meanwhile wait for one. The
 * machine's own clock judges that, because signatures are dated by it, in a sandbox too.
 */
export function renewing(resolve: CredentialProvider, clock: Clock): CredentialProvider {
  return memoize(
    resolve,
    (credentials) => endsSoon(credentials, clock),
    (credentials) => credentials.expiration !== undefined,
  );
}

function endsSoon({ expiration }: Credentials, clock: Clock): boolean {
  const nowMs = machineClock(clock).now().getTime();
  return expiration !== undefined && expiration.getTime() - nowMs < RENEW_BEFORE_EXPIRY_MS;
}

/** A static pair by itself lacks aws:MultiFactorAuthPresent, which many policies demand. */
function withMfaSession(
  resolve: CredentialProvider,
  { sources, settings, opens }: Opening,
  { mfaCode, isMfaWanted }: MfaOptions,
): CredentialProvider {
  const profile = sources.shared.profiles.get(sources.profile ?? 'default') ?? {};
  // A profile with a role takes the code itself when it assumes the role.
  const assumesRole = Boolean(profile.role_arn);
  if (isMfaWanted !== true || mfaCode === undefined || assumesRole) return resolve;
  return async () => {
    const pair = await resolve();
    opens(pair);
    const serial = await findMfaDevice(sources, settings, async () => pair);
    if (serial === undefined) throw noMfaDevice(sources);
    const sts = new STSClient({ ...stsConfig(settings), credentials: pair });
    try {
      const command = new GetSessionTokenCommand({
        SerialNumber: serial,
        TokenCode: await mfaCode(serial),
      });
      const { Credentials: session } = await sts.send(command);
      const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = session ?? {};
      if (AccessKeyId && SecretAccessKey && SessionToken) {
        return {
          accessKeyId: AccessKeyId,
          secretAccessKey: SecretAccessKey,
          sessionToken: SessionToken,
          expiration: Expiration,
        };
      }
    } finally {
      sts.destroy();
    }
    throw new KeyturnError('no-credentials', `no session came back for MFA device ${serial}`);
  };
}

function noMfaDevice({ profile = 'default' }: EndpointSources): KeyturnError {
  return new KeyturnError(
    'bad-value',
    `an MFA code was given, but profile ${profile} names no mfa_serial, and AWS lists no device with codes for its user`,
    { hint: 'add mfa_serial = ARN of the device to the profile, or leave the code out' },
  );
}

function sdkProvider(
  { sources, source, settings, opens }: Opening,
  mfaCode: MfaCodeProvider | undefined,
): CredentialProvider {
  const { env } = sources;
  switch (source.kind) {
    case 'environment':
      return async () => environmentPair(env);
    case 'web-identity':
      return async () =>
        fromWebToken({
          webIdentityToken: await readToken(source.tokenFile, 'AWS_WEB_IDENTITY_TOKEN_FILE'),
          roleArn: source.roleArn,
          ...(env.AWS_ROLE_SESSION_NAME && { roleSessionName: env.AWS_ROLE_SESSION_NAME }),
          roleAssumerWithWebIdentity: tokenAssumer(settings),
        })();
    case 'container':
      return async () => fromHttp(await containerOptions(env))();
    case 'instance':
      return askInstance;
    case 'profile':
      return profileProvider(source.profile, { sources, settings, opens, mfaCode });
  }
}

/** The last resort: that nobody answers there means that nothing was set. */
async function askInstance(): Promise<Credentials> {
  try {
    return await fromInstanceMetadata({ logger: silentLogger })();
  } catch (cause) {
    throw new KeyturnError(
      'no-credentials',
      'no credentials were found in the environment, in the files of profiles, or in the metadata of an instance',
      { cause, hint: NO_CREDENTIALS_HINT },
    );
  }
}

/** Settled here: the SDK would send the newline of a token file along, and read process.env. */
async function containerOptions(env: Environment) {
  const {
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relativeUri,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: fullUri,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
  } = env;
  const authorization = tokenFile
    ? await readToken(tokenFile, 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE')
    : token?.trim();
  return {
    logger: silentLogger,
    awsContainerCredentialsRelativeUri: relativeUri ?? '',
    awsContainerCredentialsFullUri: relativeUri ? '' : (fullUri ?? ''),
    awsContainerAuthorizationTokenFile: '',
    awsContainerAuthorizationToken: authorization ?? '',
  };
}

/** Whether the profile's own pair signs, with a code of its MFA device and no role. */
function opensMfaSession(sources: EndpointSources): boolean {
  const settings = sources.shared.profiles.get(sources.profile ?? 'default');
  return settings?.mfa_serial !== undefined && settings.role_arn === undefined;
}

const METADATA_SOURCES = new Set(['EcsContainer', 'Ec2InstanceMetadata']);

/** Refuses what a profile, or one that it builds on, would ask outside this machine. */
function guardProfile(sources: EndpointSources, name: string, visited: Set<string>): void {
  const settings = sources.shared.profiles.get(name);
  if (settings === undefined || visited.has(name)) return;
  visited.add(name);
  if (settings.sso_session !== undefined || settings.sso_start_url !== undefined) {
    resolveEndpoint('sso', sources);
    resolveEndpoint('sso_oidc', sources);
  }
  if (settings.login_session !== undefined) resolveEndpoint('signin', sources);
  if (METADATA_SOURCES.has(settings.credential_source ?? '')) {
    throw new KeyturnError(
      'endpoint-guard',
      `${guardOf(sources)} forbids credential_source ${settings.credential_source} of profile ${name}`,
      { hint: 'use another profile, or unset that variable' },
    );
  }
  if (settings.source_profile) guardProfile(sources, settings.source_profile, visited);
}

function guardOf({ sandbox }: EndpointSources): string {
  return sandbox === undefined ? 'KEYTURN_ENDPOINT_GUARD=loopback' : `KEYTURN_SANDBOX=${sandbox}`;
}

/** Of the SDK itself; the last is what the metadata services' client throws, whatever went wrong. */
const SETUP_ERRORS = new Set(['CredentialsProviderError', 'TokenProviderError', 'ProviderError']);

/** The SDK's own complaint (no $metadata) is about the set-up; anything else came from AWS. */
function credentialFailure(
  thrown: unknown,
  sources: EndpointSources,
  settings: ClientSettings,
): KeyturnError {
  if (thrown instanceof KeyturnError) return thrown;
  const name = thrown instanceof Error ? thrown.name : '';
  if (!SETUP_ERRORS.has(name)) {
    return classify(thrown, {
      permission: opensMfaSession(sources) ? 'sts:GetSessionToken' : 'sts:AssumeRole',
      endpoint: settings.stsEndpoint,
      region: settings.region,
    });
  }
  const text = thrown instanceof Error ? firstLine(thrown.message) : '';
  const where = sources.profile === undefined ? '' : ` for profile ${sources.profile}`;
  const isOfProcess = /^Command failed|\bcredential_process\b/.test(text);
  if (/\b(?:expired|sso login)\b/i.test(text)) {
    const named = flagWords('--profile', sources.profile);
    return new KeyturnError(
      'expired-token',
      `the session${where} has expired or was never opened`,
      {
        hint: isOfProcess
          ? 'what its credential_process gave has expired: sign in again where that command takes it from'
          : ['sign in again; for SSO:', command('aws', 'sso', 'login', ...named)],
      },
    );
  }
  // A failed credential_process is quoted with its command line, which may hold a secret (I8).
  // Without a profile it is about the last of many places that were tried.
  const detail = /^Command failed/.test(text)
    ? ': its credential_process failed'
    : sources.profile === undefined || text === ''
      ? ''
      : `: ${text}`;
  return new KeyturnError('no-credentials', `no credentials were found${where}${detail}`, {
    hint: /multi-factor/i.test(text)
      ? 'the profile needs an MFA code: open a session with it first and use that'
      : isOfProcess
        ? 'run the command of its credential_process by itself, and see what it says'
        : NO_CREDENTIALS_HINT,
  });
}
