// Whose credentials sign.

import { ENVIRONMENT_PAIR, IDS, pair } from './keys.ts';
import type { Outcome, Theme } from './row.ts';
import { PROFILE_WAYS } from './rows-profiles.ts';

const FILES = {
  credentials: `[default]\n${pair('default')}[dev]\n${pair('dev')}[prod]\n${pair('prod')}`,
};
const WEB = {
  AWS_WEB_IDENTITY_TOKEN_FILE: '~token',
  AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/r',
};

/** What the two other tools do alike. */
function both(outcome: Outcome) {
  return { 'AWS CLI': outcome, boto3: outcome } as const;
}

export const CREDENTIALS: Theme = {
  title: 'Whose credentials sign',
  about:
    'A profile that is named goes before the environment; one that `AWS_PROFILE` names does not. Which credentials were chosen, and by which setting, is in the log (`credentials chosen`) and at the end of the page.',
  rows: [
    {
      settings: 'nothing',
      of: () => FILES,
      outcome: { kind: 'reached', key: 'default' },
      result: 'the profile `default`',
    },
    {
      settings: '`AWS_PROFILE=dev`',
      of: () => ({ ...FILES, env: { AWS_PROFILE: 'dev' } }),
      outcome: { kind: 'reached', key: 'dev' },
      result: 'the profile `dev`',
    },
    {
      settings: '`AWS_PROFILE=dev` and a pair in the environment',
      of: () => ({ ...FILES, env: { AWS_PROFILE: 'dev', ...ENVIRONMENT_PAIR } }),
      outcome: { kind: 'reached', key: 'environment' },
      result: 'the pair of the environment',
    },
    {
      settings: '`--profile prod`, `AWS_PROFILE=dev` and a pair in the environment',
      of: () => ({ ...FILES, env: { AWS_PROFILE: 'dev', ...ENVIRONMENT_PAIR }, profile: 'prod' }),
      outcome: { kind: 'reached', key: 'prod' },
      result: 'the profile `prod`',
    },
    {
      settings: '`AWS_PROFILE=gone`, a profile that does not exist, and a pair in the environment',
      of: () => ({ ...FILES, env: { AWS_PROFILE: 'gone', ...ENVIRONMENT_PAIR } }),
      outcome: { kind: 'refused', words: /gone/ },
      result: 'refused',
    },
    {
      settings: '`AWS_DEFAULT_PROFILE=dev`',
      of: () => ({ ...FILES, env: { AWS_DEFAULT_PROFILE: 'dev' } }),
      outcome: { kind: 'reached', key: 'dev' },
      result: 'the profile `dev`',
    },
    {
      settings: '`AWS_DEFAULT_PROFILE=dev` and `AWS_PROFILE=prod`',
      of: () => ({ ...FILES, env: { AWS_DEFAULT_PROFILE: 'dev', AWS_PROFILE: 'prod' } }),
      outcome: { kind: 'reached', key: 'prod' },
      result: 'the profile `prod`',
      theirs: { boto3: { kind: 'reached', key: 'dev' } },
      note: 'the AWS CLI 2 the same; boto3 and the AWS CLI 1 take `AWS_DEFAULT_PROFILE`',
    },
    {
      settings: '`AWS_ACCESS_KEY_ID` without `AWS_SECRET_ACCESS_KEY`',
      of: () => ({ ...FILES, env: { AWS_ACCESS_KEY_ID: ENVIRONMENT_PAIR.AWS_ACCESS_KEY_ID } }),
      outcome: { kind: 'refused', words: /AWS_SECRET_ACCESS_KEY/i },
      result: 'refused',
    },
    {
      settings: '`AWS_SECRET_ACCESS_KEY` without `AWS_ACCESS_KEY_ID`',
      of: () => ({ ...FILES, env: { AWS_SECRET_ACCESS_KEY: 'not-a-secret' } }),
      outcome: { kind: 'reached', key: 'default' },
      result: 'the profile `default`',
    },
    {
      settings: '`AWS_SESSION_TOKEN` beside a pair in the environment, or `AWS_SECURITY_TOKEN`',
      of: () => ({ env: { ...ENVIRONMENT_PAIR, AWS_SECURITY_TOKEN: 'not-a-token' } }),
      outcome: { kind: 'reached', key: 'environment', sessionToken: 'not-a-token' },
      result: 'the session of the environment',
    },
    {
      settings: '`AWS_ACCESS_KEY_ID` in quotation marks',
      of: () => ({
        env: { ...ENVIRONMENT_PAIR, AWS_ACCESS_KEY_ID: `"${ENVIRONMENT_PAIR.AWS_ACCESS_KEY_ID}"` },
      }),
      outcome: { kind: 'refused', words: /AWS_ACCESS_KEY_ID has quotation marks around it/ },
      result: 'refused',
      theirs: both({ kind: 'reached' }),
      note: 'they send them to AWS, which knows no such key',
    },
    {
      settings: '`AWS_SECRET_ACCESS_KEY` that ends in a newline, or in a space',
      of: () => ({ env: { ...ENVIRONMENT_PAIR, AWS_SECRET_ACCESS_KEY: 'not-a-secret\n' } }),
      outcome: { kind: 'refused', words: /AWS_SECRET_ACCESS_KEY has U\+000A \(line feed\)/ },
      result: 'refused',
      theirs: both({ kind: 'reached' }),
      note: 'they sign with it, and AWS says that the signature is wrong',
    },
    {
      settings: '`AWS_ACCESS_KEY_ID` of a session without `AWS_SESSION_TOKEN`',
      of: () => ({ env: { ...ENVIRONMENT_PAIR, AWS_ACCESS_KEY_ID: IDS.session } }),
      outcome: { kind: 'refused', words: /AWS_SESSION_TOKEN is not set/ },
      result: 'refused',
      theirs: both({ kind: 'reached', key: 'session' }),
      note: 'they send it to AWS, which refuses it',
    },
    {
      settings: '`AWS_PROFILE=` (empty)',
      of: () => ({ ...FILES, env: { AWS_PROFILE: '' } }),
      outcome: { kind: 'reached', key: 'default' },
      result: 'the profile `default`',
      theirs: both({ kind: 'refused', words: /could not be found/ }),
      note: 'they refuse it; to the AWS SDKs an empty variable is none',
    },
    {
      settings: '`AWS_ACCESS_KEY_ID=` (empty) and a secret',
      of: () => ({ ...FILES, env: { ...ENVIRONMENT_PAIR, AWS_ACCESS_KEY_ID: '' } }),
      outcome: { kind: 'reached', key: 'default' },
      result: 'the profile `default`',
    },
    {
      settings: '`AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_ROLE_ARN`, and a pair in `[default]`',
      of: () => ({ ...FILES, env: WEB, files: { token: 'a-token' } }),
      outcome: { kind: 'reached', key: 'web', token: 'a-token' },
      result: 'the role of the token',
    },
    {
      settings: 'the same, and `--profile prod`',
      of: () => ({ ...FILES, env: WEB, files: { token: 'a-token' }, profile: 'prod' }),
      outcome: { kind: 'reached', key: 'prod' },
      result: 'the profile `prod`',
    },
    {
      settings: 'the same, and `AWS_PROFILE=prod`',
      of: () => ({ ...FILES, env: { ...WEB, AWS_PROFILE: 'prod' }, files: { token: 'a-token' } }),
      outcome: { kind: 'reached', key: 'web' },
      result: 'the role of the token',
    },
    {
      settings: 'a token file that ends in a newline',
      of: () => ({ env: WEB, files: { token: 'a-token\n' } }),
      outcome: { kind: 'reached', key: 'web', token: 'a-token' },
      result: 'the role of the token, without the newline',
      theirs: both({ kind: 'reached', key: 'web', token: 'a-token\n' }),
      note: 'they send the newline to AWS too',
    },
    {
      settings: '`web_identity_token_file` of a profile, a file that ends in a newline',
      of: ({ folder }) => ({
        config: `[profile k]\nrole_arn = arn:aws:iam::123456789012:role/r\nweb_identity_token_file = ${folder}/token\n`,
        files: { token: 'a-token\n' },
        profile: 'k',
      }),
      outcome: { kind: 'reached', key: 'web', token: 'a-token' },
      result: 'the role of the token, without the newline',
      theirs: both({ kind: 'reached', key: 'web', token: 'a-token\n' }),
      note: 'they send the newline to AWS too',
    },
    {
      settings: '`AWS_CONTAINER_CREDENTIALS_FULL_URI` and a pair in `[default]`',
      of: ({ ports }) => ({
        ...FILES,
        env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${ports.http}/container` },
      }),
      outcome: { kind: 'reached', key: 'default' },
      result: 'the profile `default`',
    },
    {
      settings: '`AWS_CONTAINER_CREDENTIALS_FULL_URI`, and a token file that ends in a newline',
      of: ({ ports }) => ({
        env: {
          AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${ports.http}/container`,
          AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '~token',
        },
        files: { token: 'a-token\n' },
      }),
      outcome: { kind: 'reached', key: 'container', token: 'a-token' },
      result: 'the credentials of the container; the token without the newline',
      theirs: both({ kind: 'refused', words: /not a legal header value/ }),
      note: 'they refuse a token with a newline',
      needsRecent: true,
    },
    {
      settings: '`AWS_PROFILE=plain`, a profile with a region alone, on an instance',
      of: () => ({
        config: '[profile plain]\nregion = eu-west-1\n',
        env: { AWS_PROFILE: 'plain' },
      }),
      outcome: { kind: 'reached', key: 'instance', region: 'eu-west-1' },
      result: 'the role of the instance',
    },
    {
      settings: '`--profile plain`, the same, in a container',
      of: ({ ports }) => ({
        config: '[profile plain]\nregion = eu-west-1\n',
        profile: 'plain',
        env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${ports.http}/container` },
      }),
      outcome: { kind: 'reached', key: 'container', region: 'eu-west-1' },
      result: 'the credentials of the container',
    },
    {
      settings: 'no files, on an instance',
      of: () => ({}),
      outcome: { kind: 'reached', key: 'instance' },
      result: 'the role of the instance',
    },
    {
      settings: 'no files, on an instance, `AWS_EC2_METADATA_DISABLED=true`',
      of: () => ({ env: { AWS_EC2_METADATA_DISABLED: 'true' } }),
      outcome: { kind: 'refused', words: /credentials/i },
      result: 'refused',
    },
    ...PROFILE_WAYS,
    {
      settings: '`AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE`',
      of: ({ folder }) => ({
        env: {
          AWS_SHARED_CREDENTIALS_FILE: `${folder}/keys`,
          AWS_CONFIG_FILE: `${folder}/settings`,
          AWS_PROFILE: 'dev',
        },
        files: { keys: `[dev]\n${pair('dev')}`, settings: '[profile dev]\nregion = eu-west-1\n' },
      }),
      outcome: { kind: 'reached', key: 'dev', region: 'eu-west-1' },
      result: 'both files',
    },
    {
      settings: 'no HOME, and both files named',
      of: ({ folder }) => ({
        env: {
          AWS_SHARED_CREDENTIALS_FILE: `${folder}/keys`,
          AWS_CONFIG_FILE: `${folder}/settings`,
        },
        files: { keys: `[default]\n${pair('default')}`, settings: '' },
        isHomeless: true,
      }),
      outcome: { kind: 'reached', key: 'default' },
      result: 'both files',
    },
  ],
};
