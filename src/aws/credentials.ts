// Which credentials sign the calls. A named profile (flag or AWS_PROFILE) is handed to the SDK's own
// resolver, which knows static keys, role_arn, SSO, credential_process and web identity; without a
// profile the SDK's chain decides. Whatever those talk to meanwhile goes to the endpoints resolved
// here, and under the guard nothing is asked that is not on this machine.

import {
  GetSessionTokenCommand,
  getDefaultRoleAssumer,
  getDefaultRoleAssumerWithWebIdentity,
  STSClient,
} from '@aws-sdk/client-sts';
import { fromIni, fromNodeProviderChain, fromTokenFile } from '@aws-sdk/credential-providers';
import { memoize } from '@smithy/core/config';
import { type Clock, machineClock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { command } from '../base/hint.ts';
import { classify } from './classify.ts';
import { type ClientSettings, stsConfig } from './clients.ts';
import type { CredentialProvider, Credentials } from './credential-provider.ts';
import { type EndpointSources, isConfined, resolveEndpoint } from './endpoint.ts';
import { silentLogger } from './quiet-sdk.ts';
import { firstLine } from './sdk-failure.ts';

/** Resolves with the current code of the device; may reject with a KeyturnError. */
export type MfaCodeProvider = (serial: string) => Promise<string>;

export interface MfaOptions {
  readonly mfaCode?: MfaCodeProvider | undefined;
  /** A code was given: a static pair opens a session with it too. */
  readonly isMfaWanted?: boolean | undefined;
}

/** As in the SDK: credentials are renewed when they would expire within this time. */
const RENEW_BEFORE_EXPIRY_MS = 300_000;

export interface SignIn {
  /** Shared by all clients of an account, so that a role is assumed once. */
  readonly credentials: CredentialProvider;
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
  if (sources.profile !== undefined) requireProfile(sources, sources.profile);
  if (isConfined(sources)) guardProfile(sources, sources.profile ?? 'default', new Set());
  let first: Credentials | undefined;
  const opens = (source: Credentials) => {
    first ??= source;
  };
  const target = { sources, settings, opens };
  const resolve = withMfaSession(sdkProvider(target, mfa.mfaCode), target, mfa);
  const credentials = renewing(async () => {
    try {
      return await resolve();
    } catch (thrown) {
      throw credentialFailure(thrown, sources, settings);
    }
  }, clock);
  return { credentials, opener: () => first };
}

/** Where sessions are opened, and who is told with what. */
interface Opening {
  readonly sources: EndpointSources;
  readonly settings: ClientSettings;
  readonly opens: (source: Credentials) => void;
}

/**
 * Resolves once, and again when what it has would expire soon; all who ask meanwhile wait for one. The
 * machine's own clock judges that, because signatures are dated by it, in a sandbox too.
 */
export function renewing(resolve: CredentialProvider, clock: Clock): CredentialProvider {
  const machine = machineClock(clock);
  return memoize(
    resolve,
    (credentials) =>
      credentials.expiration !== undefined &&
      credentials.expiration.getTime() - machine.now().getTime() < RENEW_BEFORE_EXPIRY_MS,
    (credentials) => credentials.expiration !== undefined,
  );
}

/** A static pair by itself lacks aws:MultiFactorAuthPresent, which many policies demand. */
function withMfaSession(
  resolve: CredentialProvider,
  { sources, settings, opens }: Opening,
  { mfaCode, isMfaWanted }: MfaOptions,
): CredentialProvider {
  const profile = sources.shared.profiles.get(sources.profile ?? 'default') ?? {};
  // A profile with a role takes the code itself when it assumes the role.
  if (isMfaWanted !== true || mfaCode === undefined || profile.role_arn) return resolve;
  const serial = profile.mfa_serial;
  if (!serial) {
    throw new KeyturnError(
      'bad-value',
      `an MFA code was given, but profile ${sources.profile ?? 'default'} names no mfa_serial`,
      { hint: 'add mfa_serial = ARN of the device to the profile, or leave the code out' },
    );
  }
  return async () => {
    const pair = await resolve();
    opens(pair);
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

function requireProfile({ shared }: EndpointSources, profile: string): void {
  if (shared.profiles.has(profile)) return;
  const known = [...shared.profiles.keys()].sort();
  throw new KeyturnError(
    'unknown-profile',
    `profile ${JSON.stringify(profile)} is in neither ${shared.credentialsPath} nor ${shared.configPath}`,
    {
      hint:
        known.length === 0
          ? ['these files hold no profile; create one:', command('aws', 'configure')]
          : `known profiles: ${known.join(', ')}`,
    },
  );
}

function sdkProvider(
  { sources, settings, opens }: Opening,
  mfaCode: MfaCodeProvider | undefined,
): CredentialProvider {
  const { env, shared, profile } = sources;
  const ssoEndpoint = needsSso(sources) ? resolveEndpoint('sso', sources) : undefined;
  const options = {
    filepath: shared.credentialsPath,
    configFilepath: shared.configPath,
    ignoreCache: true,
    logger: silentLogger,
    ...(mfaCode === undefined ? {} : { mfaCodeProvider: mfaCode }),
    roleAssumer: assumer(settings, opens),
    roleAssumerWithWebIdentity: getDefaultRoleAssumerWithWebIdentity(stsConfig(settings)),
    // The SDK takes one setting for both SSO services. The region is that of the SSO session.
    clientConfig: {
      ignoreConfiguredEndpointUrls: true,
      logger: silentLogger,
      requestHandler: settings.wire.shared,
      ...(ssoEndpoint === undefined ? {} : { endpoint: ssoEndpoint }),
    },
  };
  if (profile !== undefined) return fromIni({ ...options, profile });
  const fromEnvironment = environmentKeys(sources);
  if (fromEnvironment !== undefined) return async () => fromEnvironment;
  const webIdentity = {
    ...(env.AWS_WEB_IDENTITY_TOKEN_FILE && {
      webIdentityTokenFile: env.AWS_WEB_IDENTITY_TOKEN_FILE,
    }),
    ...(env.AWS_ROLE_ARN && { roleArn: env.AWS_ROLE_ARN }),
    ...(env.AWS_ROLE_SESSION_NAME && { roleSessionName: env.AWS_ROLE_SESSION_NAME }),
  };
  if (!isConfined(sources)) return fromNodeProviderChain({ ...options, ...webIdentity });
  // The rest of the chain, container and instance metadata, is not on this machine.
  if (shared.profiles.has('default')) return fromIni({ ...options, profile: 'default' });
  return fromTokenFile({ ...options, ...webIdentity });
}

type RoleAssumer = ReturnType<typeof getDefaultRoleAssumer>;

/** Each role of a chain is assumed with what the one before it gave. */
function assumer(settings: ClientSettings, opens: Opening['opens']): RoleAssumer {
  const assume = getDefaultRoleAssumer(stsConfig(settings));
  return (source, parameters) => {
    opens(source);
    return assume(source, parameters);
  };
}

function environmentKeys({ env }: EndpointSources): Credentials | undefined {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return undefined;
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
}

/** Whether the profile's own pair signs, with a code of its MFA device and no role. */
function opensMfaSession(sources: EndpointSources): boolean {
  const settings = sources.shared.profiles.get(sources.profile ?? 'default');
  return settings?.mfa_serial !== undefined && settings.role_arn === undefined;
}

function needsSso(sources: EndpointSources): boolean {
  const settings = sources.shared.profiles.get(sources.profile ?? 'default') ?? {};
  return settings.sso_session !== undefined || settings.sso_start_url !== undefined;
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

const NO_CREDENTIALS_HINT =
  'name a profile with --profile, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run where a role is attached';

/** The SDK's own complaint (no $metadata) is about the set-up; anything else came from AWS. */
function credentialFailure(
  thrown: unknown,
  sources: EndpointSources,
  settings: ClientSettings,
): KeyturnError {
  if (thrown instanceof KeyturnError) return thrown;
  const name = thrown instanceof Error ? thrown.name : '';
  if (name !== 'CredentialsProviderError' && name !== 'TokenProviderError') {
    return classify(thrown, {
      permission: opensMfaSession(sources) ? 'sts:GetSessionToken' : 'sts:AssumeRole',
      endpoint: settings.stsEndpoint,
      region: settings.region,
    });
  }
  const text = thrown instanceof Error ? firstLine(thrown.message) : '';
  const where = sources.profile === undefined ? '' : ` for profile ${sources.profile}`;
  if (/\b(?:expired|sso login)\b/i.test(text)) {
    const named = sources.profile === undefined ? [] : ['--profile', sources.profile];
    return new KeyturnError(
      'expired-token',
      `the session${where} has expired or was never opened`,
      {
        hint: ['sign in again; for SSO:', command('aws', 'sso', 'login', ...named)],
      },
    );
  }
  // A failed credential_process is quoted with its command line, which may hold a secret (I8).
  const detail = /^Command failed/.test(text) ? 'its credential_process failed' : text;
  return new KeyturnError('no-credentials', `no credentials were found${where}: ${detail}`, {
    hint: /multi-factor/i.test(text)
      ? 'the profile needs an MFA code: open a session with it first and use that'
      : NO_CREDENTIALS_HINT,
  });
}
