import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { issued } from '../../../test/state/subject.ts';
import { ACCOUNT, NEW_KEY, openState, temporaryDirectory } from '../../../test/state/support.ts';
import type { KeyturnError } from '../../base/errors.ts';
import type { FileSystem } from '../../base/files/file-system.ts';
import { nodeFileSystem } from '../../base/files/node-file-system.ts';
import type { Owners } from '../../base/files/owners.ts';
import type { OwnedDisk } from './trust.ts';

const open = openState;

/** Opens it as a dry run does. */
const look: typeof openState = (directory, more) => openState(directory, more, 'read');

/** I12: whoever only looks is told what a run is told. */
async function refused(
  stateDir: string,
  expected: { readonly code: string; readonly message?: RegExp; readonly hint?: string | RegExp },
  more?: Parameters<typeof openState>[1],
): Promise<void> {
  const before = await readdir(stateDir, { recursive: true }).catch(() => []);
  const told = [];
  for (const way of [look, open]) {
    const opened = way(stateDir, more);
    await assert.rejects(opened, expected);
    told.push(await opened.catch(({ message, hint }: KeyturnError) => ({ message, hint })));
    assert.deepEqual(await readdir(stateDir, { recursive: true }).catch(() => []), before);
  }
  assert.deepEqual(told[0], told[1]);
}

/** Somebody to whom the whole disk belongs. */
function ownersOf(ownId: number): Owners {
  return { ownerOfNew: async () => ownId, outsider: async () => undefined };
}

test('a directory that others can write is refused with the command that repairs it', async (t) => {
  for (const [folder, mode] of [
    ['', 0o770],
    ['', 0o702],
    [ACCOUNT, 0o720],
    [join(ACCOUNT, 'claims'), 0o777],
    [join(ACCOUNT, 'handoff'), 0o750],
    [join(ACCOUNT, 'handoff'), 0o701],
  ] as const) {
    const stateDir = await temporaryDirectory(t);
    await open(stateDir);
    const path = join(stateDir, folder);
    await chmod(path, mode);
    const message = new RegExp(`^state directory ${path} cannot be used: others can .*\\(mode 0`);
    await refused(stateDir, { code: 'state-dir', message, hint: `close it:\n  chmod 700 ${path}` });
  }
  // As a cluster does it for the fsGroup of a pod.
  const volume = await temporaryDirectory(t);
  await open(volume);
  await chmod(volume, 0o2770);
  await refused(volume, {
    code: 'state-dir',
    hint: new RegExp(`fsGroupChangePolicy: OnRootMismatch[^]*\\n  chmod 700 ${volume}$`),
  });
  const readable = await temporaryDirectory(t);
  await chmod(readable, 0o755);
  await look(readable);
  await open(readable);
});

test('a state directory that is a file, or lies below one, is refused', async (t) => {
  const file = join(await temporaryDirectory(t), 'file');
  await writeFile(file, '');
  await refused(file, { code: 'state-dir', message: /not a directory$/ });
  await refused(join(file, 'below'), { code: 'state-dir', message: /ENOTDIR/ });
  const folder = await temporaryDirectory(t);
  const dangling = join(folder, 'link');
  await symlink('/nowhere/at/all', dangling);
  const message = new RegExp(`${dangling} is a symbolic link that leads nowhere$`);
  for (const path of [dangling, join(dangling, 'below')]) {
    await refused(path, { code: 'state-dir', message });
  }
  await symlink('circle', join(folder, 'circle'));
  await refused(join(folder, 'circle'), { code: 'state-dir', message: /symbolic link/ });
});

test('another owner is refused, by root too', async (t) => {
  const stateDir = await temporaryDirectory(t);
  const owned = (ownId: number): FileSystem => ({
    ...nodeFileSystem,
    stat: async (path) => {
      const info = await nodeFileSystem.stat(path);
      return { ...info, ownerId: info.kind === 'directory' ? 4242 : ownId };
    },
  });
  const message = /belongs to another user \(uid 4242, not 1000\)/;
  const as = (ownId: number) => ({ fs: owned(ownId), owners: ownersOf(ownId) });
  await refused(stateDir, { code: 'state-dir', message }, as(1000));
  const hint = new RegExp(`^ {2}chown -R 0 ${stateDir}$`, 'm');
  const ofRoot = /belongs to another user \(uid 4242, not 0\)/;
  await refused(stateDir, { code: 'state-dir', message: ofRoot, hint }, as(0));
});

test('the file that is written tells who we are, whatever was to be expected', async (t) => {
  const stateDir = await temporaryDirectory(t);
  const fs: FileSystem = {
    ...nodeFileSystem,
    stat: async (path) => {
      const info = await nodeFileSystem.stat(path);
      return { ...info, ownerId: info.kind === 'directory' ? 4242 : 1000 };
    },
  };
  const options = { fs, owners: ownersOf(4242) };
  await look(stateDir, options);
  await assert.rejects(open(stateDir, options), {
    code: 'state-dir',
    message: /belongs to another user \(uid 4242, not 1000\)/,
  });
});

test('a folder above that others can write is refused, unless nobody renames in it', async (t) => {
  for (const [mode, isAccepted] of [
    [0o777, false],
    [0o757, false],
    [0o1777, true],
    [0o755, true],
  ] as const) {
    const parent = join(await temporaryDirectory(t), 'above');
    await mkdir(parent);
    await chmod(parent, mode);
    for (const stateDir of [join(parent, 'state'), join(parent, 'deep', 'er')]) {
      if (isAccepted) {
        await look(stateDir);
        await open(stateDir);
      } else {
        // Also where nothing is yet: it would be made there, and be theirs to take away.
        await refused(stateDir, {
          code: 'state-dir',
          message: new RegExp(`others can write the folder above it, ${parent} \\(mode 0`),
          hint: `close it:\n  chmod go-w ${parent}\nor choose another with --state`,
        });
      }
    }
  }
});

test('a folder above that belongs to another user is refused, whatever its mode', async (t) => {
  const above = join(await temporaryDirectory(t), 'above');
  await mkdir(above);
  const [THEIRS, OUTSIDER, OURS] = [4242, 65_534, 1000];
  const as = (ownerId: number, isSticky = false): OwnedDisk => ({
    owners: { ownerOfNew: async () => OURS, outsider: async () => OUTSIDER },
    fs: {
      ...nodeFileSystem,
      stat: async (path) => {
        const info = await nodeFileSystem.stat(path);
        const ours = { ...info, ownerId: path.startsWith(`${above}/`) ? OURS : 0 };
        return path === above ? { ...info, ownerId, isSticky } : ours;
      },
    },
  });
  for (const [index, owner] of [0, OURS, OUTSIDER].entries()) {
    await look(join(above, `good-${index}`), as(owner));
    await open(join(above, `good-${index}`), as(owner));
  }
  // Whoever owns a folder with the sticky bit renames in it what they like.
  for (const isSticky of [false, true]) {
    for (const stateDir of [join(above, 'good-0'), join(above, 'not-yet', 'made')]) {
      await refused(
        stateDir,
        {
          code: 'state-dir',
          message: new RegExp(
            `the folder above it, ${above}, belongs to another user \\(uid 4242, not 1000\\)`,
          ),
          hint: /^choose another with --state/,
        },
        as(THEIRS, isSticky),
      );
    }
  }
});

test('a journal that somebody else could have written is refused', async (t) => {
  for (const name of ['journal.jsonl', 'sightings.json']) {
    const stateDir = await temporaryDirectory(t);
    await open(stateDir);
    const path = join(stateDir, ACCOUNT, name);
    const empty = { format_version: 1, last_seen_active: {} };
    await writeFile(path, name === 'sightings.json' ? JSON.stringify(empty) : '');
    await chmod(path, 0o666);
    // Nobody else comes as far as to the file.
    await look(stateDir);
    await open(stateDir);
    await chmod(join(stateDir, ACCOUNT), 0o755);
    const message = new RegExp(`${path} cannot be used: others can write it \\(mode 0666\\)$`);
    await refused(stateDir, { code: 'state-dir', message, hint: `close it:\n  chmod 600 ${path}` });
    await chmod(path, 0o644);
    await open(stateDir);
    const as = (ownerId: number): OwnedDisk => ({
      owners: ownersOf(1000),
      fs: {
        ...nodeFileSystem,
        stat: async (each) => {
          const info = await nodeFileSystem.stat(each);
          return { ...info, ownerId: each === path ? ownerId : 1000 };
        },
      },
    });
    for (const trusted of [0, 1000]) await open(stateDir, as(trusted));
    const foreign = new RegExp(`${path} cannot be used: it belongs to another user \\(uid 4242`);
    await refused(stateDir, { code: 'state-dir', message: foreign }, as(4242));
  }
});

test('a group of its own may write above the directory, another one may not', async (t) => {
  const parent = join(await temporaryDirectory(t), 'above');
  await mkdir(parent);
  const as = (ownerId: number, groupId: number): OwnedDisk => ({
    owners: ownersOf(ownerId),
    fs: {
      ...nodeFileSystem,
      stat: async (path) => {
        const info = await nodeFileSystem.stat(path);
        return { ...info, ownerId, groupId, ...(path === parent && { mode: 0o775 }) };
      },
    },
  });
  await open(join(parent, 'one'), as(65_532, 65_532));
  const expected = { code: 'state-dir', message: /others can write the folder above it/ };
  await refused(join(parent, 'two'), expected, as(1000, 50));
  await refused(join(parent, 'three'), expected, as(0, 0));
});

test('a volume that a cluster gave to another group is not to be closed by hand', async (t) => {
  const parent = join(await temporaryDirectory(t), 'volume');
  await mkdir(parent);
  await chmod(parent, 0o2775);
  const disk: OwnedDisk = {
    owners: ownersOf(1000),
    fs: {
      ...nodeFileSystem,
      stat: async (path) => ({
        ...(await nodeFileSystem.stat(path)),
        ...(path === parent && { ownerId: 0, groupId: 2000 }),
      }),
    },
  };
  const hint = /^its set-group-ID bit .* give fsGroup the number of runAsUser \(1000\)/;
  await refused(join(parent, 'state'), { code: 'state-dir', hint }, disk);
});

test('the directory may be a symbolic link to one that is as it should be', async (t) => {
  const [real, other] = [await temporaryDirectory(t), await temporaryDirectory(t)];
  const link = join(other, 'link');
  await symlink(real, link);
  const { custody } = await open(link);
  await custody.put(issued());
  assert.ok((await open(real)).custody.get(NEW_KEY));
  await look(link);
  await chmod(real, 0o770);
  await refused(link, { code: 'state-dir', message: /others can write it/ });
  await chmod(real, 0o700);
  // Whoever writes the folder of the link decides where it leads.
  await chmod(other, 0o777);
  await refused(link, { code: 'state-dir', message: /the folder above it/ });
  // Of a link that leads to a link too.
  const first = join(await temporaryDirectory(t), 'first');
  await symlink(relative(dirname(first), link), first);
  const message = new RegExp(`others can write the folder above it, ${other} `);
  await refused(first, { code: 'state-dir', message });
});

test('a link in the place of what we make is refused, and nothing goes where it leads', async (t) => {
  for (const name of ['', 'claims', 'handoff', 'journal.jsonl', 'sightings.json']) {
    const stateDir = await temporaryDirectory(t);
    const elsewhere = await temporaryDirectory(t);
    await open(stateDir);
    const path = join(stateDir, ACCOUNT, name);
    await rm(path, { recursive: true, force: true });
    const target = name.includes('.') ? join(elsewhere, 'file') : elsewhere;
    if (name.includes('.')) await writeFile(target, '');
    await symlink(target, path);
    await refused(stateDir, {
      code: 'state-dir',
      message: new RegExp(
        `${path.replace(/\/$/, '')} cannot be used: it is a symbolic link, to ${target}`,
      ),
    });
    await rm(path);
    await symlink('/nowhere', path);
    await refused(stateDir, { code: 'state-dir', message: /it is a symbolic link, to \/nowhere$/ });
    assert.deepEqual(await readdir(elsewhere), name.includes('.') ? ['file'] : []);
  }
});
