// The container image at work: npm run test:image.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { BuiltImage } from '../../scripts/image/build.ts';
import { binOf, start } from '../cli/process.ts';
import { servedBy } from '../cli/sandbox-process.ts';
import { Container } from './container.ts';

const file = process.env.KEYTURN_TEST_IMAGE;
const skip = file === undefined && 'no image is built: npm run test:image';
const container = new Container(
  file === undefined ? ({} as BuiltImage) : JSON.parse(readFileSync(file, 'utf8')),
);

const PLACES = [
  '--deliver',
  'secrets-manager=app/{user}',
  '--create-missing',
  '--output-format',
  'json',
];

/** A sandbox outside the container, and a volume. */
async function stage(t: TestContext) {
  const child = start([binOf('keyturn'), 'sandbox', '--seed', 'image', '--users', '5']);
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-image-'));
  t.after(async () => {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true });
  });
  const env = {
    ...(await servedBy(child)),
    KEYTURN_ENDPOINT_GUARD: 'loopback',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return { env, volume: container.makeVolume(join(folder, 'state')) };
}

test('it runs as a user that is not root, without a shell, and holds no npm', { skip }, () => {
  const { root, config } = container.image;
  assert.equal(config.User, '65532:65532');
  assert.deepEqual(config.Entrypoint, ['/nodejs/bin/node', '/app/bin/rotate-iam-keys.cjs']);
  assert.equal(container.volumePath, '/var/lib/keyturn');
  for (const path of ['bin/sh', 'usr/bin/npm', 'app/node_modules', 'app/src/cli']) {
    assert(!existsSync(join(root, path)), path);
  }
  assert(readdirSync(join(root, 'app', 'dist', 'bin')).length > 50);
});

test('each command tells its version where nothing can be written', { skip }, async () => {
  const version = JSON.parse(
    readFileSync(join(container.image.root, 'app/package.json'), 'utf8'),
  ).version;
  assert.equal((await container.run(['--version'])).stdout, `rotate-iam-keys ${version}\n`);
  for (const name of ['keyturn', 'keyctl']) {
    const entrypoint = ['/nodejs/bin/node', `/app/bin/${name}.cjs`];
    const { stdout, stderr, code } = await container.run(['--version'], { entrypoint });
    assert.deepEqual([stdout, stderr, code], [`${name} ${version}\n`, '', 0]);
  }
});

test('it rotates with its state on the volume, and the next container finds it', {
  skip,
}, async (t) => {
  const { env, volume } = await stage(t);
  const { code, stdout, stderr } = await container.run(PLACES, { env, volume });
  // Some of its users have no room for another key.
  assert.equal(code, 1, stderr);
  const { summary } = JSON.parse(stdout);
  assert.equal(summary.successful_rotations, 2);
  const entrypoint = ['/nodejs/bin/node', '/app/bin/keyturn.cjs'];
  const status = await container.run(['status', '--json'], { env, volume, entrypoint });
  assert.equal(status.code, 0, status.stderr);
  assert.equal(JSON.parse(status.stdout).open_rotations.length, summary.old_keys_waiting);
});

test('it rotates with its state in a table, and needs no volume', { skip }, async (t) => {
  const { env } = await stage(t);
  const entrypoint = ['/nodejs/bin/node', '/app/bin/keyturn.cjs'];
  const state = ['--state', 'dynamodb:keyturn'];
  const made = await container.run(['state', 'init', '--create', ...state], { env, entrypoint });
  assert.equal(made.code, 0, made.stderr);
  const { code, stdout, stderr } = await container.run([...PLACES, ...state], { env });
  // Some of its users have no room for another key.
  assert.equal(code, 1, stderr);
  assert.equal(JSON.parse(stdout).summary.successful_rotations, 2);
});

test('without a volume it says so before AWS is asked for anything', { skip }, async (t) => {
  const { env } = await stage(t);
  const { code, stderr } = await container.run(PLACES, { env });
  assert.equal(code, 3);
  assert.match(stderr, /\[state-dir\]$/m);
});
