// Whose credentials sign, decided before anybody is asked: the order of botocore, and so of the AWS CLI
// and boto3. A profile that is named (--profile) goes before the environment; one that AWS_PROFILE names
// does not, and only tells the region and the like where the environment holds a pair.

import { KeyturnError } from '../base/errors.ts';
import { isLoopback } from '../base/loopback.ts';
import { noProfiles } from '../credentials-file/no-profiles.ts';
import { type EndpointSources, isConfined } from './endpoint.ts';
import { describeToken, hasPair, refuseOddPair } from './environment-pair.ts';
import { profileSettings } from './profile.ts';
import { describeWay, refuseHalfAWay, wayOf } from './profile-way.ts';
import type { Environment } from './shared-config.ts';

export type CredentialSource =
  | { readonly kind: 'environment' }
  | { readonly kind: 'profile'; readonly profile: string }
  | { readonly kind: 'web-identity'; readonly tokenFile: string; readonly roleArn: string }
  | { readonly kind: 'container' }
  | { readonly kind: 'instance' };

/** Throws `unknown-profile`, and `no-credentials` where half of something is set. */
export function chooseSource(sources: EndpointSources): CredentialSource {
  const { env, profile, profileVariable } = sources;
  if (profile !== undefined) requireProfile(sources, profile);
  const isEnvironmentAsked = profile === undefined || profileVariable !== undefined;
  if (isEnvironmentAsked && hasPair(env)) {
    refuseOddPair(env);
    return { kind: 'environment' };
  }
  const { name, settings } = profileSettings(sources);
  const ofProfile = { kind: 'profile', profile: name } as const;
  const way = wayOf(name, sources.shared);
  const isWebAsked = isEnvironmentAsked && way !== 'role';
  const webIdentity = isWebAsked ? webIdentityOf(env) : undefined;
  if (webIdentity !== undefined) return webIdentity;
  refuseHalfAWay(name, way, sources.shared);
  if (CREDENTIAL_SETTINGS.some((setting) => settings[setting] !== undefined)) return ofProfile;
  return machineSource(sources);
}

/** In words, for the log and the page. */
export function describeSource(source: CredentialSource, sources: EndpointSources): string {
  const { env, profile, profileVariable: variable } = sources;
  const beside =
    variable === undefined ? '' : `, which goes before ${variable}=${JSON.stringify(profile)}`;
  switch (source.kind) {
    case 'environment':
      return `the environment (AWS_ACCESS_KEY_ID${describeToken(env)})${beside}`;
    case 'profile':
      return `profile ${source.profile}${variable === undefined ? '' : ` (${variable})`}${describeWay(source.profile, sources.shared)}`;
    case 'web-identity':
      return `role ${source.roleArn} (AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE)${variable === undefined ? '' : `, which goes before ${variable}=${JSON.stringify(profile)}`}`;
    case 'container':
      return `the role of the container (${containerVariable(env)})`;
    case 'instance':
      return 'the role of the instance';
  }
}

/** What any way to credentials begins with, in a profile. */
const CREDENTIAL_SETTINGS = [
  'aws_access_key_id',
  'aws_secret_access_key',
  'role_arn',
  'web_identity_token_file',
  'credential_process',
  'sso_session',
  'sso_start_url',
  'sso_account_id',
  'sso_role_name',
  'login_session',
  'credential_source',
];

function requireProfile({ shared }: EndpointSources, profile: string): void {
  if (shared.profiles.has(profile)) return;
  const known = [...shared.profiles.keys()].sort();
  throw new KeyturnError(
    'unknown-profile',
    `profile ${JSON.stringify(profile)} is in neither ${shared.credentialsPath} nor ${shared.configPath}`,
    {
      hint:
        known.length === 0
          ? noProfiles([shared.credentialsPath, shared.configPath])
          : `known profiles: ${known.join(', ')}`,
    },
  );
}

function webIdentityOf(env: Environment): CredentialSource | undefined {
  const { AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, AWS_ROLE_ARN: roleArn } = env;
  if (!tokenFile) return undefined;
  if (roleArn) return { kind: 'web-identity', tokenFile, roleArn };
  throw new KeyturnError(
    'no-credentials',
    'AWS_WEB_IDENTITY_TOKEN_FILE is set, and AWS_ROLE_ARN is not',
    { hint: 'set AWS_ROLE_ARN to the role to assume, or neither' },
  );
}

/** What the machine that we run on hands out, asked for when nothing else is set. */
function machineSource(sources: EndpointSources): CredentialSource {
  const { env, profile } = sources;
  const container = containerVariable(env);
  const fullUri = env.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '';
  const isHere = URL.canParse(fullUri) && isLoopback(new URL(fullUri).hostname);
  const isReachable = !isConfined(sources) || (isHere && container?.endsWith('FULL_URI') === true);
  if (container !== undefined && isReachable) return { kind: 'container' };
  const isInstanceAsked = env.AWS_EC2_METADATA_DISABLED?.toLowerCase() !== 'true';
  if (isReachable && isInstanceAsked) return { kind: 'instance' };
  const where = profile === undefined ? '' : ` for profile ${profile}`;
  const isOff = !isInstanceAsked
    ? ' (AWS_EC2_METADATA_DISABLED is set, so no instance is asked)'
    : '';
  throw new KeyturnError('no-credentials', `no credentials were found${where}${isOff}`, {
    hint: NO_CREDENTIALS_HINT,
  });
}

function containerVariable(env: Environment): string | undefined {
  return ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'].find(
    (name) => env[name],
  );
}

export const NO_CREDENTIALS_HINT =
  'name a profile (--profile; for keyctl -a), set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run where a role is attached';
