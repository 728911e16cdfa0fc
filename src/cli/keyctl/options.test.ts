// The table is the spec: one line per command line of `keyctl`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyturnError } from '../../base/errors.ts';
import { type KeyctlOptions, type Pair, resolveKeyctl, type TargetOrder } from './options.ts';

const HERE = { env: { AWS_PROFILE: 'from-env' }, cwd: '/home/ada/project', home: '/home/ada' };

function resolve(args: readonly string[]): KeyctlOptions {
  return resolveKeyctl(args, HERE);
}

const own = { authProfile: 'p', targetProfile: 'p' };
const admin = { authProfile: 'a', targetProfile: 'p' };
const q = { authProfile: 'q', targetProfile: 'q' };
const FROM_ENV = { profile: 'from-env', profileVariable: 'AWS_PROFILE' };
const later = { deleteNow: false, skipQuietWait: false };

function rotation(pair: Pair): TargetOrder {
  return { kind: 'rotate', pair, dryRun: false };
}

const ORDERS: readonly (readonly [line: string, order: KeyctlOptions['order']])[] = [
  ['', { kind: 'choose', dryRun: false, preselected: FROM_ENV }],
  ['--yes', { kind: 'choose', dryRun: false, preselected: FROM_ENV }],
  ['--dry-run', { kind: 'choose', dryRun: true, preselected: FROM_ENV }],
  ['-c other', { kind: 'choose', dryRun: false, preselected: FROM_ENV }],
  // One of -a and -t serves as both.
  ['p', { kind: 'rotate', pair: own, dryRun: false }],
  ['-t p', { kind: 'rotate', pair: own, dryRun: false }],
  ['-tp', { kind: 'rotate', pair: own, dryRun: false }],
  ['-t=p', { kind: 'rotate', pair: own, dryRun: false }],
  ['--target-profile=p', { kind: 'rotate', pair: own, dryRun: false }],
  ['--target_profile p', { kind: 'rotate', pair: own, dryRun: false }],
  ['-a p', { kind: 'rotate', pair: own, dryRun: false }],
  ['-a a -t p', { kind: 'rotate', pair: admin, dryRun: false }],
  ['-a a p', { kind: 'rotate', pair: admin, dryRun: false }],
  ['p -a a', { kind: 'rotate', pair: admin, dryRun: false }],
  ['-a p -t p', { kind: 'rotate', pair: own, dryRun: false }],
  ['--dry-run p', { kind: 'rotate', pair: own, dryRun: true }],
  ['-y p --all-profiles', { kind: 'rotate', pair: own, dryRun: false }],
  ['-yap', { kind: 'rotate', pair: own, dryRun: false }],
  ['-tp-1', { kind: 'rotate', pair: { authProfile: 'p-1', targetProfile: 'p-1' }, dryRun: false }],
  ['-yt p', { kind: 'rotate', pair: own, dryRun: false }],
  ['-- p', { kind: 'rotate', pair: own, dryRun: false }],
  // A profile may be called like a command.
  [
    '-t undo',
    { kind: 'rotate', pair: { authProfile: 'undo', targetProfile: 'undo' }, dryRun: false },
  ],
  ['undo -t p', { kind: 'undo', pair: own, dryRun: false }],
  ['undo p', { kind: 'undo', pair: own, dryRun: false }],
  ['undo -a a -t p', { kind: 'undo', pair: admin, dryRun: false }],
  ['-a a undo p', { kind: 'undo', pair: admin, dryRun: false }],
  ['finish -t p', { kind: 'finish', pair: own, request: later, dryRun: false }],
  [
    'finish p --delete',
    { kind: 'finish', pair: own, request: { ...later, deleteNow: true }, dryRun: false },
  ],
  [
    'finish p --now',
    { kind: 'finish', pair: own, request: { ...later, skipQuietWait: true }, dryRun: false },
  ],
  ['undo p --dry-run', { kind: 'undo', pair: own, dryRun: true }],
  ['finish p --dry-run', { kind: 'finish', pair: own, request: later, dryRun: true }],
  ['-l', { kind: 'list' }],
  ['--list', { kind: 'list' }],
  ['--list --json -c x', { kind: 'list' }],
  ['-k', { kind: 'list-files' }],
  ['--list-keys -t p', { kind: 'list-keys', pair: own }],
  ['-kt p', { kind: 'list-keys', pair: own }],
  ['-k p', { kind: 'list-keys', pair: own }],
  ['-k -a a -t p', { kind: 'list-keys', pair: admin }],
  ['--list-all-keys -a a', { kind: 'list-all-keys', authProfile: 'a', accounts: undefined }],
  ['--list-all-keys', { kind: 'list-all-keys', authProfile: undefined, accounts: undefined }],
  [
    '--list-all-keys --auth-environment',
    { kind: 'list-all-keys', authProfile: undefined, accounts: undefined },
  ],
  // Several, one after the other; one that is named twice is one.
  ['p q', { kind: 'several', orders: [rotation(own), rotation(q)] }],
  ['-t p -t q', { kind: 'several', orders: [rotation(own), rotation(q)] }],
  [
    '-a a p q',
    { kind: 'several', orders: [rotation(admin), rotation({ ...q, authProfile: 'a' })] },
  ],
  ['p -t p', rotation(own)],
  ['p -t q', { kind: 'several', orders: [rotation(q), rotation(own)].reverse() }],
  [
    'undo p q',
    {
      kind: 'several',
      orders: [
        { kind: 'undo', pair: own, dryRun: false },
        { kind: 'undo', pair: q, dryRun: false },
      ],
    },
  ],
  [
    '-k p q',
    {
      kind: 'several',
      orders: [
        { kind: 'list-keys', pair: own },
        { kind: 'list-keys', pair: q },
      ],
    },
  ],
  ['--auth-environment p', rotation({ authProfile: undefined, targetProfile: 'p' })],
  ['backups', { kind: 'backups', request: { prune: false, keep: 5 }, dryRun: false }],
  [
    'backups --prune --keep 0',
    { kind: 'backups', request: { prune: true, keep: 0 }, dryRun: false },
  ],
  [
    'backups --prune --dry-run',
    { kind: 'backups', request: { prune: true, keep: 5 }, dryRun: true },
  ],
];

for (const [line, order] of ORDERS) {
  test(`keyctl ${line} means ${order.kind}`, () => {
    assert.deepEqual(resolve(words(line)).order, order);
  });
}

const REFUSED: readonly (readonly [
  args: string | readonly string[],
  code: string,
  says: RegExp,
])[] = [
  ['--tagret-profile p', 'unknown-flag', /did you mean --target-profile/],
  ['-x p', 'unknown-flag', /unknown flag -x/],
  ['-yx p', 'unknown-flag', /unknown flag -/],
  ['-yy p', 'repeated-flag', /-y is given twice/],
  ['undo', 'no-profile', /keyctl undo needs a profile.*keyctl -t undo/],
  ['finish', 'no-profile', /keyctl finish needs a profile/],
  ['-l -k', 'conflicting-flags', /--list and --list-keys/],
  ['-l -t p', 'conflicting-flags', /keyctl -k -t p/],
  ['-l p', 'conflicting-flags', /keyctl -k -t p/],
  ['-l undo', 'conflicting-flags', /undo and --list/],
  ['-l --dry-run', 'conflicting-flags', /--dry-run has no meaning for list/],
  ['-k --yes', 'conflicting-flags', /--yes has no meaning for list-keys/],
  ['--list-all-keys -t p', 'conflicting-flags', /every user/],
  ['--list-all-keys -a a -t p', 'conflicting-flags', /do not go together/],
  ['p --delete', 'conflicting-flags', /--delete has no meaning for a rotation.*finish/],
  ['undo p --now', 'conflicting-flags', /--now has no meaning for undo/],
  ['finish p --all-profiles', 'conflicting-flags', /--all-profiles has no meaning for finish/],
  ['p q --user u', 'conflicting-flags', /--user names the owner of one key/],
  ['-a p --auth-environment', 'conflicting-flags', /do not go together/],
  ['--auth-environment -l', 'conflicting-flags', /--auth-environment has no meaning for list/],
  ['backups p', 'conflicting-flags', /is about the whole file/],
  ['backups -l', 'conflicting-flags', /backups and --list/],
  ['p --prune', 'conflicting-flags', /--prune has no meaning for a rotation.*keyctl backups/],
  ['p --keep 3', 'conflicting-flags', /--keep has no meaning for a rotation.*keyctl backups/],
  ['backups --keep -1', 'bad-value', /--keep/],
  ['p --region mars', 'bad-value', /--region takes a region name/],
  ['p --mfa-code 12345', 'bad-value', /6 digits/],
  ['p --user a/b', 'bad-value', /IAM user name/],
  ['-t --dry-run', 'bad-value', /-t is missing its value/],
  // A variable that nobody set must not turn into a rotation of the administrator's own key.
  [['-a', 'a', '-t', ''], 'bad-value', /-t takes the name of a profile, not ""/],
  [['-a', 'a', '-t'], 'bad-value', /-t is missing its value/],
  [['-a', 'a', '--target_profile'], 'bad-value', /--target_profile is missing its value/],
  [['-a', 'a', '--target-profile='], 'bad-value', /not ""/],
  [['-a', 'a', ''], 'stray-argument', /unexpected argument "" it is empty: check the variable/],
  [['-c', '', 'p'], 'bad-value', /-c takes a path/],
  [['a]b'], 'bad-value', /not the name of a profile/],
];

for (const [args, code, says] of REFUSED) {
  const list = typeof args === 'string' ? words(args) : args;
  test(`keyctl ${list.map((word) => word || "''").join(' ')}: ${code}, exit 2`, () => {
    assert.throws(
      () => resolve(list),
      (error) => {
        assert(error instanceof KeyturnError);
        assert.equal(error.code, code);
        assert.equal(error.exitCode, 2);
        assert.match(`${error.message} ${error.hint}`, says);
        return true;
      },
    );
  });
}

test('paths are made absolute, also behind ~', () => {
  assert.equal(resolve(['-c', 'creds', 'p']).credentialsFile, '/home/ada/project/creds');
  assert.equal(resolve(['-c', '~/creds', 'p']).credentialsFile, '/home/ada/creds');
  assert.equal(resolve(['p']).credentialsFile, undefined);
  assert.equal(resolve(['p', '--state-dir', 's']).state(), '/home/ada/project/s');
});

test('a list of files works where there is no home and the region is nonsense', () => {
  const nowhere = { env: { AWS_REGION: 'mars' }, cwd: '/', home: undefined };
  const options = resolveKeyctl(['-l'], nowhere);
  assert.equal(options.order.kind, 'list');
  assert.throws(() => options.session(), { code: 'bad-value' });
});

function words(line: string): string[] {
  return line.split(' ').filter((word) => word !== '');
}

test('KEYTURN_FORCE_DRY_RUN makes whatever changes something a dry run, several profiles too', () => {
  const env = { ...HERE.env, KEYTURN_FORCE_DRY_RUN: 'true' };
  const kinds = [['p'], ['undo', 'p'], ['finish', 'p'], ['p', 'q'], ['backups', '--prune'], []];
  for (const args of kinds) {
    const { order } = resolveKeyctl(args, { ...HERE, env });
    const orders = order.kind === 'several' ? order.orders : [order];
    for (const each of orders) assert.equal('dryRun' in each && each.dryRun, true, args.join(' '));
  }
  assert.equal(resolveKeyctl(['-l'], { ...HERE, env }).order.kind, 'list');
  assert.throws(
    () => resolveKeyctl(['p'], { ...HERE, env: { KEYTURN_FORCE_DRY_RUN: 'yes' } }),
    (thrown) => thrown instanceof KeyturnError && thrown.code === 'bad-value',
  );
});
