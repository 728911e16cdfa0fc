// By which way a profile gets its credentials, where it has several: the order of botocore, and so of the
// AWS CLI and boto3. The SDK's own resolver goes by another one, and would sign with a pair that every
// other tool leaves alone.

import { KeyturnError } from '../base/errors.ts';
import type { SharedConfig } from './shared-config.ts';

export type ProfileWay =
  | 'role'
  | 'web-identity'
  | 'sso'
  | 'pair'
  | 'login'
  | 'process'
  | 'pair-of-config';

type Settings = Readonly<Record<string, string | undefined>>;

/** The first that the profile has settings for, whole or half; undefined where it has none. */
export function wayOf(profile: string, shared: SharedConfig): ProfileWay | undefined {
  return ORDER.find((way) => isTaken(way, profile, shared));
}

/**
 * The same of a profile that a role names as its source. One with a pair, or with half of one, has no role of its
 * own there: the pair, or what goes before pairs, is what assumes the role.
 */
export function wayOfSource(profile: string, shared: SharedConfig): ProfileWay | undefined {
  const { aws_access_key_id: id, aws_secret_access_key: secret } = settingsOf(profile, shared);
  const hasPair = id !== undefined || secret !== undefined;
  return ORDER.find((way) => !(hasPair && way === 'role') && isTaken(way, profile, shared));
}

/** What people miss, in words: which way goes before the pair of the profile, and a token beside the pair of a user. */
export function describeWay(profile: string, shared: SharedConfig): string {
  const way = wayOf(profile, shared);
  const words = way === undefined ? undefined : WORDS[way];
  const { aws_access_key_id: id, aws_session_token: token } = settingsOf(profile, shared);
  if (words !== undefined) return id ? `, by ${words}, which goes before its pair` : '';
  const isLeftOver = Boolean(token) && id?.startsWith('AKIA') === true;
  return isLeftOver ? ', with aws_session_token, which only a session has' : '';
}

const SETTINGS_OF: Readonly<
  Record<ProfileWay, (settings: Settings, isPairInCredentials: boolean) => boolean>
> = {
  role: ({ role_arn: role, web_identity_token_file: token }) => Boolean(role && !token),
  'web-identity': ({ web_identity_token_file: token }) => Boolean(token),
  sso: ({ sso_account_id: account, sso_role_name: role }) => Boolean(account || role),
  pair: ({ aws_access_key_id: id }, isInCredentials) => isInCredentials && Boolean(id),
  login: ({ login_session: session }) => Boolean(session),
  process: ({ credential_process: command }) => Boolean(command),
  'pair-of-config': ({ aws_access_key_id: id }) => Boolean(id),
};

const ORDER = Object.keys(SETTINGS_OF) as readonly ProfileWay[];

const WORDS: Readonly<Partial<Record<ProfileWay, string>>> = {
  role: 'its role',
  'web-identity': 'the role of its web identity',
  sso: 'its session of IAM Identity Center',
  login: 'its session of aws login',
  process: 'its credential_process',
};

/** What signs by a way of which the profile says half; the pair beside it may be anybody's. Throws `no-credentials`. */
export function refuseHalfAWay(
  profile: string,
  way: ProfileWay | undefined,
  shared: SharedConfig,
): void {
  const settings = settingsOf(profile, shared);
  if (way === 'role') refuseHalfARole(profile, settings);
  if (way === 'web-identity' && !settings.role_arn) {
    throw new KeyturnError(
      'no-credentials',
      `profile ${profile} has a web_identity_token_file, and no role_arn says which role it is for`,
      { hint: 'add role_arn = ARN OF THE ROLE, or take web_identity_token_file out' },
    );
  }
}

/** A role that says nothing of who assumes it is half a sentence. */
function refuseHalfARole(profile: string, settings: Settings): void {
  const { source_profile: source, credential_source: kind } = settings;
  if (source && kind) {
    throw new KeyturnError(
      'no-credentials',
      `profile ${profile} has both source_profile and credential_source: who assumes its role is open`,
      { hint: 'take one of the two out of the profile' },
    );
  }
  if (source || kind) return;
  throw new KeyturnError(
    'no-credentials',
    `profile ${profile} has a role_arn, and neither source_profile nor credential_source says who assumes it`,
    { hint: 'add source_profile = NAME OF A PROFILE, or take role_arn out' },
  );
}

function isTaken(way: ProfileWay, profile: string, shared: SharedConfig): boolean {
  return SETTINGS_OF[way](settingsOf(profile, shared), shared.pairsInCredentials.has(profile));
}

function settingsOf(profile: string, { profiles }: SharedConfig): Settings {
  return profiles.get(profile) ?? {};
}
