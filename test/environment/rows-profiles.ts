// Whose credentials sign, where a profile has several ways to get some, or gets them through other profiles.

import { createHash } from 'node:crypto';
import { ENVIRONMENT_PAIR, IDS, type KeyName, pair } from './keys.ts';
import type { Row } from './row.ts';

const FILES = {
  credentials: `[default]\n${pair('default')}[dev]\n${pair('dev')}[prod]\n${pair('prod')}`,
};

const SSO_URL = 'https://portal.example.test/start';
const SSO = {
  settings: `sso_start_url = ${SSO_URL}\nsso_region = eu-west-1\nsso_account_id = 123456789012\nsso_role_name = r\n`,
  /** The token of `aws sso login`, where every tool looks for it. */
  files: {
    [`.aws/sso/cache/${createHash('sha1').update(SSO_URL).digest('hex')}.json`]: JSON.stringify({
      startUrl: SSO_URL,
      region: 'eu-west-1',
      accessToken: 'not-a-token',
      expiresAt: '2099-01-01T00:00:00Z',
    }),
  },
};

/** A command that prints the pair of that name, as the two lines of a profile that runs it. */
function printing(name: KeyName, folder: string) {
  return {
    settings: `credential_process = cat ${folder}/answer.json\n`,
    files: {
      'answer.json': JSON.stringify({
        Version: 1,
        AccessKeyId: IDS[name],
        SecretAccessKey: 'not-a-secret',
      }),
    },
  };
}

export const PROFILE_WAYS: readonly Row[] = [
  {
    settings: '`role_arn` and `source_profile`',
    of: () => ({
      ...FILES,
      config:
        '[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = dev\n',
      profile: 'admin',
    }),
    outcome: { kind: 'reached', key: 'role', assumedBy: 'dev' },
    result: 'the role',
  },
  {
    settings: '`role_arn`, and a `source_profile` with SSO and a pair',
    of: () => ({
      ...FILES,
      config: `[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = dev\n[profile dev]\n${SSO.settings}`,
      files: SSO.files,
      profile: 'admin',
    }),
    outcome: { kind: 'reached', key: 'role', assumedBy: 'sso' },
    result: 'the role, assumed with the session of IAM Identity Center',
  },
  {
    settings: '`role_arn`, and a `source_profile` with a pair and a role of its own',
    of: () => ({
      ...FILES,
      config:
        '[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = dev\n[profile dev]\nrole_arn = arn:aws:iam::123456789012:role/q\nsource_profile = prod\n',
      profile: 'admin',
    }),
    outcome: { kind: 'reached', key: 'role', assumedBy: 'dev' },
    result: 'the role, assumed with the pair',
  },
  {
    settings: '`role_arn`, and a `source_profile` with a pair and half a role',
    of: () => ({
      ...FILES,
      config:
        '[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = dev\n[profile dev]\nrole_arn = arn:aws:iam::123456789012:role/q\n',
      profile: 'admin',
    }),
    outcome: { kind: 'reached', key: 'role', assumedBy: 'dev' },
    result: 'the role, assumed with the pair',
  },
  {
    settings: '`role_arn`, and a `source_profile` with a pair, SSO and a role of its own',
    of: () => ({
      ...FILES,
      config: `[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = dev\n[profile dev]\nrole_arn = arn:aws:iam::123456789012:role/q\nsource_profile = prod\n${SSO.settings}`,
      files: SSO.files,
      profile: 'admin',
    }),
    outcome: { kind: 'reached', key: 'role', assumedBy: 'sso' },
    result: 'the role, assumed with the session of IAM Identity Center',
  },
  {
    settings: '`role_arn`, and a `source_profile` with SSO and a `credential_process`',
    of: ({ folder }) => {
      const { settings, files } = printing('dev', folder);
      return {
        config: `[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = p\n[profile p]\n${SSO.settings}${settings}`,
        files: { ...SSO.files, ...files },
        profile: 'admin',
      };
    },
    outcome: { kind: 'reached', key: 'role', assumedBy: 'sso' },
    result: 'the role, assumed with the session of IAM Identity Center',
  },
  {
    settings: '`role_arn`, and a `source_profile` that does not exist',
    of: () => ({
      ...FILES,
      config:
        '[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = gone\n',
      profile: 'admin',
    }),
    outcome: { kind: 'refused', words: /gone/ },
    result: 'refused',
  },
  {
    settings: '`role_arn`, and a `source_profile` that comes back to it',
    of: () => ({
      config:
        '[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = p\n[profile p]\nrole_arn = arn:aws:iam::123456789012:role/q\nsource_profile = admin\n',
      profile: 'admin',
    }),
    outcome: { kind: 'refused', words: /source_profile|Infinite loop/ },
    result: 'refused',
  },
  {
    settings: '`role_arn` and `credential_source = Environment`',
    of: () => ({
      config:
        '[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/r\ncredential_source = Environment\n',
      env: ENVIRONMENT_PAIR,
      profile: 'admin',
    }),
    outcome: { kind: 'reached', key: 'role' },
    result: 'the role',
  },
  {
    settings: '`credential_process`',
    of: ({ folder }) => {
      const { settings, files } = printing('dev', folder);
      return { config: `[profile p]\n${settings}`, files, profile: 'p' };
    },
    outcome: { kind: 'reached', key: 'dev' },
    result: 'what the command prints',
  },
  {
    settings: '`credential_process`, and a pair of the profile in the credentials file',
    of: ({ folder }) => {
      const { settings, files } = printing('dev', folder);
      return { ...FILES, config: `[profile prod]\n${settings}`, files, profile: 'prod' };
    },
    outcome: { kind: 'reached', key: 'prod' },
    result: 'the pair',
  },
  {
    settings: '`credential_process`, and a pair of the profile in the config file',
    of: ({ folder }) => {
      const { settings, files } = printing('dev', folder);
      return { config: `[profile p]\n${pair('prod')}${settings}`, files, profile: 'p' };
    },
    outcome: { kind: 'reached', key: 'dev' },
    result: 'what the command prints',
  },
  {
    settings: '`sso_start_url` and the like',
    of: () => ({ config: `[profile p]\n${SSO.settings}`, files: SSO.files, profile: 'p' }),
    outcome: { kind: 'reached', key: 'sso' },
    result: 'the session of IAM Identity Center',
  },
  {
    settings: 'the same, and a pair of the profile in the credentials file',
    of: () => ({
      ...FILES,
      config: `[profile prod]\n${SSO.settings}`,
      files: SSO.files,
      profile: 'prod',
    }),
    outcome: { kind: 'reached', key: 'sso' },
    result: 'the session of IAM Identity Center',
  },
  {
    settings: 'the same by `AWS_PROFILE`, with a `credential_process` too',
    of: ({ folder }) => {
      const { settings, files } = printing('dev', folder);
      return {
        ...FILES,
        config: `[profile prod]\n${SSO.settings}${settings}`,
        files: { ...SSO.files, ...files },
        env: { AWS_PROFILE: 'prod' },
      };
    },
    outcome: { kind: 'reached', key: 'sso' },
    result: 'the session of IAM Identity Center',
  },
  {
    settings: '`role_arn` and `web_identity_token_file`, and a pair of the profile',
    of: ({ folder }) => ({
      ...FILES,
      config: `[profile prod]\nrole_arn = arn:aws:iam::123456789012:role/r\nweb_identity_token_file = ${folder}/token\n`,
      files: { token: 'a-token' },
      profile: 'prod',
    }),
    outcome: { kind: 'reached', key: 'web', token: 'a-token' },
    result: 'the role of the token',
  },
  {
    settings: '`role_arn`, `source_profile` and `web_identity_token_file`',
    of: ({ folder }) => ({
      ...FILES,
      config: `[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = dev\nweb_identity_token_file = ${folder}/token\n`,
      files: { token: 'a-token' },
      profile: 'admin',
    }),
    outcome: { kind: 'reached', key: 'web', token: 'a-token' },
    result: 'the role of the token',
  },
  {
    settings: '`web_identity_token_file` without `role_arn`, and a pair of the profile',
    of: ({ folder }) => ({
      ...FILES,
      config: `[profile prod]\nweb_identity_token_file = ${folder}/token\n`,
      files: { token: 'a-token' },
      profile: 'prod',
    }),
    outcome: { kind: 'refused', words: /role.arn/i },
    result: 'refused',
  },
  {
    settings: '`sso_start_url` alone, and a pair of the profile',
    of: () => ({
      ...FILES,
      config: `[profile prod]\nsso_start_url = ${SSO_URL}\nsso_region = eu-west-1\n`,
      profile: 'prod',
    }),
    outcome: { kind: 'reached', key: 'prod' },
    result: 'the pair',
  },
  {
    settings: '`role_arn`, with neither a source nor a token, and a pair of the profile',
    of: () => ({
      ...FILES,
      config: '[profile prod]\nrole_arn = arn:aws:iam::123456789012:role/r\n',
      profile: 'prod',
    }),
    outcome: { kind: 'refused', words: /source_profile/ },
    result: 'refused',
  },
  {
    settings: 'the same by `AWS_PROFILE`, and a pair in the environment',
    of: () => ({
      ...FILES,
      config: '[profile prod]\nrole_arn = arn:aws:iam::123456789012:role/r\n',
      env: { AWS_PROFILE: 'prod', ...ENVIRONMENT_PAIR },
    }),
    outcome: { kind: 'reached', key: 'environment' },
    result: 'the pair of the environment',
  },
];
