// What a failing disk can do to a save: every kind of fault at its first operation, its second, and
// so on. The file is always the old one or the new one, and the words that come with it are true.

import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { KeyturnError } from '../../src/base/errors.ts';
import type { FileSystem } from '../../src/base/files/file-system.ts';
import { nodeFileSystem } from '../../src/base/files/node-file-system.ts';
import { Secret } from '../../src/base/secret.ts';
import { backupPaths } from '../../src/credentials-file/backup.ts';
import { setKeyPair, setPrevious } from '../../src/credentials-file/edit.ts';
import { checkWritable } from '../../src/credentials-file/rehearse-write.ts';
import { type EditRequest, type Saved, saveEdit } from '../../src/credentials-file/save.ts';
import type { SaveOptions } from '../../src/credentials-file/saving.ts';
import { EVERY_FAULT, failingFileSystem } from '../state/failing-file-system.ts';
import { settableClock } from '../state/support.ts';
import { quickDirectory } from '../support/quick-directory.ts';

const OPERATIONS_MAX = 120;
const OLD = { id: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const NEW = { id: 'AKIAI44QH8DHBEXAMPLE', secret: 'je7MtGbClwBF/2Zp9Utk+h3yCo8nvbEXAMPLEKEY' };
const pairText = ({ id, secret }: typeof OLD) =>
  `aws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
const BEFORE = `# mine\n[production]\n${pairText(OLD)}`;
const AFTER = `# mine\n[production]\n${pairText(NEW)}\n[production-previous]\n${pairText(OLD)}`;
const EARLIER_BACKUP = 'an earlier backup of the same second';
const MODE = 0o640;

const ROTATION: EditRequest = {
  profiles: ['production', 'production-previous'],
  edit: (document) => {
    const pair = (text: typeof OLD) => ({ id: text.id, secret: new Secret(text.secret) });
    const kept = setPrevious(document, 'production', 'production-previous', pair(OLD));
    return setKeyPair(kept, 'production', pair(NEW));
  },
};

interface Place {
  /** As the person names it. */
  readonly path: string;
  /** Where the file itself is. */
  readonly target: string;
}

/** The file, or a link to it in another folder; and a backup of the second that will be. */
async function prepare(directory: string, isLink: boolean): Promise<Place> {
  await mkdir(join(directory, 'real'), { recursive: true });
  const target = join(directory, 'real', 'credentials');
  const path = isLink ? join(directory, 'credentials') : target;
  await writeFile(target, BEFORE);
  await chmod(target, MODE);
  if (isLink) await symlink(join('real', 'credentials'), path);
  const [taken = ''] = backupPaths(path, settableClock().now());
  await writeFile(taken, EARLIER_BACKUP);
  return { path, target };
}

function optionsFor(fs: FileSystem, path: string): SaveOptions {
  return { path, fs, clock: settableClock(), lock: (_, work) => work() };
}

async function settled<T>(work: () => Promise<T>): Promise<{ value?: T; error?: unknown }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

async function filesIn(place: Place): Promise<string[]> {
  const folders = [...new Set([dirname(place.path), dirname(place.target)])];
  const names = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((name) => join(folder, name))),
  );
  return names.flat();
}

async function assertOldOrNew(
  place: Place,
  { value, error }: { value?: Saved; error?: unknown },
  isDeath: boolean,
): Promise<void> {
  const content = await readFile(place.target, 'utf8');
  assert.ok([BEFORE, AFTER].includes(content), content);
  assert.equal((await stat(place.target)).mode & 0o777, MODE);
  if (error === undefined) assert.equal(content, AFTER);
  else assertHonest(error, content === AFTER);

  const files = await filesIn(place);
  for (const file of files.filter((name) => name.includes('.backup.'))) {
    const [taken] = backupPaths(place.path, settableClock().now());
    const expected = file === taken ? EARLIER_BACKUP : BEFORE;
    assert.equal(await readFile(file, 'utf8'), expected, basename(file));
    if (file !== taken) assert.equal((await stat(file)).mode & 0o777, 0o600);
  }
  if (value !== undefined) {
    assert.equal(await readFile(value.backupPath ?? '', 'utf8'), BEFORE);
  }
  if (isDeath) return;
  assert.deepEqual(
    files.filter((name) => /keyturn-tmp/.test(name)),
    [],
  );
}

function assertHonest(error: unknown, isNew: boolean): void {
  assert.ok(error instanceof KeyturnError, inspect(error));
  assert.equal(error.code, 'credentials-file');
  assert.equal(error.exitCode, 3);
  const everything = inspect(error, { depth: 9 });
  for (const { secret } of [OLD, NEW]) assert.ok(!everything.includes(secret.slice(0, 12)));
  const words = `${error.message}; ${error.hint}`;
  assert.match(words, /credentials/);
  if (isNew) {
    assert.match(words, /may have been written/);
    assert.doesNotMatch(words, /as it was|cannot be/);
  }
}

async function assertHeals(place: Place): Promise<void> {
  await saveEdit(ROTATION, optionsFor(nodeFileSystem, place.path));
  assert.equal(await readFile(place.target, 'utf8'), AFTER);
  const left = (await filesIn(place)).filter((name) => name.includes('keyturn-tmp'));
  assert.deepEqual(left, [], 'the next save sweeps what a dead one left');
}

async function underEveryFault(
  t: TestContext,
  isLink: boolean,
  act: (fs: FileSystem, place: Place, effect: string) => Promise<void>,
): Promise<void> {
  const root = await quickDirectory(t);
  let runs = 0;
  for (const fault of EVERY_FAULT) {
    for (let operation = 1; operation < OPERATIONS_MAX; operation += 1) {
      runs += 1;
      const place = await prepare(join(root, String(runs)), isLink);
      const fs = failingFileSystem({ ...fault, operation });
      await act(fs, place, fault.effect).catch((cause: unknown) => {
        const where = `${fault.errno} ${fault.effect} at operation ${operation}`;
        throw new assert.AssertionError({ message: `${where}: ${inspect(cause)}` });
      });
      if (!fs.failed()) break;
      assert.notEqual(operation, OPERATIONS_MAX - 1, 'it never ends');
    }
  }
  t.diagnostic(`${runs} runs`);
  assert.ok(runs > EVERY_FAULT.length * 5, 'the faults were reached');
}

describe('a disk fault while a credentials file is saved', () => {
  for (const isLink of [false, true]) {
    const what = isLink ? 'a linked file' : 'the file';
    it(`leaves ${what} old or new, backups whole, no secret astray, and true words`, async (t) => {
      await underEveryFault(t, isLink, async (fs, place, effect) => {
        const result = await settled(() => saveEdit(ROTATION, optionsFor(fs, place.path)));
        await assertOldOrNew(place, result, effect === 'death');
        await assertHeals(place);
      });
    });
  }

  it('on a disk without hard links, too', async (t) => {
    await underEveryFault(t, false, async (failing, place, effect) => {
      const link = async () => {
        throw Object.assign(new TypeError('no links here'), { code: 'EPERM' });
      };
      const result = await settled(() =>
        saveEdit(ROTATION, optionsFor({ ...failing, link }, place.path)),
      );
      const content = await readFile(place.target, 'utf8');
      assert.ok([BEFORE, AFTER].includes(content));
      if (result.error !== undefined) assertHonest(result.error, content === AFTER);
      // There a part of a backup can be left, which no result names.
      if (['death', 'after'].includes(effect)) return;
      await assertOldOrNew(place, result, false);
    });
  });

  it('leaves no trace of the test whether the folder takes a file', async (t) => {
    await underEveryFault(t, true, async (fs, place, effect) => {
      const { error } = await settled(() => checkWritable(optionsFor(fs, place.path)));
      if (error !== undefined) assertHonest(error, false);
      assert.equal(await readFile(place.target, 'utf8'), BEFORE);
      if (effect === 'death') return;
      assert.equal((await filesIn(place)).filter((name) => /keyturn-tmp/.test(name)).length, 0);
    });
  });
});

describe('a rename that is reported as failed', () => {
  const failure = Object.assign(new TypeError('EIO: injected'), { code: 'EIO' });

  it('and happened all the same is a save like any other', async (t) => {
    const place = await prepare(join(await quickDirectory(t), 'x'), false);
    const rename = async (from: string, to: string) => {
      await nodeFileSystem.rename(from, to);
      throw failure;
    };
    const saved = await saveEdit(ROTATION, optionsFor({ ...nodeFileSystem, rename }, place.path));
    assert.equal(await readFile(place.target, 'utf8'), AFTER);
    assert.equal(await readFile(saved.backupPath ?? '', 'utf8'), BEFORE);
  });

  it('and did not happen leaves the file as it was, says so, and leaves nothing beside it', async (t) => {
    const place = await prepare(join(await quickDirectory(t), 'x'), false);
    const beside = await filesIn(place);
    const rename = async () => {
      throw failure;
    };
    const { error } = await settled(() =>
      saveEdit(ROTATION, optionsFor({ ...nodeFileSystem, rename }, place.path)),
    );
    assertHonest(error, false);
    assert.match(inspect(error), /the file is as it was/);
    assert.equal(await readFile(place.target, 'utf8'), BEFORE);
    assert.deepEqual(await filesIn(place), beside);
  });
});

describe('beside a living keyctl', () => {
  it('a half-written file of another file in the folder is not swept', async (t) => {
    const place = await prepare(join(await quickDirectory(t), 'x'), false);
    const other = join(dirname(place.target), '.credentials-work.keyturn-tmp-0123456789abcdef');
    await writeFile(other, 'half');
    await saveEdit(ROTATION, optionsFor(nodeFileSystem, place.path));
    assert.equal(await readFile(other, 'utf8'), 'half');
  });

  it('more backups of one second than there are names are refused, and nothing is changed', async (t) => {
    const place = await prepare(join(await quickDirectory(t), 'x'), false);
    for (const path of backupPaths(place.path, settableClock().now())) await writeFile(path, 'x');
    const { error } = await settled(() =>
      saveEdit(ROTATION, optionsFor(nodeFileSystem, place.path)),
    );
    assertHonest(error, false);
    assert.match(inspect(error), /too many backups of this second/);
    assert.equal(await readFile(place.target, 'utf8'), BEFORE);
  });
});
