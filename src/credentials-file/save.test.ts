// What a save demands before anything depends on it: the right file, room, and the same owner.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { settableClock, temporaryDirectory } from '../../test/state/support.ts';
import type { FileSystem } from '../base/files/file-system.ts';
import { nodeFileSystem } from '../base/files/node-file-system.ts';
import { Secret } from '../base/secret.ts';
import { setKeyPair } from './edit.ts';
import { checkWritable } from './rehearse-write.ts';
import { saveEdit } from './save.ts';
import type { SaveOptions } from './saving.ts';

const FILE = '[p]\naws_access_key_id = AKIAOLD0000000000000\naws_secret_access_key = old/secret\n';
const PAIR = { id: 'AKIANEW0000000000000', secret: new Secret('new/secret') };

function optionsFor(path: string, fs: FileSystem = nodeFileSystem): SaveOptions {
  return { path, fs, clock: settableClock(), lock: (_, work) => work() };
}

const rotate = (options: SaveOptions) =>
  saveEdit({ profiles: ['p'], edit: (document) => setKeyPair(document, 'p', PAIR) }, options);

async function fileIn(t: TestContext): Promise<string> {
  const path = join(await temporaryDirectory(t), 'credentials');
  writeFileSync(path, FILE, { mode: 0o600 });
  return path;
}

it('a relative link counts from the real folder, also when the folder is a link itself', async (t) => {
  const folder = await temporaryDirectory(t);
  for (const name of ['home', 'home/keys', 'data', 'data/aws', 'data/keys']) {
    mkdirSync(join(folder, name));
  }
  symlinkSync('../data/aws', join(folder, 'home', '.aws'));
  symlinkSync('../keys/credentials', join(folder, 'data', 'aws', 'credentials'));
  writeFileSync(join(folder, 'data', 'keys', 'credentials'), FILE);
  // Where the link would lead from the name of the folder: somebody else's file.
  writeFileSync(join(folder, 'home', 'keys', 'credentials'), FILE);
  await rotate(optionsFor(join(folder, 'home', '.aws', 'credentials')));
  assert.match(readFileSync(join(folder, 'data', 'keys', 'credentials'), 'utf8'), /AKIANEW/);
  assert.equal(readFileSync(join(folder, 'home', 'keys', 'credentials'), 'utf8'), FILE);
});

describe('before a key is created', () => {
  it('a disk without room for file and backup is refused', async (t) => {
    const path = await fileIn(t);
    let room = 2 * FILE.length - 1;
    const fs: FileSystem = {
      ...nodeFileSystem,
      open: async (...given) => {
        const file = await nodeFileSystem.open(...given);
        return {
          ...file,
          write: async (bytes, position) => {
            room -= bytes.length;
            if (room >= 0) return await file.write(bytes, position);
            throw Object.assign(new TypeError('full'), { code: 'ENOSPC' });
          },
        };
      },
    };
    await assert.rejects(checkWritable(optionsFor(path, fs)), {
      code: 'credentials-file',
      message: /no space left/,
    });
    assert.deepEqual(readdirSync(join(path, '..')), ['credentials']);
  });

  it("somebody else's file is refused: a new one would be closed to its owner", async (t) => {
    if (process.getuid?.() !== 0) return t.skip('only root can be somebody else');
    const path = await fileIn(t);
    chmodSync(path, 0o644);
    chownSync(path, 12_345, 12_345);
    chmodSync(join(path, '..'), 0o777);
    for (const name of ['checkWritable', 'saveEdit']) {
      const script = `
        const { saveEdit } = await import(${JSON.stringify(new URL('./save.js', import.meta.url))});
        const { checkWritable } = await import(${JSON.stringify(new URL('./rehearse-write.js', import.meta.url))});
        const { nodeFileSystem: fs } = await import(${JSON.stringify(new URL('../base/files/node-file-system.js', import.meta.url))});
        const { withValue, documentOf, sectionOf, settingsOf } = await import(${JSON.stringify(new URL('./document.js', import.meta.url))});
        // Only now: the code itself may lie where nobody else can read it.
        process.setgid(23456); process.setuid(23456);
        const options = { path: ${JSON.stringify(path)}, fs, clock: { now: () => new Date() }, lock: (_, work) => work() };
        const edit = (document) => {
          const [id] = settingsOf(document, sectionOf(document, 'p'));
          return documentOf(document.lines.with(id.index, withValue(id.line, 'AKIANEW0000000000000')));
        };
        try {
          await (${name} === checkWritable ? checkWritable(options) : saveEdit({ profiles: ['p'], edit }, options));
        } catch (error) { process.stdout.write(error.code + ' ' + error.message); }`;
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ['--input-type=module', '-e', script],
        {
          encoding: 'utf8',
        },
      );
      assert.match(stdout, /^credentials-file .*not permitted \(EPERM\)/, stderr);
      assert.equal(readFileSync(path, 'utf8'), FILE);
      assert.equal(statSync(path).uid, 12_345);
      assert.deepEqual(readdirSync(join(path, '..')), ['credentials']);
    }
  });
});
