// Checkpoints are what C2SP says they are: the go command's own packages for them open ours, and we open theirs.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { MerkleRoot } from '../../src/lifecycle/trail/merkle.ts';
import {
  isKeyName,
  newKeyTexts,
  openCheckpoint,
  readSigningKey,
  readVerifyingKey,
  signCheckpoint,
  verifierOf,
} from '../../src/lifecycle/trail/note.ts';
import { trailOfTests } from './trail-of-tests.ts';

const ACCOUNT = '123456789012';

function signed(lines: readonly string[], name = 'audit.example.com') {
  const { signing, verifying } = newKeyTexts(name);
  const key = readSigningKey(signing);
  const verifier = readVerifyingKey(verifying);
  assert.ok(key !== undefined && verifier !== undefined);
  const tree = new MerkleRoot();
  for (const line of lines) tree.add(line);
  const checkpoint = { origin: `keyturn/${ACCOUNT}/trail-1`, size: lines.length, root: tree.root };
  return { key, verifier, verifying, checkpoint, note: signCheckpoint(checkpoint, key) };
}

it('a checkpoint is three lines and a signature, which the other half of the key opens', () => {
  const { note, verifier, checkpoint, verifying, key } = signed(trailOfTests(ACCOUNT, 13));
  assert.match(
    note,
    /^keyturn\/123456789012\/trail-1\n13\n[\w+/]{43}=\n\n— audit\.example\.com [\w+/=]{90,}\n$/,
  );
  assert.deepEqual(openCheckpoint(note, verifier), { checkpoint, isSigned: true });
  assert.equal(verifierOf(key), verifying);
});

it('whoever changes a checkpoint, or signs with another key, is found', () => {
  const { note, verifier } = signed(trailOfTests(ACCOUNT, 13));
  const other = signed(trailOfTests(ACCOUNT, 13));
  for (const changed of [
    note.replace('\n13\n', '\n12\n'),
    note.replace('trail-1', 'trail-2'),
    note.replace(/— (\S+) (\S{10})/, '— $1 AAAAAAAAAA'),
    note.replace('— audit.example.com', '— audit.example.org'),
    other.note,
    note.slice(0, note.indexOf('—')),
  ]) {
    assert.equal(openCheckpoint(changed, verifier)?.isSigned ?? false, false, changed);
  }
  for (const none of ['', 'x', 'a\nb\nc\n\n— x y\n', 'a\n01\nc\n\n', 'a\n-1\nc\n\n']) {
    assert.equal(openCheckpoint(none, verifier), undefined, none);
  }
});

it('a key is read only whole, and the one for the other', () => {
  const { signing, verifying } = newKeyTexts('audit');
  for (const broken of [
    '',
    'audit',
    verifying,
    signing.slice(0, -4),
    signing.replace('+audit+', '+other+'),
  ]) {
    assert.equal(readSigningKey(broken), undefined, broken);
  }
  for (const broken of [
    '',
    signing,
    verifying.slice(0, -4),
    verifying.replace('audit+', 'other+'),
  ]) {
    assert.equal(readVerifyingKey(broken), undefined, broken);
  }
  assert.deepEqual(['a', 'a b', 'a+b', '', 'a\u2003b'].map(isKeyName), [
    true,
    false,
    false,
    false,
    false,
  ]);
});

it('the root is the one of RFC 6962 for every number of lines', () => {
  // Of the tree without leaves, and of the first leaves of the reference implementation of RFC 6962.
  const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657'];
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  ];
  const tree = new MerkleRoot();
  const found = [hex(tree.root)];
  for (const leaf of leaves.slice(0, 6)) {
    tree.add(Buffer.from(leaf, 'hex').toString('latin1'));
    found.push(hex(tree.root));
  }
  assert.deepEqual(found, roots);
});

function hex(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

it("the go command's packages for signed notes and logs open a checkpoint and find its root", (test) => {
  const sources = goSources();
  if (sources === undefined) return test.skip('no Go with its sources is here');
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-go-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['note', 'tlog'])
    cpSync(join(sources, name), join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'go.mod'), `module judge\n\ngo ${goVersion()}\n`);
  const judge = new URL('../../../test/audit/judge.go.txt', import.meta.url);
  writeFileSync(join(folder, 'main.go'), readFileSync(judge));
  mkdirSync(join(folder, 'cache'));
  const env = { ...process.env, GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local' };
  execFileSync('go', ['build', '-o', 'judge', '.'], { cwd: folder, env });
  for (const size of [1, 2, 7, 64, 101]) {
    const lines = trailOfTests(ACCOUNT, size);
    const { note, verifying } = signed(lines);
    writeFileSync(join(folder, 'note.txt'), note);
    writeFileSync(join(folder, 'trail.jsonl'), lines.map((line) => `${line}\n`).join(''));
    const asked = [verifying, 'note.txt', 'trail.jsonl'];
    const told = execFileSync(join(folder, 'judge'), asked, { cwd: folder, encoding: 'utf8' });
    assert.equal(told, `keyturn/${ACCOUNT}/trail-1 ${size} ok\n`);
  }
});

/** Where Go keeps its copies of the two packages. */
function goSources(): string | undefined {
  try {
    const root = execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim();
    const path = join(root, 'src/cmd/vendor/golang.org/x/mod/sumdb');
    return existsSync(join(path, 'note')) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** As a module says which language it is written in. */
function goVersion(): string {
  const told = execFileSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  return /\d+\.\d+/.exec(told)?.[0] ?? '1.22';
}
