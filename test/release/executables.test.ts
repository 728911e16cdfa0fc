// What goes into an executable and out of it: programs of every platform, their Node, and the archives.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { isBuiltin } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { downloadNode } from '../../scripts/executables/node-release.ts';
import { type TarEntry, tarGzOf } from '../../scripts/executables/tar.ts';
import {
  heedsNodeOptions,
  nodeVersionOf,
  TARGETS,
  targetNamed,
  targetOf,
} from '../../scripts/executables/targets.ts';
import { unsignedPe } from '../../scripts/executables/unsigned.ts';
import { ROOT } from '../support/structured-files.ts';

function program(at: Readonly<Record<number, number | string>>): Buffer {
  const bytes = Buffer.alloc(512);
  for (const [offset, value] of Object.entries(at)) {
    if (typeof value === 'string') bytes.write(value, Number(offset), 'latin1');
    else bytes.writeUInt32LE(value, Number(offset));
  }
  return bytes;
}

/** With a header that begins at 128, and a signature of 64 bytes at its end. */
const FOR_WINDOWS = program({
  0: 'MZ',
  60: 128,
  128: 'PE\0\0',
  132: 0x8664,
  216: 4711,
  296: 448,
  300: 64,
  448: 'signature',
});
const PROGRAMS: readonly (readonly [name: string | undefined, bytes: Buffer])[] = [
  ['linux-x64', program({ 0: '\x7fELF', 18: 0x3e })],
  ['linux-arm64', program({ 0: '\x7fELF', 18: 0xb7 })],
  ['darwin-x64', program({ 0: 0xfeedfacf, 4: 0x01000007 })],
  ['darwin-arm64', program({ 0: 0xfeedfacf, 4: 0x0100000c })],
  ['win-x64', FOR_WINDOWS],
  [undefined, program({ 0: '\x7fELF', 18: 0xf3 })],
  [undefined, program({ 0: 'MZ', 60: 0xffffff })],
  [undefined, Buffer.from('#!/bin/sh\n')],
];

for (const [name, bytes] of PROGRAMS) {
  test(`a program that begins ${bytes.toString('hex', 0, 4)} is for ${name ?? 'no target'}`, () => {
    assert.equal(targetOf(bytes)?.name, name);
  });
}

test('every target is told from its first bytes', () => {
  assert.deepEqual(
    TARGETS.map(({ name }) => name),
    PROGRAMS.flatMap(([name]) => name ?? []),
  );
});

test('a Node says which version it is', () => {
  assert.equal(nodeVersionOf(readFileSync(process.execPath)), process.versions.node);
  assert.equal(
    nodeVersionOf(Buffer.from('x/node-v1.tar.gz/node-v24.1.0.tar.gz /node-v24.1.0-headers.tar.gz')),
    '24.1.0',
  );
  assert.equal(nodeVersionOf(Buffer.from('no Node')), undefined);
});

test('which Node keeps NODE_OPTIONS out', () => {
  const versions = ['20.20.2', '22.19.0', '22.20.0', '24.0.0'];
  assert.deepEqual(versions.map(heedsNodeOptions), [true, true, false, false]);
});

test('a program for Windows loses its signature, where it is named, and the checksum', () => {
  const unsigned = unsignedPe(FOR_WINDOWS);
  assert.equal(unsigned.length, 448);
  assert.deepEqual(
    [unsigned.readUInt32LE(296), unsigned.readUInt32LE(300), unsigned.readUInt32LE(216)],
    [0, 0, 0],
  );
  assert.equal(unsignedPe(unsigned), unsigned);
  const odd = Buffer.concat([FOR_WINDOWS, Buffer.alloc(8)]);
  assert.throws(() => unsignedPe(odd), /does not stand at the end/);
});

test('what is asked for wrongly is one line', () => {
  const run = (args: readonly string[]) => {
    const script = join(ROOT, 'dist', 'scripts', 'executables.js');
    const { status, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
    assert.equal(status, 1);
    return stderr;
  };
  const other = TARGETS.find(({ platform }) => platform !== process.platform)?.name ?? '';
  assert.equal(
    run(['--target', 'amiga']),
    `executables: error: there is no target "amiga"; there are ${TARGETS.map(({ name }) => name).join(', ')}\n`,
  );
  assert.equal(
    run(['--target', other]),
    `executables: error: name a Node for ${other} with --node\n`,
  );
  assert.match(
    run(['--target', other, '--node', process.execPath]),
    /is for \S+, and \S+ is asked for\n$/,
  );
  assert.match(
    run(['--node', join(ROOT, 'package.json')]),
    /is no Node that is known, and \S+ is asked for\n$/,
  );
  assert.match(run(['--nodes', '/x']), /^executables: error: Unknown option '--nodes'/);
});

test('tar finds everything in an archive, and the same entries are the same bytes', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-tar-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const entries: TarEntry[] = [
    { name: 'top/keyturn', bytes: Buffer.alloc(100_000, 'x'), mode: 0o755 },
    { name: 'top/keyctl', linkTo: 'keyturn' },
    { name: 'top/LICENSE', bytes: Buffer.from('MIT\n') },
  ];
  const packed = tarGzOf(entries);
  assert.deepEqual(packed, tarGzOf(entries.toReversed()));
  writeFileSync(join(folder, 'a.tar.gz'), packed);
  const { stdout, stderr } = spawnSync('tar', ['-tvzf', 'a.tar.gz', '--numeric-owner'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  assert.equal(stderr, '');
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.replaceAll(/ +/g, ' ')),
    [
      '-rw-r--r-- 0/0 4 1970-01-01 00:00 top/LICENSE',
      'lrwxrwxrwx 0/0 0 1970-01-01 00:00 top/keyctl -> keyturn',
      '-rwxr-xr-x 0/0 100000 1970-01-01 00:00 top/keyturn',
    ],
  );
  assert.throws(() => tarGzOf([{ name: 'x'.repeat(101), linkTo: 'y' }]), /too long a name/);
});

/** A nodejs.org with one release, whose archive has a program in it that is none. */
async function releases(t: TestContext, sums: (sum: string) => string): Promise<string> {
  const name = 'node-v24.9.9-linux-x64';
  const archive = tarGzOf([
    { name: `${name}/bin/node`, bytes: Buffer.from('a Node'), mode: 0o755 },
  ]);
  const sum = createHash('sha256').update(archive).digest('hex');
  const server = createServer(({ url }, response) => {
    if (url === '/dist/v24.9.9/SHASUMS256.txt') response.end(sums(`${sum}  ${name}.tar.gz\n`));
    else if (url === `/dist/v24.9.9/${name}.tar.gz`) response.end(archive);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/dist`;
}

function downloaded(t: TestContext, from: string, version = '24.9.9'): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-node-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return downloadNode({ target: targetNamed('linux-x64'), version, from, folder });
}

test('a Node is unpacked when its sum is the published one', async (t) => {
  const path = await downloaded(t, await releases(t, (line) => line));
  assert.equal(readFileSync(path, 'utf8'), 'a Node');
});

test('a Node with another sum, without one, or that is not there is refused', async (t) => {
  const wrong = await releases(t, (line) => line.replace(/^\w{64}/, '0'.repeat(64)));
  await assert.rejects(
    downloaded(t, wrong),
    /has the SHA-256 \w{64}, and 0{64} is published; nothing of it was kept/,
  );
  await assert.rejects(
    downloaded(t, await releases(t, () => '')),
    /does not name node-v24\.9\.9-linux-x64\.tar\.gz/,
  );
  await assert.rejects(downloaded(t, wrong, '24.9.8'), /SHASUMS256\.txt answered 404/);
});

const chunks = readdirSync(join(ROOT, 'dist', 'bin'))
  .filter((name) => name.endsWith('.cjs'))
  .map((name) => ({ name, text: readFileSync(join(ROOT, 'dist', 'bin', name), 'utf8') }));

test('no chunk asks a loader of ES modules, which is not there in an executable', () => {
  assert(chunks.length > 50);
  const asking = chunks.filter(({ text }) => /\bimport\([`'"]/.test(text));
  assert.deepEqual(
    asking.map(({ name }) => name),
    [],
  );
});

test('chunks require Node and each other, so no folder above them becomes code of them', () => {
  const names = new Set(chunks.map(({ name }) => `./${name}`));
  // Words of a message of the AWS SDK.
  const said = '@aws-sdk/signature-v4-crt';
  const foreign = chunks.flatMap(({ text }) =>
    [...text.matchAll(/\brequire\("([^"]+)"\)/g)]
      .map(([, specifier = '']) => specifier)
      .filter((each) => !isBuiltin(each) && !names.has(each) && each !== said),
  );
  assert.deepEqual(foreign, []);
});
