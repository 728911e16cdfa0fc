// The flags that name accounts: what is taken, and what is refused before any call.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyturnError } from '../../base/errors.ts';
import { resolveKeyctl } from '../keyctl/options.ts';
import { resolveOptions } from '../rotate/options.ts';

const SURROUNDINGS = { env: {}, cwd: '/', home: '/home/ada' };

function selection(...args: string[]) {
  return resolveOptions(args, SURROUNDINGS).rotate.accounts;
}

const DEFAULTS = {
  organization: true,
  named: undefined,
  excluded: [],
  roleName: 'OrganizationAccountAccessRole',
  externalId: undefined,
};

test('several accounts take places that tell them apart', () => {
  for (const place of ['secrets-manager=app/{user}', 'github=acme/{account}-{user}', 'handoff']) {
    assert.ok(selection('--organization', '--deliver', place));
  }
  assert.ok(selection('--accounts', '111122223333', '--deliver', 'github=acme/{user}'));
});

test('flags become a selection; without them there is none', () => {
  assert.equal(selection(), undefined);
  assert.deepEqual(selection('--organization'), DEFAULTS);
  assert.deepEqual(selection('--accounts=012345678901, 111122223333,012345678901'), {
    ...DEFAULTS,
    organization: false,
    named: ['012345678901', '111122223333'],
  });
  assert.deepEqual(
    selection(
      '--organization',
      '--exclude_accounts=111122223333',
      '--role-name=ops/KeyRotation',
      '--external-id=a:b/c',
    ),
    {
      ...DEFAULTS,
      excluded: ['111122223333'],
      roleName: 'ops/KeyRotation',
      externalId: 'a:b/c',
    },
  );
});

test('a scheduler that sends every field has said that there is one account', () => {
  assert.equal(selection('--organization=false', '--role_name=X', '--accounts='), undefined);
});

const REFUSED: readonly (readonly [args: string, code: string, said: RegExp])[] = [
  ['--accounts=12345678901', 'bad-value', /12 digits/],
  ['--accounts=111122223333,', 'bad-value', /12 digits/],
  ['--accounts=1111-2222-3333', 'bad-value', /12 digits/],
  ['--role-name=X', 'conflicting-flags', /--role-name has no effect/],
  ['--external-id=XY', 'conflicting-flags', /--external-id has no effect/],
  ['--exclude-accounts=111122223333', 'conflicting-flags', /--exclude-accounts has no effect/],
  [
    '--accounts=111122223333,444455556666 --exclude-accounts=444455556667',
    'conflicting-flags',
    /444455556667 of --exclude-accounts is not among --accounts/,
  ],
  [
    '--organization --deliver github=acme/{user}',
    'bad-value',
    /users of one name in several accounts/,
  ],
  [
    '--accounts 111122223333,444455556666 --user a --deliver dotenv=/srv/.env',
    'bad-value',
    /one name/,
  ],
  ['--organization --external-id=x', 'bad-value', /2 to 1224/],
  ['--organization --role-name=a*b', 'bad-value', /name of a role/],
  [
    '--accounts=111122223333 --exclude-accounts=111122223333',
    'conflicting-flags',
    /every account of --accounts is left out/,
  ],
];

for (const [args, code, said] of REFUSED) {
  test(`${args} is refused`, () => {
    assert.throws(
      () => selection(...args.split(' ')),
      (thrown) => {
        assert(thrown instanceof KeyturnError);
        assert.equal(thrown.code, code);
        assert.match(thrown.message, said);
        assert(thrown.hint !== undefined);
        return true;
      },
    );
  });
}

test('keyctl takes them for --list-all-keys only, and an empty one is refused', () => {
  const { order } = resolveKeyctl(['--list-all-keys', '--organization'], SURROUNDINGS);
  assert.deepEqual(order.kind === 'list-all-keys' && order.accounts, DEFAULTS);
  assert.throws(() => resolveKeyctl(['-t', 'p', '--organization'], SURROUNDINGS), {
    code: 'conflicting-flags',
    hint: 'it belongs to --list-all-keys',
  });
  assert.throws(() => resolveKeyctl(['--list-all-keys', '--accounts='], SURROUNDINGS), {
    code: 'bad-value',
  });
});
