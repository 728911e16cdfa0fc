// The formula and the manifest of a release, from sums that an example gives.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { archiveName } from '../../scripts/executables/archive-name.ts';
import { TARGETS, targetNamed } from '../../scripts/executables/targets.ts';
import { formulaOf } from '../../scripts/packages/formula.ts';
import { manifestOf } from '../../scripts/packages/scoop.ts';
import { sumsIn } from '../../scripts/packages/sums.ts';
import { ROOT } from '../support/structured-files.ts';

const REPOSITORY = 'https://git.example.com/platform/keyturn';
const sumOf = (index: number) =>
  String(index + 1)
    .repeat(64)
    .slice(0, 64);
const SUMS = TARGETS.map(
  (target, index) => `${sumOf(index)}  ${archiveName(target, '1.2.3')}\n`,
).join('');
const RELEASE = { version: '1.2.3', repository: REPOSITORY, sums: sumsIn(SUMS) };

test('sums are read as sha256sum writes them: text, binary, with the line ends of Windows', () => {
  const sum = sumOf(1);
  assert.deepEqual(
    [...sumsIn(`${sum}  a.txt\n${sum} *b c.zip\r\nno sum\n`)],
    [
      ['a.txt', sum],
      ['b c.zip', sum],
    ],
  );
});

test('the formula has an archive and its sum for each processor of macOS and Linux', () => {
  const text = formulaOf(RELEASE);
  for (const [index, target] of TARGETS.entries()) {
    const isThere = text.includes(
      `url "${REPOSITORY}/releases/download/v1.2.3/${archiveName(target, '1.2.3')}"\n      sha256 "${sumOf(index)}"`,
    );
    assert.equal(isThere, target.format !== 'pe', target.name);
  }
  assert.match(text, /on_macos do\n {4}on_arm do\n.*darwin-arm64/);
  assert.match(text, /on_linux do\n {4}on_arm do\n.*linux-arm64/);
  assert.match(text, /bin\.install_symlink "keyturn" => "keyctl"/);
  assert.equal(text, formulaOf(RELEASE));
});

const ruby = spawnSync('ruby', ['--version']).status === 0;
test('Ruby reads the formula', { skip: !ruby && 'ruby is not installed' }, () => {
  const { status, stderr } = spawnSync('ruby', ['-wc'], {
    input: formulaOf(RELEASE),
    encoding: 'utf8',
  });
  assert.deepEqual([status, stderr], [0, '']);
});

/** What Scoop's schema allows at the top, as far as a manifest of ours may need it. */
const SCOOP_KEYS = [
  'version',
  'description',
  'homepage',
  'license',
  'architecture',
  'bin',
  'checkver',
  'autoupdate',
];

test('the manifest keeps to the rules of Scoop', () => {
  const text = manifestOf(RELEASE);
  const manifest = JSON.parse(text);
  for (const key of ['version', 'homepage', 'license']) assert(manifest[key], `${key} is required`);
  assert.deepEqual(
    Object.keys(manifest).filter((key) => !SCOOP_KEYS.includes(key)),
    [],
  );
  assert.match(manifest.version, /^[\w.\-+]+$/);
  assert.deepEqual(Object.keys(manifest.architecture), ['64bit']);
  const { url, hash } = manifest.architecture['64bit'];
  assert.match(hash, /^[a-fA-F0-9]{64}$/);
  assert.equal(url, `${REPOSITORY}/releases/download/v1.2.3/keyturn-1.2.3-win-x64.zip`);
  assert.deepEqual(manifest.bin, [
    'keyturn.exe',
    ['keyturn.exe', 'keyctl', 'keyctl'],
    ['keyturn.exe', 'rotate-iam-keys', 'rotate-iam-keys'],
  ]);
  assert.equal(
    new RegExp(manifest.checkver.regex).exec('<a href="/x/releases/tag/v1.2.4">')?.[1],
    '1.2.4',
  );
  assert.equal(manifest.autoupdate.architecture['64bit'].url.replaceAll('$version', '1.2.3'), url);
  assert.match(manifest.autoupdate.hash.url, /^.*(\$url|\$baseurl).*$/);
  assert(text.startsWith('{\n    "version"') && text.endsWith('}\n'));
});

test('sums without an archive give neither, and the script says which one', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-packages-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const run = (text: string, args: readonly string[]) => {
    writeFileSync(join(folder, 'SHA256SUMS'), text);
    const script = join(ROOT, 'dist', 'scripts', 'packages.js');
    return spawnSync(process.execPath, [script, ...args, '--version', '1.2.3', '--out', folder], {
      cwd: ROOT,
      encoding: 'utf8',
    });
  };
  const sums = ['--sums', join(folder, 'SHA256SUMS')];
  const lacking = run(SUMS.split('\n').slice(1).join('\n'), sums);
  assert.deepEqual(
    [lacking.status, lacking.stderr],
    [1, 'packages: error: the sums do not name keyturn-1.2.3-linux-x64.tar.gz\n'],
  );
  assert.equal(run(SUMS, []).stderr, 'packages: error: name the file of sums with --sums\n');
  assert.equal(run(SUMS, [...sums, '--repository', REPOSITORY]).status, 0);
  assert.equal(readFileSync(join(folder, 'keyturn.rb'), 'utf8'), formulaOf(RELEASE));
  assert.equal(readFileSync(join(folder, 'keyturn.json'), 'utf8'), manifestOf(RELEASE));
});

test('docs/install.md names what a release has', () => {
  const page = readFileSync(join(ROOT, 'docs', 'install.md'), 'utf8');
  const workflow = readFileSync(join(ROOT, '.github', 'workflows', 'release.yml'), 'utf8');
  for (const { name } of TARGETS) assert(page.includes(`\`${name}\``), name);
  for (const file of ['SHA256SUMS', 'keyturn.rb', 'keyturn.json']) {
    assert(page.includes(file) && workflow.includes(file), file);
  }
  const linux = archiveName(targetNamed('linux-x64'), '0.1.0');
  assert(page.includes(`gh attestation verify ${linux} `));
  assert(page.includes('--signer-workflow platform/keyturn/.github/workflows/release.yml'));
});
