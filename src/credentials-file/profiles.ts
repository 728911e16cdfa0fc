// The profiles of ~/.aws/credentials and ~/.aws/config: what kind each is, and whether its key can
// be rotated. Reads as the SDK does; no AWS call, nothing heavy to load.

import { looksLikeKeyId } from '../base/key-id-text.ts';
import { KEY_ID, SECRET, SESSION_TOKENS } from './names.ts';
import { readLikeSdk } from './read-like-sdk.ts';
import type { Settings } from './reading.ts';

export type ProfileKind =
  | 'access-key'
  | 'session'
  | 'role'
  | 'sso'
  | 'process'
  | 'web-identity'
  | 'login'
  | 'incomplete'
  | 'settings-only';

type FileName = 'credentials' | 'config';

export interface Profile {
  readonly name: string;
  readonly kind: ProfileKind;
  /** Undefined too for what is none: it may be the secret, which is never shown (I8). */
  readonly keyId: string | undefined;
  /** The file that holds the pair; `both` where each file holds one half of it. */
  readonly keyIn: FileName | 'both' | undefined;
  /** The file that adds a session token. */
  readonly tokenIn: FileName | undefined;
  /** What the AWS CLI signs with although there is a pair, which the SDK takes. */
  readonly cliPrefers: 'SSO sign-in' | 'web identity' | undefined;
}

export interface ProfileFiles {
  /** Undefined when there is no such file. */
  readonly credentials: Buffer | undefined;
  readonly config: Buffer | undefined;
}

/** All profiles of both files, in file order, the credentials file first. */
export function listProfiles(files: ProfileFiles): Profile[] {
  const inCredentials = sectionsOf(files.credentials);
  const inConfig = configProfiles(sectionsOf(files.config));
  const names = new Set([...inCredentials.keys(), ...inConfig.keys()]);
  return [...names].map((name) => toProfile(name, inCredentials.get(name), inConfig.get(name)));
}

function sectionsOf(bytes: Buffer | undefined): ReadonlyMap<string, Settings> {
  return bytes === undefined ? new Map() : readLikeSdk(bytes).sections;
}

function configProfiles(sections: ReadonlyMap<string, Settings>): Map<string, Settings> {
  const profiles = new Map<string, Settings>();
  const plainDefault = sections.get('default');
  if (plainDefault !== undefined) profiles.set('default', plainDefault);
  // Wherever it stands, [profile default] replaces [default].
  for (const [header, settings] of sections) {
    if (header.startsWith('profile.')) profiles.set(header.slice('profile.'.length), settings);
  }
  return profiles;
}

const NONE: Settings = new Map();

function toProfile(name: string, credentials: Settings = NONE, config: Settings = NONE): Profile {
  const get = (setting: string) => credentials.get(setting) ?? config.get(setting);
  const fileOf = (setting: string): FileName | undefined => {
    if (credentials.has(setting)) return 'credentials';
    return config.has(setting) ? 'config' : undefined;
  };
  const [idIn, secretIn] = [fileOf(KEY_ID), fileOf(SECRET)];
  const id = get(KEY_ID) ?? '';
  const isParted = idIn !== undefined && secretIn !== undefined && idIn !== secretIn;
  return {
    name,
    kind: kindOf(name, get),
    keyId: looksLikeKeyId(id) ? id : undefined,
    keyIn: isParted ? 'both' : idIn,
    tokenIn: SESSION_TOKENS.map(fileOf).find((file) => file !== undefined),
    cliPrefers: id && get(SECRET) ? preferredByCli(get) : undefined,
  };
}

/** The order of botocore: a web identity, SSO, then a pair. */
function preferredByCli(get: (setting: string) => string | undefined): Profile['cliPrefers'] {
  if (get('role_arn') && get('web_identity_token_file')) return 'web identity';
  return get('sso_account_id') || get('sso_role_name') ? 'SSO sign-in' : undefined;
}

/** The SDK's order of looking (a role first, then a pair, …). */
function kindOf(name: string, get: (setting: string) => string | undefined): ProfileKind {
  const id = get(KEY_ID);
  const secret = get(SECRET);
  const source = get('source_profile') || get('credential_source');
  // A profile that is its own source assumes the role with the pair that it holds.
  const isOwnSource = source === name && Boolean(id && secret);
  if (get('role_arn') && source && !isOwnSource) return 'role';
  if (id && secret) {
    // A long-term key has no token: where one stands beside it, it was left over.
    const hasToken = get('aws_session_token') !== undefined && !id.startsWith('AKIA');
    return hasToken || id.startsWith('ASIA') ? 'session' : 'access-key';
  }
  if (get('web_identity_token_file')) return 'web-identity';
  if (get('credential_process')) return 'process';
  if (get('sso_session') || get('sso_start_url')) return 'sso';
  if (get('login_session')) return 'login';
  return id || secret ? 'incomplete' : 'settings-only';
}

/** What a kind is called in lists. */
export const KIND_WORDS: Readonly<Record<ProfileKind, string>> = {
  'access-key': 'access key',
  session: 'session',
  role: 'role',
  sso: 'sso',
  process: 'process',
  'web-identity': 'web identity',
  login: 'aws login',
  incomplete: 'incomplete',
  'settings-only': 'no credentials',
};

/** Whether the credentials file holds both halves of a pair in it, whatever it is besides. */
export function holdsPair({ kind, keyIn }: Profile): boolean {
  return keyIn === 'credentials' && kind !== 'incomplete';
}

/** Why a profile is no place for a pair. */
export function usedOtherwise(path: string, profile: Profile): string {
  const why = whyNotRotatable(profile) ?? KIND_WORDS[profile.kind];
  return `profile ${profile.name} of ${path} is in use for something else: ${why}`;
}

/** Why keyctl cannot rotate the key of a profile; undefined when it can. */
export function whyNotRotatable({ kind, keyId, keyIn, tokenIn }: Profile): string | undefined {
  switch (kind) {
    case 'access-key':
      if (keyIn === 'config')
        return 'its access key is in the config file, not in the credentials file';
      if (keyIn === 'both')
        return 'its access key is half in the credentials file, half in the config file';
      // The credentials file is edited, and the AWS SDK would go on adding this to the new pair.
      if (tokenIn === 'config')
        return 'an aws_session_token in the config file spoils its access key';
      if (keyId === undefined)
        return 'its aws_access_key_id is no ID of an access key; it may hold the secret by mistake';
      return keyId.startsWith('AKIA') ? undefined : `${keyId} is no long-term access key`;
    case 'session':
      return 'it holds a session, which expires by itself';
    case 'role':
      return keyId === undefined
        ? 'it assumes a role, so it has no access key of its own'
        : 'it assumes a role, for which the access key in it is not used';
    case 'sso':
      return 'it signs in through SSO, so it has no access key';
    case 'process':
      return 'its credentials come from another program (credential_process)';
    case 'web-identity':
      return 'it assumes a role with a web identity, so it has no access key';
    case 'login':
      return 'it signs in with aws login, so it has no access key';
    case 'incomplete':
      return 'it holds only half of an access key';
    case 'settings-only':
      return 'it holds no credentials';
  }
}

/** What to do about it. */
export function insteadOfRotating({ kind, tokenIn }: Pick<Profile, 'kind' | 'tokenIn'>): string {
  if (kind === 'access-key' && tokenIn === 'config') {
    return 'take the line out of the config file: a long-term key has no session token';
  }
  switch (kind) {
    case 'role':
      return 'rotate the key that opens the role: it names a profile as source_profile, or says by credential_source where that key is';
    case 'session':
      return 'sign in again for a new session; rotate the profile whose key opened it';
    case 'access-key':
    case 'incomplete':
    case 'settings-only':
      return 'put both aws_access_key_id and aws_secret_access_key into the credentials file';
    default:
      return 'there is nothing to rotate; sign in again when the session has expired';
  }
}
