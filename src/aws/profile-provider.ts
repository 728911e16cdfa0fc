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
import { type ClientSettings, stsConfig } from './clients.ts';
import type { CredentialProvider, Credentials } from './credential-provider.ts';
import { type EndpointSources, resolveEndpoint } from './endpoint.ts';
import { type ProfileWay, wayOf } from './profile-way.ts';
import { silentLogger } from './quiet-sdk.ts';
import { pairOfSettings, type SharedConfig } from './shared-config.ts';
import { requireSsoSession } from './sso-session.ts';
import { readTokensOf } from './token-file.ts';

/** Resolves with the current code of the device; may reject with a KeyturnError. */
export type MfaCodeProvider = (serial: string) => Promise<string>;

/** Where sessions are opened, and who is told with what. */
export interface ProfileOpening {
  readonly sources: EndpointSources;
  readonly settings: ClientSettings;
  readonly opens: (source: Credentials) => void;
  readonly mfaCode: MfaCodeProvider | undefined;
}

/** By the first of the profile's ways; the SDK's own loader is told which, since it has an order of its own. */
export function profileProvider(profile: string, opening: ProfileOpening): CredentialProvider {
  const { sources, settings, mfaCode } = opening;
  const { shared } = sources;
  const way = wayOf(profile, shared);
  const own = shared.profiles.get(profile) ?? {};
  const pair = pairOfSettings(own);
  if ((way === 'pair' || way === 'pair-of-config') && pair !== undefined) {
    const { aws_session_token: sessionToken } = own;
    return async () => ({ ...pair, ...(sessionToken && { sessionToken }) });
  }
  const ssoEndpoint = needsSso(profile, shared) ? resolveEndpoint('sso', sources) : undefined;
  const options = {
    profile,
    filepath: shared.credentialsPath,
    configFilepath: shared.configPath,
    ignoreCache: true,
    logger: silentLogger,
    ...(mfaCode === undefined ? {} : { mfaCodeProvider: mfaCode }),
    roleAssumer: assumer(opening, sourceBesidePair(profile, opening)),
    roleAssumerWithWebIdentity: tokenAssumer(settings),
    // The SDK takes one setting for both SSO services. The region is that of the SSO session.
    clientConfig: {
      ignoreConfiguredEndpointUrls: true,
      logger: silentLogger,
      requestHandler: settings.wire.shared,
      ...(ssoEndpoint === undefined ? {} : { endpoint: ssoEndpoint }),
    },
  };
  const load = loaderOf(way, own, options);
  return async () => {
    requireSsoSession(profile, shared);
    await readTokensOf(profile, shared);
    return await load();
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

/** Each role of a chain is assumed with what the one before it gave; `first` stands for what the SDK took. */
function assumer(
  { settings, opens }: ProfileOpening,
  first: CredentialProvider | undefined,
): RoleAssumer {
  const assume = getDefaultRoleAssumer(stsConfig(settings));
  let isFirst = true;
  return async (found, parameters) => {
    const source = isFirst && first !== undefined ? await first() : found;
    isFirst = false;
    opens(source);
    return await assume(source, parameters);
  };
}

/** Of the profile at the end of a chain of roles, where the SDK goes by its pair and every other tool does not. */
function sourceBesidePair(
  profile: string,
  opening: ProfileOpening,
): CredentialProvider | undefined {
  const { shared } = opening.sources;
  const end = endOfChain(profile, shared);
  if (end === undefined || pairOfSettings(shared.profiles.get(end) ?? {}) === undefined)
    return undefined;
  const way = wayOf(end, shared);
  const isOther = way === 'web-identity' || way === 'sso' || way === 'process' || way === 'login';
  return isOther ? profileProvider(end, opening) : undefined;
}

/** The profile whose credentials assume the first role; undefined where none does, or they go in a circle. */
function endOfChain(profile: string, { profiles }: SharedConfig): string | undefined {
  const seen = new Set([profile]);
  for (let name = sourceOf(profile); name !== undefined; name = sourceOf(name)) {
    if (seen.has(name)) return undefined;
    seen.add(name);
    const isEnd =
      sourceOf(name) === undefined || pairOfSettings(profiles.get(name) ?? {}) !== undefined;
    if (isEnd) return name;
  }
  return undefined;

  function sourceOf(name: string): string | undefined {
    const { role_arn: role, source_profile: source } = profiles.get(name) ?? {};
    return role ? source : undefined;
  }
}

function needsSso(profile: string, { profiles }: SharedConfig): boolean {
  const settings = profiles.get(profile) ?? {};
  return settings.sso_session !== undefined || settings.sso_start_url !== undefined;
}
