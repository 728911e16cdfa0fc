// The credentials file among real processes: some die, some write at the same time, some are no
// keyctl at all.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod, chown, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openProfileFile } from '../../src/app/keyctl/profile-file.ts';
import { systemClock } from '../../src/base/clock.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { FileSystem } from '../../src/base/files/file-system.ts';
import { nodeFileSystem } from '../../src/base/files/node-file-system.ts';
import { setKeyPair } from '../../src/credentials-file/edit.ts';
import { saveEdit } from '../../src/credentials-file/save.ts';
import { newOwner } from '../../src/state/files/claim-owner.ts';
import { systemProcesses } from '../../src/state/files/process-table.ts';
import { quickDirectory } from '../support/quick-directory.ts';
import { Dice } from './generator.ts';
import { numberedPair, numberOf } from './numbered-pair.ts';
import { readByBotocore, readFileBySdk, skipWithoutBotocore } from './real-parsers.ts';

const KILLS = 48;
/** Files that are saved and killed side by side. */
const LANES = 3;
const ROUNDS = 30;
const BOB = '\n[bob]\n# do not touch\naws_access_key_id = B\naws_secret_access_key = b\n';
const pairText = (number: number) => {
  const { id, secret } = numberedPair(number);
  return `aws_access_key_id = ${id}\naws_secret_access_key = ${secret.reveal()}\n`;
};
const FILE = `# ada\n[production]\n${pairText(0)}${BOB}`;

async function newFile(t: TestContext, text = FILE): Promise<string> {
  const path = join(await quickDirectory(t), 'credentials');
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

const scriptOf = (name: string) => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

function startSaving(t: TestContext, path: string, profile: string, count: number): ChildProcess {
  const args = [scriptOf('save-often'), path, profile, String(count)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

/** Under keyctl's own lock. */
async function save(path: string, profile: string, number: number, fs = nodeFileSystem) {
  const context = { env: {}, home: '/nonexistent', clock: systemClock };
  const opened = await openProfileFile({ credentialsFile: path }, context);
  const edit = (document: Parameters<typeof setKeyPair>[0]) =>
    setKeyPair(document, profile, numberedPair(number));
  return await saveEdit({ profiles: [profile], edit }, { ...opened.save, fs });
}

const beside = (path: string) =>
  readdirSync(join(path, '..')).filter((name) => name !== 'credentials');

/** Kills one process after another while they save. Returns what the file held each time. */
async function killOften(t: TestContext, path: string, seed: number): Promise<Buffer[]> {
  const dice = new Dice(seed);
  const contents: Buffer[] = [];
  for (let kill = 0; kill < KILLS / LANES; kill += 1) {
    const child = startSaving(t, path, 'production', 1_000_000);
    const ended = once(child, 'close');
    // It has the lock of the one that was killed before it.
    const [text] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    assert.match(text.toString(), /^saved 1\n/);
    await systemClock.sleep(dice.below(12));
    child.kill('SIGKILL');
    await ended;
    const content = readFileSync(path);
    contents.push(content);
    const number = numberOf((await readFileBySdk(path))?.production);
    assert.equal(content.toString(), FILE.replace(pairText(0), pairText(number)));
    // A backup that was left is a whole one.
    for (const name of beside(path).filter((each) => each.includes('.backup.'))) {
      const backup = readFileSync(join(path, '..', name), 'utf8');
      assert.ok(backup.startsWith('# ada\n[production]\n') && backup.endsWith(BOB), name);
    }
  }
  return contents;
}

describe('kill -9 while the file is saved', () => {
  it(`${KILLS} times at any moment: a whole file, and the next one is not blocked`, async (t) => {
    const lanes = Array.from({ length: LANES }, async (_, lane) => {
      const path = await newFile(t);
      const contents = await killOften(t, path, lane);
      t.diagnostic(`left behind: ${beside(path).join(' ')}`);
      const saved = await save(path, 'production', 7_777_777);
      assert.ok(saved.backupPath);
      assert.equal(numberOf((await readFileBySdk(path))?.production), 7_777_777);
      const secrets = beside(path).filter((name) => name.includes('keyturn-tmp'));
      assert.deepEqual(secrets, [], 'what held secrets was swept');
      return contents;
    });
    const contents = (await Promise.all(lanes)).flat();
    assert.equal(contents.length, KILLS);
    if (skipWithoutBotocore() !== false) return;
    for (const reading of readByBotocore(contents)) numberOf(reading.sections?.production);
  });
});

const nonce = (index: number): string => String(index).repeat(32);

it('what died while it broke a lock is swept, and nothing of anybody else', async (t) => {
  const path = await newFile(t);
  const self = await systemProcesses.self();
  const leftovers = [
    '.credentials.keyturn-lock',
    `.credentials.keyturn-lock-break-${nonce(0)}`,
    `.credentials.keyturn-lock-break-${'b'.repeat(32)}`,
    `break-${'c'.repeat(32)}`,
  ];
  for (const [index, name] of leftovers.entries()) {
    const dead = { nonce: nonce(index), run: 'run-0', now: systemClock.now() };
    const owner = newOwner({ ...self, processStart: 'long ago' }, dead);
    writeFileSync(join(path, '..', name), `${JSON.stringify(owner)}\n`);
  }
  await save(path, 'production', 1);
  const left = beside(path).filter((name) => !name.includes('.backup.'));
  assert.deepEqual(left, leftovers.slice(-1));
});

describe('at the same time', () => {
  it(`I9: two processes that save ${ROUNDS} times lose nothing of each other`, async (t) => {
    const path = await newFile(t, `[a]\n${pairText(0)}${BOB}[z]\n${pairText(0)}`);
    const children = ['a', 'z'].map((profile) => startSaving(t, path, profile, ROUNDS));
    const outputs = await Promise.all(
      children.map(async (child) => {
        const chunks: Buffer[] = [];
        child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
        await once(child, 'close');
        return Buffer.concat(chunks).toString().trim().split('\n');
      }),
    );
    for (const lines of outputs) assert.equal(lines.length, ROUNDS, lines.at(-1));
    const last = pairText(ROUNDS);
    assert.equal(readFileSync(path, 'utf8'), `[a]\n${last}${BOB}[z]\n${last}`);
    assert.deepEqual(beside(path), []);
  });

  /** Writes, as an editor of another process would, before our last look at the file. */
  function withEditor(write: () => string, times: number): FileSystem {
    let left = times;
    return {
      ...nodeFileSystem,
      link: async (existing, added) => {
        await nodeFileSystem.link(existing, added);
        if (left === 0 || !added.includes('.backup.')) return;
        left -= 1;
        const { status } = spawnSync('/bin/sh', ['-c', write()]);
        assert.equal(status, 0);
      },
    };
  }

  it('what another program wrote in between stays, and ours is applied to it', async (t) => {
    const path = await newFile(t);
    const fs = withEditor(() => `printf '[new]\\nregion = x\\n' >> ${path}`, 1);
    const saved = await save(path, 'production', 5, fs);
    const text = FILE.replace(pairText(0), pairText(5));
    assert.equal(readFileSync(path, 'utf8'), `${text}[new]\nregion = x\n`);
    // The backup is of what was there last, and there is only one.
    assert.deepEqual(
      beside(path).map((name) => join(path, '..', name)),
      [saved.backupPath],
    );
    assert.equal(readFileSync(saved.backupPath ?? '', 'utf8'), `${FILE}[new]\nregion = x\n`);
  });

  it('a program that never stops writing is not overwritten', async (t) => {
    const path = await newFile(t);
    const fs = withEditor(() => `echo '# again' >> ${path}`, -1);
    await assert.rejects(save(path, 'production', 5, fs), {
      code: 'credentials-file',
      message: /another program keeps writing it/,
    });
    assert.equal(readFileSync(path, 'utf8'), `${FILE}${'# again\n'.repeat(5)}`);
    assert.deepEqual(beside(path), []);
  });

  it('a program that makes the file odd in between is not overwritten', async (t) => {
    const path = await newFile(t);
    const fs = withEditor(() => `printf '[bob]\\n' >> ${path}`, 1);
    await assert.rejects(save(path, 'production', 5, fs), {
      code: 'file-not-understood',
      message: /line 10: .*\[bob\] a second time/,
    });
    assert.equal(readFileSync(path, 'utf8'), `${FILE}[bob]\n`);
    assert.deepEqual(beside(path), []);
  });

  it('a file that another program takes away is not made again', async (t) => {
    const path = await newFile(t);
    const fs = withEditor(() => `rm ${path}`, 1);
    await assert.rejects(save(path, 'production', 5, fs), { code: 'credentials-file' });
    assert.deepEqual(readdirSync(join(path, '..')), []);
  });
});

describe('links, modes and owners', () => {
  for (const [name, links] of [
    ['a relative link', { credentials: 'real/keys' }],
    ['an absolute link', { credentials: '$/real/keys' }],
    ['a chain of links through folders', { credentials: 'there/keys', there: '$/real' }],
    ['a link to a link', { credentials: 'next', next: './real/../real/keys' }],
  ] as const) {
    it(`${name} stays a link, and the file behind it is saved`, async (t) => {
      const folder = await quickDirectory(t);
      await nodeFileSystem.makeDirectory(join(folder, 'real'));
      writeFileSync(join(folder, 'real', 'keys'), FILE);
      for (const [from, to] of Object.entries(links)) {
        await symlink(to.replace('$', folder), join(folder, from));
      }
      const path = join(folder, 'credentials');
      const saved = await save(path, 'production', 3);
      assert.ok(lstatSync(path).isSymbolicLink());
      const text = FILE.replace(pairText(0), pairText(3));
      assert.equal(readFileSync(join(folder, 'real', 'keys'), 'utf8'), text);
      // As documented, the backup lies beside the name that the person uses.
      assert.equal(join(saved.backupPath ?? '', '..'), folder);
      assert.deepEqual(readdirSync(join(folder, 'real')), ['keys']);
    });
  }

  for (const [name, to, words] of [
    ['a link to nothing', 'nowhere', /does not exist/],
    ['a link to itself', 'credentials', /circle|symbolic link|ELOOP/],
  ] as const) {
    it(`${name} is refused, and nothing is made`, async (t) => {
      const path = join(await quickDirectory(t), 'credentials');
      await symlink(to, path);
      await assert.rejects(save(path, 'production', 3), {
        code: 'credentials-file',
        message: words,
      });
      assert.deepEqual(beside(path), []);
    });
  }

  for (const mask of [0o000, 0o077]) {
    it(`umask ${mask.toString(8)}: mode and owner stay, backups are 0600`, async (t) => {
      const before = process.umask(mask);
      t.after(() => process.umask(before));
      for (const mode of [0o600, 0o640, 0o644, 0o400]) {
        const path = await newFile(t);
        if (process.getuid?.() === 0) await chown(path, 12_345, 23_456);
        await chmod(path, mode);
        const was = await stat(path);
        const saved = await save(path, 'production', 2);
        const is = await stat(path);
        assert.notEqual(is.ino, was.ino);
        assert.deepEqual([is.mode, is.uid, is.gid], [was.mode, was.uid, was.gid]);
        assert.equal((await stat(saved.backupPath ?? '')).mode & 0o777, 0o600);
      }
    });
  }

  it('a file with a second name is refused, because the two would part', async (t) => {
    const path = await newFile(t);
    await nodeFileSystem.link(path, `${path}-too`);
    await assert.rejects(save(path, 'production', 2), (error) => {
      assert.ok(error instanceof KeyturnError);
      assert.match(error.message, /it has 2 names \(hard links\)/);
      return error.exitCode === 3;
    });
    assert.equal(readFileSync(path, 'utf8'), FILE);
    assert.deepEqual(beside(path), ['credentials-too']);
  });
});

/** In a mount namespace of its own; undefined where this system does not let a test have one. */
function inNamespace(script: string, args: readonly string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--user', '--map-root-user', '--mount', 'sh', '-c', script, process.execPath, ...args],
    { encoding: 'utf8' },
  );
  if (status !== 0 && !/node:|Error/.test(stderr ?? '')) return undefined;
  assert.equal(status, 0, stderr);
  return stdout;
}

describe('on real disks', () => {
  it('a read-only folder is refused in words, and the file is as it was', async (t) => {
    const path = await newFile(t);
    const folder = join(path, '..');
    const output = inNamespace(
      `mount --bind ${folder} ${folder} && mount -o remount,ro,bind ${folder} && exec "$0" "$@"`,
      [scriptOf('save-often'), path, 'production', '1'],
    );
    if (output === undefined) return t.skip('this system does not let a test mount a disk');
    const { code, message, hint } = JSON.parse(output);
    assert.equal(code, 'credentials-file');
    assert.match(message, /credentials cannot be .*read-only \(EROFS\)/);
    assert.match(hint, /the file is as it was/);
    assert.equal(readFileSync(path, 'utf8'), FILE);
    assert.deepEqual(beside(path), []);
  });

  it('a full disk, at every amount of room: the file is whole, and space heals', (t) => {
    const output = inNamespace('mount -t tmpfs -o size=256k none /mnt && exec "$0" "$1" /mnt', [
      scriptOf('fill-disk'),
    ]);
    if (output === undefined) return t.skip('this system does not let a test mount a disk');
    assert.deepEqual(JSON.parse(output), {
      codes: ['credentials-file', 'ok'],
      torn: 0,
      afterwards: 'ok',
      left: ['credentials'],
    });
  });
});
