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

/** The first that the profile has settings for; undefined where it has none. Throws `no-credentials`. */
export function wayOf(profile: string, shared: SharedConfig): ProfileWay | undefined {
  const settings = shared.profiles.get(profile) ?? {};
  refuseHalfARole(profile, settings);
  const isInCredentials = shared.pairsInCredentials.has(profile);
  return ORDER.find((way) => SETTINGS_OF[way](settings, isInCredentials));
}

/** The way in words, where it goes before another one that the profile has as well: what people miss. */
export function describeWay(profile: string, shared: SharedConfig): string {
  const way = wayOf(profile, shared);
  const words = way === undefined ? undefined : WORDS[way];
  const settings = shared.profiles.get(profile) ?? {};
  const hasPair = Boolean(settings.aws_access_key_id);
  return words === undefined || !hasPair ? '' : `, by ${words}, which goes before its pair`;
}

const SETTINGS_OF: Readonly<
  Record<ProfileWay, (settings: Settings, isPairInCredentials: boolean) => boolean>
> = {
  role: ({ role_arn: role, source_profile: source, credential_source: kind }) =>
    Boolean(role && (source || kind)),
  'web-identity': ({ role_arn: role, web_identity_token_file: token }) => Boolean(role && token),
  sso: ({ sso_account_id: account, sso_role_name: role, sso_start_url: url }) =>
    Boolean(account ?? role ?? url),
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

/** A role that says nothing of who assumes it is half a sentence; the pair beside it may be anybody's. */
function refuseHalfARole(profile: string, settings: Settings): void {
  const { role_arn: role, source_profile: source, credential_source: kind } = settings;
  if (!role || settings.web_identity_token_file) return;
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
