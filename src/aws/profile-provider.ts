// How a profile is handed to the SDK, which knows role_arn, SSO, credential_process and web identity.
// Whatever that talks to meanwhile goes to the endpoints resolved here.

import { getDefaultRoleAssumer, getDefaultRoleAssumerWithWebIdentity } from '@aws-sdk/client-sts';
import {
  fromIni,
  fromLoginCredentials,
  fromProcess,
  fromSSO,
  fromTokenFile,
} from '@aws-sdk/credential-providers';
import { KeyturnError } from '../base/errors.ts';
import { type ClientSettings, stsConfig } from './clients.ts';
import type { CredentialProvider, Credentials } from './credential-provider.ts';
import { type EndpointSources, resolveEndpoint } from './endpoint.ts';
import { type ProfileWay, refuseHalfAWay, wayOf, wayOfSource } from './profile-way.ts';
import { silentLogger } from './quiet-sdk.ts';
import { pairOfSettings, type SharedConfig } from './shared-config.ts';
import { requireSsoSession } from './sso-session.ts';
import { readToken } from './token-file.ts';

/** Resolves with the current code of the device; may reject with a KeyturnError. */
export type MfaCodeProvider = (serial: string) => Promise<string>;

/** Where sessions are opened, and who is told with what. */
export interface ProfileOpening {
  readonly sources: EndpointSources;
  readonly settings: ClientSettings;
  readonly opens: (source: Credentials) => void;
  readonly mfaCode: MfaCodeProvider | undefined;
}

/**
 * By the first of the profile's ways; the SDK's own loader is told which, since it has an order of its own. `waiting` are
 * the profiles whose roles are assumed with what this one gives, the first one of the chain first.
 */
export function profileProvider(
  profile: string,
  opening: ProfileOpening,
  waiting: readonly string[] = [],
): CredentialProvider {
  const { shared } = opening.sources;
  const way = waiting.length === 0 ? wayOf(profile, shared) : wayOfSource(profile, shared);
  refuseHalfAWay(profile, way, shared);
  const own = shared.profiles.get(profile) ?? {};
  const pair = pairOfSettings(own);
  if ((way === 'pair' || way === 'pair-of-config') && pair !== undefined) {
    const { aws_session_token: sessionToken } = own;
    return async () => ({ ...pair, ...(sessionToken && { sessionToken }) });
  }
  if (way === 'role' && own.source_profile) {
    return roleProvider(profile, own.source_profile, opening, waiting);
  }
  const load = loaderOf(way, own, loaderOptions(profile, opening));
  return async () => {
    if (way === 'web-identity') {
      // The loader of the SDK would wait for the writer of a pipe.
      const path = own.web_identity_token_file ?? '';
      await readToken(path, `web_identity_token_file of profile ${profile}`);
    } else if (way !== 'role') requireSsoSession(profile, shared);
    return await load();
  };
}

function loaderOptions(profile: string, opening: ProfileOpening) {
  const { sources, settings, mfaCode } = opening;
  const { shared } = sources;
  const ssoEndpoint = needsSso(profile, shared) ? resolveEndpoint('sso', sources) : undefined;
  return {
    profile,
    filepath: shared.credentialsPath,
    configFilepath: shared.configPath,
    ignoreCache: true,
    logger: silentLogger,
    ...(mfaCode === undefined ? {} : { mfaCodeProvider: mfaCode }),
    roleAssumer: assumer(opening),
    roleAssumerWithWebIdentity: tokenAssumer(settings),
    // The SDK takes one setting for both SSO services. The region is that of the SSO session.
    clientConfig: {
      ignoreConfiguredEndpointUrls: true,
      logger: silentLogger,
      requestHandler: settings.wire.shared,
      ...(ssoEndpoint === undefined ? {} : { endpoint: ssoEndpoint }),
    },
  };
}

function loaderOf(
  way: ProfileWay | undefined,
  {
    web_identity_token_file,
    role_arn,
    role_session_name,
  }: Readonly<Record<string, string | undefined>>,
  options: NonNullable<Parameters<typeof fromIni>[0]> & { readonly profile: string },
): CredentialProvider {
  switch (way) {
    case 'web-identity':
      return fromTokenFile({
        ...options,
        webIdentityTokenFile: web_identity_token_file,
        roleArn: role_arn,
        roleSessionName: role_session_name,
      });
    case 'sso':
      return fromSSO(options);
    case 'login':
      return fromLoginCredentials(options);
    case 'process':
      return fromProcess(options);
    default:
      return fromIni(options);
  }
}

/** The token file of a profile, which the SDK reads, ends in a newline as well. */
export function tokenAssumer(settings: ClientSettings): TokenAssumer {
  const assume = getDefaultRoleAssumerWithWebIdentity(stsConfig(settings));
  return (parameters) =>
    assume({ ...parameters, WebIdentityToken: parameters.WebIdentityToken?.trim() });
}

type TokenAssumer = ReturnType<typeof getDefaultRoleAssumerWithWebIdentity>;
type RoleAssumer = ReturnType<typeof getDefaultRoleAssumer>;

/** A role is assumed with what its source gives, which may be the session of another role. */
function assumer({ settings, opens }: Pick<ProfileOpening, 'settings' | 'opens'>): RoleAssumer {
  const assume = getDefaultRoleAssumer(stsConfig(settings));
  return (source, parameters) => {
    opens(source);
    return assume(source, parameters);
  };
}

/** The SDK would go by an order of its own in the source too. */
function roleProvider(
  profile: string,
  source: string,
  opening: ProfileOpening,
  waiting: readonly string[],
): CredentialProvider {
  const { shared } = opening.sources;
  const chain = [...waiting, profile];
  refuseSource(source, chain, shared);
  const load = profileProvider(source, opening, chain);
  const assume = assumer(opening);
  const own = shared.profiles.get(profile) ?? {};
  return async () => {
    const credentials = await load();
    return await assume(credentials, {
      RoleArn: own.role_arn,
      RoleSessionName: own.role_session_name || 'keyturn',
      ExternalId: own.external_id,
      DurationSeconds: Number.parseInt(own.duration_seconds ?? '', 10) || undefined,
      ...(await codeFor(profile, own.mfa_serial, opening)),
    });
  };
}

/** A profile may be the source of its own role only where it has a pair. */
function refuseSource(source: string, chain: readonly string[], shared: SharedConfig): void {
  const profile = chain.at(-1);
  if (!shared.profiles.has(source)) {
    throw new KeyturnError(
      'no-credentials',
      `profile ${profile} names source_profile ${source}, which is in neither ${shared.credentialsPath} nor ${shared.configPath}`,
      { hint: 'put the name of a profile there that has credentials' },
    );
  }
  const way = wayOfSource(source, shared);
  if (way === undefined) {
    throw new KeyturnError(
      'no-credentials',
      `profile ${profile} names source_profile ${source}, which has no credentials`,
      { hint: 'put the name of a profile there that has some' },
    );
  }
  if (way !== 'role' || !chain.includes(source)) return;
  throw new KeyturnError(
    'no-credentials',
    `the source_profile of ${[...chain, source].join(', that of ')} comes back to where it began`,
    { hint: 'let the last one of them name a profile that has credentials' },
  );
}

async function codeFor(
  profile: string,
  serial: string | undefined,
  { mfaCode }: Pick<ProfileOpening, 'mfaCode'>,
) {
  if (!serial) return {};
  if (mfaCode !== undefined) return { SerialNumber: serial, TokenCode: await mfaCode(serial) };
  throw new KeyturnError(
    'no-credentials',
    `profile ${profile} assumes its role with a code of MFA device ${serial}`,
    { hint: 'open a session with it first and use that' },
  );
}

function needsSso(profile: string, { profiles }: SharedConfig): boolean {
  const settings = profiles.get(profile) ?? {};
  return settings.sso_session !== undefined || settings.sso_start_url !== undefined;
}
