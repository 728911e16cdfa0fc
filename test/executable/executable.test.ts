// A single-file executable at work where there is no Node: npm run test:executable.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { OTHER_NAMES } from '../../scripts/executables/other-names.ts';
import { heedsNodeOptions, nodeVersionOf } from '../../scripts/executables/targets.ts';
import { run as runInstalled } from '../cli/process.ts';
import { servedBy } from '../cli/sandbox-process.ts';
import { CleanRoot, type Name } from './clean-root.ts';

const executable = process.env.KEYTURN_TEST_EXECUTABLE;
const skip = executable === undefined && 'no executable is built: npm run test:executable';
const place = executable === undefined ? undefined : new CleanRoot(executable);
const root = place as CleanRoot;
after(() => place?.close());

const VERSION = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
).version;

function isOldNode(): boolean {
  return heedsNodeOptions(nodeVersionOf(readFileSync(executableFile(executable ?? ''))) ?? '0');
}

function executableFile(path: string): string {
  if (!statSync(path).isDirectory()) return path;
  return join(path, process.platform === 'win32' ? 'keyturn.exe' : 'keyturn');
}

/** The environment of a sandbox in another process. */
function sandbox(args: readonly string[]) {
  return servedBy(root.start('keyturn', ['sandbox', '--seed', 'executable', ...args]));
}

for (const name of ['keyturn', ...OTHER_NAMES] as const) {
  test(`${name}: version and help are those of the package`, { skip }, async () => {
    assert.equal((await root.run(name, ['--version'])).stdout, `${name} ${VERSION}\n`);
    const help = await root.run(name, ['--help']);
    assert.equal(help.stdout, (await runInstalled(name, ['--help'])).stdout);
    assert.deepEqual([help.code, help.stderr], [0, '']);
  });

  test(`${name}: a wrong flag is a line, a hint and exit code 2`, { skip }, async () => {
    const { code, stdout, stderr } = await root.run(name, ['--no-such-flag']);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, new RegExp(`^${name}: error: .*\\[unknown-flag\\]$`, 'm'));
  });
}

for (const name of OTHER_NAMES) {
  test(`keyturn ${name} is ${name}`, { skip }, async () => {
    assert.equal((await root.run('keyturn', [name, '--version'])).stdout, `${name} ${VERSION}\n`);
  });
}

test('a whole account is rotated against a sandbox in another process, and reported', {
  skip,
}, async () => {
  const env = await sandbox(['--users', '6']);
  const run = async (name: Name, args: readonly string[], code = 0) => {
    const ended = await root.run(name, args, env);
    assert.doesNotMatch(ended.stderr, /Warning/);
    assert.equal(ended.code, code, `${name} ${args.join(' ')}: ${ended.stderr}`);
    return ended.stdout;
  };
  const args = [
    '--days-threshold',
    '90',
    '--deliver',
    'secrets-manager=app/{user}',
    '--create-missing',
    '--output-format',
    'json',
  ];
  const told = JSON.parse(await run('rotate-iam-keys', args, 1));
  // Of the five keys that are due, three have no room for a successor.
  assert.deepEqual([told.summary.successful_rotations, told.summary.failed_rotations], [2, 3]);
  assert.match(await run('keyturn', ['status']), /in grace/);
  assert.match(await run('keyturn', ['sandbox', 'clock']), /^the sandbox's clock is at /);
  const report = root.path('home', 'report.html');
  await run('keyturn', ['report', '-o', report]);
  const page = readFileSync(join(root.folder, root.isRoot ? report : 'home/report.html'), 'utf8');
  assert.match(page, /<\/html>\s*$/);
  assert(JSON.parse(await run('keyturn', ['report', '--format', 'json'])));
  assert.match(await run('keyturn', ['audit', 'verify']), /\d/);
});

test('keyctl rotates the profile of a credentials file', { skip }, async () => {
  const file = root.path('home', 'credentials');
  const env = await sandbox(['--users', '3', '--credentials-file', file]);
  const onDisk = join(root.folder, 'home', 'credentials');
  const keyOf = (profile: string) =>
    new RegExp(`\\[${profile}\\][^[]*aws_access_key_id *= *(\\w+)`).exec(
      readFileSync(onDisk, 'utf8'),
    )?.[1];
  const before = keyOf('production');
  const ended = await root.run('keyctl', ['production', '-c', file, '--yes'], {
    AWS_ENDPOINT_URL: env.AWS_ENDPOINT_URL ?? '',
  });
  assert.equal(ended.code, 0, ended.stderr);
  assert(existsSync(onDisk));
  assert.notEqual(keyOf('production'), before);
  assert.equal(keyOf('production-previous'), before);
});

test('a package beside it does not become code of it', { skip }, async () => {
  // Something that is asked for, and that a proxy can do without.
  const planted = join(root.folder, 'bin', 'node_modules', 'supports-color');
  const mark = root.path('home', 'mark');
  mkdirSync(planted, { recursive: true });
  writeFileSync(
    join(planted, 'index.js'),
    `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')`,
  );
  const { code, stderr } = await root.run('keyturn', ['keys'], {
    HTTPS_PROXY: 'http://127.0.0.1:9',
    AWS_ENDPOINT_URL: 'https://iam.example.invalid',
    KEYTURN_ENDPOINT_GUARD: '',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
  });
  assert.equal(code, 3);
  assert.match(stderr, /127\.0\.0\.1:9/);
  assert(!existsSync(join(root.folder, 'home', 'mark')));
});

test('what NODE_OPTIONS names is not loaded', {
  skip: skip || (isOldNode() && 'this Node heeds NODE_OPTIONS; releases are built from Node 24'),
}, async () => {
  const { code, stdout } = await root.run('keyturn', ['version'], {
    NODE_OPTIONS: '--require /nowhere/harm.cjs',
  });
  assert.deepEqual([code, stdout], [0, `keyturn ${VERSION}\n`]);
});
