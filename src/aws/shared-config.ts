// The profiles of ~/.aws/credentials and ~/.aws/config, read exactly as the SDK reads them (its own
// loader), but from the files that the environment handed in names, and never from its cache: this
// process may have rewritten the file (the SDK would go on seeing the old bytes).

import { loadSharedConfigFiles } from '@smithy/core/config';
import type { Environment } from '../base/environment.ts';
import { nodeFileSystem } from '../base/files/node-file-system.ts';
import { homeOf, systemHome } from '../base/home.ts';
import { NO_HOME, sdkPaths } from '../credentials-file/paths.ts';
import { refuseEndless } from '../credentials-file/regular-file.ts';

export type { Environment };

type Settings = Readonly<Record<string, string | undefined>>;

export interface SharedConfig {
  readonly credentialsPath: string;
  readonly configPath: string;
  /** What `~` stands for; undefined for a user without a home. */
  readonly home?: string | undefined;
  /** Settings by profile name; for a setting in both files the credentials file wins. */
  readonly profiles: ReadonlyMap<string, Settings>;
  /** `[services x]` sections by name; keys look like `iam.endpoint_url`. */
  readonly services: ReadonlyMap<string, Settings>;
  /** Names of the `[sso-session x]` sections. */
  readonly ssoSessions: ReadonlySet<string>;
  /** Names of the profiles that have a key ID in the credentials file, and not in the config file alone. */
  readonly pairsInCredentials: ReadonlySet<string>;
}

/** How the SDK's loader spells the kind of a section that is not a profile: `services.x`. */
const SERVICES_PREFIX = 'services.';
const SSO_SESSION_PREFIX = 'sso-session.';

export async function loadSharedConfig(env: Environment): Promise<SharedConfig> {
  const home = homeOf(env);
  giveSdkAHome();
  // Without a home there are no such files but those that are named. As in the AWS CLI, that is no error.
  const around = { env, home: home ?? NO_HOME, platform: process.platform };
  const { credentials: credentialsPath, config: configPath } = sdkPaths(around);
  for (const path of [credentialsPath, configPath]) await refuseEndless(nodeFileSystem, path);
  const files = await loadSharedConfigFiles({
    filepath: credentialsPath,
    configFilepath: configPath,
    ignoreCache: true,
  });
  const profiles = new Map<string, Settings>();
  const services = new Map<string, Settings>();
  const ssoSessions = new Set<string>();
  const pairsInCredentials = new Set<string>();
  for (const [name, settings] of Object.entries(files.configFile)) {
    if (name.startsWith(SERVICES_PREFIX)) {
      services.set(name.slice(SERVICES_PREFIX.length), settings);
    } else if (name.startsWith(SSO_SESSION_PREFIX)) {
      ssoSessions.add(name.slice(SSO_SESSION_PREFIX.length));
    } else {
      profiles.set(name, settings);
    }
  }
  for (const [name, settings] of Object.entries(files.credentialsFile)) {
    profiles.set(name, { ...profiles.get(name), ...settings });
    if (settings.aws_access_key_id) pairsInCredentials.add(name);
  }
  const paths = { credentialsPath, configPath, home };
  return { ...paths, profiles, services, ssoSessions, pairsInCredentials };
}

/**
 * The SDK asks for a home whatever paths it is given, and its question throws for a user without one. So
 * such a process gets one in which there is nothing.
 */
function giveSdkAHome(): void {
  const { env } = process; // tidy: allow process: the SDK asks no other environment
  if (env.HOME || env.USERPROFILE || env.HOMEPATH || systemHome() !== undefined) return;
  env.HOME = NO_HOME;
}

/** What any way to credentials but the pair begins with, in a profile. */
const OTHER_WAYS = [
  ...['role_arn', 'source_profile', 'credential_source', 'web_identity_token_file'],
  ...['sso_session', 'sso_start_url', 'sso_region', 'sso_account_id', 'sso_role_name'],
  ...['login_session', 'credential_process'],
];

/** The same, but a profile with a pair has nothing else that could sign: then the pair does. */
export function withPairAlone(shared: SharedConfig, profile = 'default'): SharedConfig {
  const settings = shared.profiles.get(profile);
  if (settings === undefined || pairOfSettings(settings) === undefined) return shared;
  const rest = Object.entries(settings).filter(([name]) => !OTHER_WAYS.includes(name));
  return {
    ...shared,
    profiles: new Map([...shared.profiles, [profile, Object.fromEntries(rest)]]),
  };
}

export function pairOfSettings(
  settings: Settings,
): { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined {
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey } = settings;
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
}
