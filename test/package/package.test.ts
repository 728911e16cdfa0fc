import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { DEFAULT_ACCOUNT_ID, startSandbox } from '../../src/sandbox/index.ts';
import { finished } from '../cli/process.ts';
import { jsonOf, ROOT } from '../support/structured-files.ts';
import { install } from './installed.ts';
import { deadLinks } from './links.ts';

const { folder, files, packedBytes } = install();
after(() => rmSync(dirname(folder), { recursive: true }));

/** Everything that the package may hold. */
const NEEDED = [
  /^(?:CHANGELOG|CONTRIBUTING|README)\.md$|^(?:LICENSE|Dockerfile|action\.yml|package\.json)$/,
  // What its pages link to.
  /^docs\/(?:[\w-]+\/)*[\w-]+\.(?:md|json|svg|txt)$/,
  /^examples\/[\w-]+\/(?:[\w-]+\/)?[\w.-]+$/,
  /^iag\/(?:[\w-]+\.(?:yml|json)|requirements\.txt|rotate_iam_keys\.py)$/,
  /^src\/(?:sandbox\/behavior\.md|state\/state-store\.ts)$/,
  /^bin\/(?:keyctl|keyturn|rotate-iam-keys)\.[cm]js$|^bin\/start\.cjs$/,
  /^dist\/bin\/[\w-]+\.cjs$/,
  /^dist\/lib\/(?:index|lambda)\.mjs$/,
  /^dist\/types\/(?:api|base|lambda)\/[\w-]+\.d\.ts$/,
  /^deploy\/aws\/(?:terraform\/)?[\w.-]+\.(?:yaml|tf|tftpl)$/,
  /^deploy\/monitoring\/keyturn-[\w.-]+\.(?:yml|json)$/,
  /^dist\/(?:licenses\.txt|sbom\.cdx\.json)$/,
  /^man\/[\w-]+\.1$/,
  /^schema\/[\w-]+\.schema\.json$/,
  /^keyctl-(?:admin|self-service)-policy\.json$/,
];

test('the package holds what is needed and nothing else', () => {
  assert.deepEqual(
    files.filter((path) => !NEEDED.some((pattern) => pattern.test(path))),
    [],
  );
  for (const pattern of NEEDED)
    assert(
      files.some((path) => pattern.test(path)),
      String(pattern),
    );
});

test('no page of the installed package has a dead link', () => {
  const root = join(folder, 'node_modules', 'keyturn');
  const pages = files.filter((path) => path.endsWith('.md'));
  assert(pages.length > 25, `${pages.length} pages`);
  const dead = pages.flatMap((page) => deadLinks(root, page).map((link) => `${page}: ${link}`));
  assert.deepEqual(dead, []);
});

test('a link to nowhere, out of the package, or to no heading would be found', () => {
  const root = join(folder, 'node_modules', 'keyturn');
  const text =
    '[a](none.md) [b](../../../package.json) [c](README.md#nothing) [d](README.md#practise)';
  writeFileSync(join(root, 'dead.md'), text);
  assert.deepEqual(deadLinks(root, 'dead.md'), [
    'none.md',
    '../../../package.json',
    'README.md#nothing',
  ]);
  rmSync(join(root, 'dead.md'));
});

test('a command works under another name, as where the keyctl of keyutils is there', async () => {
  const bin = join(folder, 'node_modules', '.bin');
  symlinkSync(join(bin, 'keyctl'), join(folder, 'aws-keyctl'));
  const { code, stdout } = await finished(spawn(join(folder, 'aws-keyctl'), ['--version']));
  assert.equal(code, 0);
  assert.match(stdout, /^keyctl \d/);
});

/** Every file below node_modules, links of .bin left out. */
function installedFiles(): string[] {
  return readdirSync(join(folder, 'node_modules'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

const PACKED_BYTES_MAX = 1_500_000;

test('packed it takes at most 1.5 MB, pages and manual pages included', () => {
  assert(packedBytes > 0 && packedBytes <= PACKED_BYTES_MAX, `${packedBytes} bytes`);
});

const BYTES_MAX = 8_000_000;

test('installed it takes at most 8 MB, with everything that it depends on', () => {
  const bytes = installedFiles().reduce((sum, path) => sum + lstatSync(path).size, 0);
  assert(bytes <= BYTES_MAX, `${bytes} bytes`);
});

test('nothing runs when it is installed, and nothing else is', () => {
  const { scripts, ...manifest } = jsonOf('package.json') as {
    readonly scripts: object;
    readonly dependencies?: object;
    readonly optionalDependencies?: object;
    readonly peerDependencies?: object;
  };
  const kinds = ['dependencies', 'optionalDependencies', 'peerDependencies'] as const;
  // What ships is in dist/bin; a package listed here would be installed for nothing.
  for (const kind of kinds) assert.deepEqual(manifest[kind] ?? {}, {}, `${kind} in package.json`);
  const atInstall = ['preinstall', 'install', 'postinstall', 'prepare'];
  assert.deepEqual(
    Object.keys(scripts).filter((name) => atInstall.includes(name)),
    [],
  );
  assert.deepEqual(
    readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.')),
    ['keyturn'],
  );
});

test('licences and bill of materials name the same packages', () => {
  const read = (name: string) =>
    readFileSync(join(folder, 'node_modules', 'keyturn', 'dist', name), 'utf8');
  const sbom = JSON.parse(read('sbom.cdx.json')) as {
    components: { name: string; version: string; licenses: [{ license: { id: string } }] }[];
  };
  const named = sbom.components.map(({ name, version }) => `${name}@${version}`).sort();
  const licensed = [...read('licenses.txt').matchAll(/^(\S+@\d\S*) \([\w.-]+\)$/gm)];
  assert.deepEqual(licensed.map(([, name]) => name).sort(), named);
  assert(named.some((name) => name.startsWith('@aws-sdk/client-iam@')));
  const permissive = ['MIT', 'MIT-0', 'Apache-2.0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD'];
  for (const { name, licenses } of sbom.components) {
    assert(permissive.includes(licenses[0].license.id), `${name}: ${licenses[0].license.id}`);
  }
});

test('the installed commands rotate a key', async (context) => {
  const sandbox = await startSandbox({ seed: 'package' });
  context.after(() => sandbox.close());
  sandbox.world.addUser(DEFAULT_ACCOUNT_ID, { name: 'svc-one' });
  sandbox.world.addKey(DEFAULT_ACCOUNT_ID, 'svc-one', { ageDays: 100 });
  const env = {
    ...process.env,
    ...sandbox.endpointEnv(),
    KEYTURN_STATE_DIR: join(folder, 'state'),
  };
  const command = (name: string, args: readonly string[]) =>
    finished(spawn(join(folder, 'node_modules', '.bin', name), args, { env }));
  const rotated = await command('rotate-iam-keys', ['--output-format', 'json']);
  assert.equal(rotated.code, 0, rotated.stderr);
  assert.equal(JSON.parse(rotated.stdout).summary.successful_rotations, 1);
  const status = await command('keyturn', ['status', '--json']);
  assert.equal(status.code, 0, status.stderr);
  const version = await command('keyctl', ['--version']);
  assert.match(version.stdout, /^keyctl \d/);
});

const PROGRAM = `
import { KeyturnError, type RotationReport, rotateAccount, startSandbox } from 'keyturn';
import { handler, type LambdaHandler } from 'keyturn/lambda';

const sandbox = await startSandbox({ users: 5, seed: 'program' });
const happened: string[] = [];
const { report, exitCode } = await rotateAccount({
  stateDir: \`\${process.cwd()}/program-state\`,
  env: sandbox.env,
  maxParallel: 4,
  onEvent: (event) => happened.push(event.code),
});
const rotated: readonly RotationReport['rotated_keys'][number][] = report.rotated_keys;
const wrapped: LambdaHandler = (event, context) => handler({ ...event, mode: 'none' as never }, context);
const failed = await wrapped({}, { getRemainingTimeInMillis: () => 1000 }).catch((thrown: Error) => thrown.name);
let refused = '';
try {
  await rotateAccount({ stateDir: 'relative' });
} catch (thrown) {
  if (thrown instanceof KeyturnError) refused = thrown.code;
}
await sandbox.close();
const ok = rotated.filter(({ success }) => success);
process.stdout.write(JSON.stringify({
  rotated: ok.length,
  secrets: rotated.filter(({ new_secret_key: secret }) => secret !== undefined).length,
  exitCode,
  refused,
  heard: happened.includes('rotation-done'),
  failed,
}));
`;

const TSC_OPTIONS = [
  '--module',
  'nodenext',
  '--target',
  'es2023',
  '--strict',
  '--types',
  'node',
  '--typeRoots',
  `${ROOT}node_modules/@types`,
];

test('a program compiles against the types, without any other package, and runs', async () => {
  writeFileSync(join(folder, 'program.ts'), PROGRAM);
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  const compiled = spawnSync(tsc, [...TSC_OPTIONS, 'program.ts'], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(compiled.status, 0, compiled.stdout);
  const child = spawn(process.execPath, ['program.js'], { cwd: folder, stdio: 'pipe' });
  const { code, stdout, stderr } = await finished(child);
  assert.equal(code, 0, stderr);
  const { rotated, ...others } = JSON.parse(stdout);
  assert(rotated > 0);
  assert.deepEqual(others, {
    secrets: 0,
    exitCode: others.exitCode,
    refused: 'bad-value',
    heard: true,
    failed: 'KeyturnBadInput',
  });
});
