import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyturnError } from '../../base/errors.ts';
import { resolveOptions } from './options.ts';

type Env = Record<string, string>;

const resolve = (args: readonly string[], env: Env = {}, home: string | undefined = '/home/ada') =>
  resolveOptions(args, { env, cwd: '/tmp/here', home });

const REGIONS: readonly (readonly [
  args: readonly string[],
  env: Env,
  region: string | undefined,
])[] = [
  [[], {}, undefined],
  [[], { AWS_REGION: 'us-gov-west-1' }, 'us-gov-west-1'],
  [[], { AWS_DEFAULT_REGION: 'cn-north-1' }, 'cn-north-1'],
  [[], { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'cn-north-1' }, 'eu-west-1'],
  [[], { AWS_REGION: '' }, undefined],
  [['--region', 'eu-north-1'], { AWS_REGION: 'us-gov-west-1' }, 'eu-north-1'],
  [['--aws_region='], { AWS_REGION: 'us-gov-west-1' }, 'us-gov-west-1'],
];

for (const [args, env, region] of REGIONS) {
  test(`region of ${JSON.stringify(args)} with ${JSON.stringify(env)}: ${region}`, () => {
    assert.equal(resolve(args, env).rotate.region, region);
  });
}

test('a region of the environment that is none is refused by its name', () => {
  assert.throws(() => resolve([], { AWS_REGION: 'mars' }), {
    code: 'bad-value',
    message: 'AWS_REGION holds "mars", which is not a region',
  });
});

const STATE_DIRS: readonly (readonly [args: readonly string[], env: Env, path: string])[] = [
  [[], {}, '/home/ada/.local/state/keyturn'],
  [[], { XDG_STATE_HOME: '/x' }, '/x/keyturn'],
  [[], { XDG_STATE_HOME: 'relative' }, '/home/ada/.local/state/keyturn'],
  [[], { KEYTURN_STATE_DIR: '/k', XDG_STATE_HOME: '/x' }, '/k'],
  [[], { KEYTURN_STATE_DIR: 'k' }, '/tmp/here/k'],
  [['--state-dir', 's'], { KEYTURN_STATE_DIR: '/k' }, '/tmp/here/s'],
  [['--state_dir='], { KEYTURN_STATE_DIR: '/k' }, '/k'],
  [['--state-dir=~/s'], {}, '/home/ada/s'],
  [['--state-dir=/a/../b'], {}, '/b'],
];

for (const [args, env, path] of STATE_DIRS) {
  test(`state directory of ${JSON.stringify(args)} with ${JSON.stringify(env)}: ${path}`, () => {
    assert.equal(resolve(args, env).state, path);
  });
}

test('without a home directory the state directory must be named', () => {
  const options = { env: {}, cwd: '/', home: undefined };
  assert.throws(
    () => resolveOptions([], options),
    (error) => error instanceof KeyturnError && error.code === 'state-dir',
  );
  assert.equal(resolveOptions(['--state-dir', '/s'], options).state, '/s');
});

test('secrets are part of the report only when JSON is the destination', () => {
  const kinds = (args: string[]) => resolve(args).rotate.deliver.map(({ kind }) => kind);
  assert.deepEqual(kinds([]), ['handoff']);
  assert.deepEqual(kinds(['--output-format=text']), ['handoff']);
  assert.deepEqual(kinds(['--output_format=json']), ['stdout']);
  assert.deepEqual(kinds(['--output_format=json', '--deliver=']), ['stdout']);
  assert.deepEqual(kinds(['--output_format=json', '--deliver=handoff']), ['handoff']);
});

test('--timeout is in seconds', () => {
  assert.equal(resolve(['--timeout', '90']).rotate.timeoutMs, 90_000);
});
