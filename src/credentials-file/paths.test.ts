import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyturnError } from '../base/errors.ts';
import { type PathSurroundings, profilePaths } from './paths.ts';

type Row = readonly [
  name: string,
  env: Record<string, string>,
  expected: string,
  more?: Partial<PathSurroundings> & { chosen?: string },
];

const ON_WINDOWS = { platform: 'win32' } as const;

const ROWS: readonly Row[] = [
  ['HOME', { HOME: '/home/ada', USERPROFILE: '/other' }, '/home/ada/.aws/credentials'],
  ['an empty HOME is none', { HOME: '', USERPROFILE: '/profile' }, '/profile/.aws/credentials'],
  ['the system’s answer without any of them', {}, '/system/.aws/credentials'],
  [
    'AWS_SHARED_CREDENTIALS_FILE',
    { HOME: '/h', AWS_SHARED_CREDENTIALS_FILE: '/etc/keys' },
    '/etc/keys',
  ],
  [
    'an empty AWS_SHARED_CREDENTIALS_FILE is none',
    { HOME: '/h', AWS_SHARED_CREDENTIALS_FILE: '' },
    '/h/.aws/credentials',
  ],
  [
    '~/ in AWS_SHARED_CREDENTIALS_FILE',
    { HOME: '/h', AWS_SHARED_CREDENTIALS_FILE: '~/keys' },
    '/h/keys',
  ],
  [
    'the file of the command line before all others',
    { HOME: '/h', AWS_SHARED_CREDENTIALS_FILE: '/etc/keys' },
    '/h/work',
    { chosen: '~/work' },
  ],
  ['a relative path as it is', { HOME: '/h' }, 'keys/work', { chosen: 'keys/work' }],
  ['a name that only begins with ~', { HOME: '/h', AWS_SHARED_CREDENTIALS_FILE: '~keys' }, '~keys'],
  [
    'Windows: USERPROFILE',
    { USERPROFILE: 'C:\\Users\\ada' },
    'C:\\Users\\ada\\.aws\\credentials',
    ON_WINDOWS,
  ],
  [
    'Windows: HOME before USERPROFILE',
    { HOME: 'D:\\home', USERPROFILE: 'C:\\Users\\ada' },
    'D:\\home\\.aws\\credentials',
    ON_WINDOWS,
  ],
  [
    'Windows: HOMEDRIVE and HOMEPATH',
    { HOMEDRIVE: 'E:', HOMEPATH: '\\Users\\ada' },
    'E:\\Users\\ada\\.aws\\credentials',
    ON_WINDOWS,
  ],
  [
    'Windows: HOMEPATH alone is on C:',
    { HOMEPATH: '\\Users\\ada' },
    'C:\\Users\\ada\\.aws\\credentials',
    ON_WINDOWS,
  ],
  [
    'Windows: ~/ in a path',
    { USERPROFILE: 'C:\\Users\\ada', AWS_SHARED_CREDENTIALS_FILE: '~/keys/work' },
    'C:\\Users\\ada\\keys\\work',
    ON_WINDOWS,
  ],
];

describe('the credentials file is found by', () => {
  for (const [name, env, expected, more = {}] of ROWS) {
    const { chosen, ...around } = more;
    it(name, () => {
      const surroundings = { env, home: '/system', platform: 'linux' as const, ...around };
      assert.equal(profilePaths(chosen, surroundings).credentials, expected);
    });
  }
});

it('the config file is found by AWS_CONFIG_FILE, whatever the command line says', () => {
  const around = { home: '/system', platform: 'linux' as const };
  const config = (env: Record<string, string>, chosen?: string) =>
    profilePaths(chosen, { ...around, env }).config;
  assert.equal(config({}), '/system/.aws/config');
  assert.equal(config({ HOME: '/h' }, '/elsewhere/credentials'), '/h/.aws/config');
  assert.equal(config({ HOME: '/h', AWS_CONFIG_FILE: '~/c' }), '/h/c');
  assert.equal(config({ AWS_CONFIG_FILE: '/etc/config' }, '/x'), '/etc/config');
});

it('without any home the refusal says how to name the file', () => {
  const around = { env: {}, home: undefined, platform: 'linux' as const };
  assert.throws(
    () => profilePaths(undefined, around),
    (error) =>
      error instanceof KeyturnError &&
      error.code === 'credentials-file' &&
      /AWS_SHARED_CREDENTIALS_FILE or --credentials/.test(error.hint ?? ''),
  );
  const named = { ...around, env: { AWS_CONFIG_FILE: '/etc/config' } };
  assert.equal(profilePaths('/x', named).credentials, '/x');
  // The config file is optional: where nobody names it, there is none.
  assert.equal(profilePaths('/x', around).config, '/nonexistent/.aws/config');
});

it('a path that only the AWS CLI would expand is refused: the two would use different files', () => {
  const refused = (platform: 'linux' | 'win32', path: string) =>
    assert.throws(
      () =>
        profilePaths(undefined, {
          env: { HOME: '/h', AWS_SHARED_CREDENTIALS_FILE: path },
          home: undefined,
          platform,
        }),
      (error) =>
        error instanceof KeyturnError &&
        error.code === 'bad-value' &&
        /AWS_SHARED_CREDENTIALS_FILE is .* the AWS CLI expands/.test(error.message),
      path,
    );
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the shell
  for (const path of ['$HOME/keys', '${HOME}/keys', '/a/$USER']) refused('linux', path);
  for (const path of ['%USERPROFILE%\\keys', '~\\keys']) refused('win32', path);
  const env = { HOME: '/h', AWS_SHARED_CREDENTIALS_FILE: '/a/100%/b%' };
  const found = profilePaths(undefined, { env, home: undefined, platform: 'linux' });
  assert.equal(found.credentials, '/a/100%/b%');
});
