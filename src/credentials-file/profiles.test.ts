import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readConfigBySdk } from '../../test/credentials-file/real-parsers.ts';
import { insteadOfRotating, listProfiles, type Profile, whyNotRotatable } from './profiles.ts';

const PAIR = 'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = s\n';
const ASIA = PAIR.replace('AKIA', 'ASIA');

function profileOf(credentials: string, config = ''): Profile {
  const files = { credentials: Buffer.from(credentials), config: Buffer.from(config) };
  const found = listProfiles(files).find(({ name }) => name === 'p');
  assert.ok(found);
  return found;
}

const inCredentials = (settings: string) => profileOf(`[p]\n${settings}`);
const inConfig = (settings: string) => profileOf('', `[profile p]\n${settings}`);

type Row = readonly [name: string, profile: Profile, kind: Profile['kind'], why?: RegExp];

const ROWS: readonly Row[] = [
  ['a long-term pair', inCredentials(PAIR), 'access-key'],
  [
    'a pair with settings in the config file',
    profileOf(`[p]\n${PAIR}`, '[profile p]\nregion=x'),
    'access-key',
  ],
  ['a pair with an empty token', inCredentials(`${PAIR}aws_session_token =\n`), 'access-key'],
  ['a pair of a session', inCredentials(`${ASIA}aws_session_token = t\n`), 'session', /a session/],
  ['an ASIA pair without its token', inCredentials(ASIA), 'session', /a session/],
  [
    'a long-term pair with a stale token',
    inCredentials(`${PAIR}aws_session_token = t\n`),
    'access-key',
  ],
  [
    'a pair of an unknown kind with a token',
    inCredentials(`${PAIR.replace('AKIA', 'TEST')}aws_session_token = t\n`),
    'session',
    /a session/,
  ],
  [
    'a pair whose token is in the config file',
    profileOf(`[p]\n${PAIR}`, '[profile p]\naws_session_token = t\n'),
    'access-key',
    /aws_session_token in the config file/,
  ],
  [
    'a pair that assumes a role by itself',
    inCredentials(`${PAIR}role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = p\n`),
    'access-key',
  ],
  [
    'a pair in a profile that assumes a role with another one',
    inCredentials(`${PAIR}role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = q\n`),
    'role',
    /the access key in it is not used/,
  ],
  [
    'a key of another kind',
    inCredentials(PAIR.replace('AKIA', 'AIDA')),
    'access-key',
    /no long-term/,
  ],
  ['a pair in the config file', inConfig(PAIR), 'access-key', /in the config file/],
  [
    'a pair in both files',
    profileOf(`[p]\n${PAIR}`, `[profile p]\n${PAIR.replace('AKIA', 'ASIA')}`),
    'access-key',
  ],
  [
    'a pair parted between the files',
    profileOf(
      '[p]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n',
      '[profile p]\naws_secret_access_key = s\n',
    ),
    'access-key',
    /in the config file/,
  ],
  [
    'half a pair',
    inCredentials('aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n'),
    'incomplete',
    /half/,
  ],
  ['the other half', inCredentials('aws_secret_access_key = s\n'), 'incomplete', /half/],
  ['a pair with an empty half', inCredentials(PAIR.replace('= s', '=')), 'incomplete', /half/],
  ['a role', inConfig('role_arn = arn:aws:iam::1:role/r\nsource_profile = q\n'), 'role', /role/],
  [
    'a role beside a pair, as the SDK takes it',
    inCredentials(`${PAIR}role_arn = arn:aws:iam::1:role/r\nsource_profile = q\n`),
    'role',
    /role/,
  ],
  [
    'a role of the machine',
    inConfig('role_arn = r\ncredential_source = Environment\n'),
    'role',
    /role/,
  ],
  ['a role_arn alone', inConfig('role_arn = r\n'), 'settings-only', /no credentials/],
  [
    'a web identity',
    inConfig('role_arn = r\nweb_identity_token_file = /t\n'),
    'web-identity',
    /web identity/,
  ],
  ['SSO', inConfig('sso_session = s\nsso_account_id = 1\n'), 'sso', /SSO/],
  ['SSO of the old kind', inConfig('sso_start_url = u\n'), 'sso', /SSO/],
  ['another program', inConfig('credential_process = /bin/p\n'), 'process', /another program/],
  ['aws login', inConfig('login_session = s\n'), 'login', /aws login/],
  ['settings only', inConfig('region = x\n'), 'settings-only', /no credentials/],
];

describe('what a profile is, and why it cannot be rotated:', () => {
  for (const [name, profile, kind, why] of ROWS) {
    it(name, () => {
      assert.equal(profile.kind, kind);
      const obstacle = whyNotRotatable(profile);
      if (why === undefined) assert.equal(obstacle, undefined);
      else assert.match(obstacle ?? '', why);
      assert.ok(insteadOfRotating(profile).length > 20);
    });
  }
});

describe('beside a pair the AWS CLI takes', () => {
  const role = 'role_arn = arn:aws:iam::123456789012:role/r\n';
  const rows: readonly (readonly [string, Profile, Profile['cliPrefers']])[] = [
    ['the SSO sign-in', inCredentials(`${PAIR}sso_account_id = 1\n`), 'SSO sign-in'],
    [
      'that of the config file',
      profileOf(`[p]\n${PAIR}`, '[profile p]\nsso_role_name = r\n'),
      'SSO sign-in',
    ],
    [
      'the web identity',
      inCredentials(`${PAIR}${role}web_identity_token_file = /t\n`),
      'web identity',
    ],
    [
      'the pair, where a session of SSO is named alone',
      inCredentials(`${PAIR}sso_session = s\n`),
      undefined,
    ],
    [
      'the pair, where a program is named',
      inCredentials(`${PAIR}credential_process = p\n`),
      undefined,
    ],
    ['SSO, where there is no pair', inConfig('sso_account_id = 1\n'), undefined],
  ];
  for (const [what, { cliPrefers }, expected] of rows) {
    it(what, () => assert.equal(cliPrefers, expected));
  }
});

describe('profiles are listed', () => {
  it('from both files in file order, the credentials file first, none twice', () => {
    const credentials = Buffer.from('[b]\nk=v\n[a]\nk=v\n[empty]\n');
    const config = Buffer.from(
      '[default]\nk=v\n[profile a]\nk=v\n[profile c]\nk=v\n[other]\nk=v\n',
    );
    const names = (files: Parameters<typeof listProfiles>[0]) =>
      listProfiles(files).map(({ name }) => name);
    assert.deepEqual(names({ credentials, config }), ['b', 'a', 'default', 'c']);
    assert.deepEqual(names({ credentials: undefined, config }), ['default', 'a', 'c']);
    assert.deepEqual(names({ credentials: undefined, config: undefined }), []);
  });

  it('from the config file as the AWS SDK reads it, [profile default] before [default]', async () => {
    const plain = `[default]\n${PAIR}`;
    const typed = `[profile default]\n${PAIR.replace('AKIA', 'AKIB')}`;
    for (const text of [plain, typed, plain + typed, typed + plain]) {
      const config = Buffer.from(`${text}[sso-session x]\nk = v\n[profile "q"]\nk = v\n`);
      const real = await readConfigBySdk(config);
      const [found] = listProfiles({ credentials: undefined, config });
      assert.equal(found?.keyId, real?.default?.aws_access_key_id, text);
    }
  });
});
