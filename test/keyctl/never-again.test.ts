// The nine faults of the script that keyctl replaces: each is a test, and none comes back. The first
// two are in rotate.test.ts too, with more of their circumstances.

import assert from 'node:assert/strict';
import { chmod, copyFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openProfileSession } from '../../src/app/keyctl/open-profile.ts';
import type { KeyctlContext, TargetOptions } from '../../src/app/keyctl/types.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { run } from '../cli/process.ts';
import { ACCOUNT, appendProfile, type Laptop, openLaptop } from './laptop.ts';

async function rotate(
  laptop: Laptop,
  options: TargetOptions = laptop.target('production'),
  context: KeyctlContext = laptop.context,
) {
  const session = await openProfileSession(options, context);
  try {
    return await session.rotate({ mayRemove: undefined, allProfiles: false });
  } finally {
    session.close();
  }
}

const keysOf = (laptop: Laptop, user = 'ada') => laptop.sandbox.world.user(ACCOUNT, user).keys;
const operations = (laptop: Laptop) =>
  laptop.sandbox.requests.list().map(({ operation }) => operation);

describe('never again', () => {
  it('1: deletes the oldest of two keys although the profile holds it or it signs', async (t) => {
    const laptop = await openLaptop(t);
    const oldest = await laptop.addProfile('production', 'ada');
    laptop.sandbox.world.addKey(ACCOUNT, 'ada', { ageDays: 1, status: 'Inactive' });
    await assert.rejects(rotate(laptop), { code: 'no-free-slot' });
    assert(keysOf(laptop).some(({ id, status }) => id === oldest.id && status === 'Active'));
  });

  it('2: takes the profile’s name for the user’s and writes a stranger’s key', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    laptop.sandbox.world.addUser(ACCOUNT, { name: 'production' });
    await rotate(laptop);
    assert.equal(keysOf(laptop, 'production').length, 0);
    assert.equal(keysOf(laptop).length, 2);
  });

  it('3: searches every user of the account for the owner', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    for (let user = 0; user < 50; user += 1) {
      laptop.sandbox.world.addUser(ACCOUNT, { name: `user-${user}` });
    }
    await appendProfile(laptop.credentials, 'admin', laptop.sandbox.world.administratorKey());
    await rotate(laptop, laptop.target('production', { authProfile: 'admin' }));
    assert(!operations(laptop).includes('ListUsers'));
    assert.equal(operations(laptop)[1], 'GetAccessKeyLastUsed');
  });

  it('4: loses comments and order, and lower-cases names', async (t) => {
    const laptop = await openLaptop(t);
    await writeFile(
      laptop.credentials,
      '# Ada’s keys; the order matters to her\n[Zulu]\nRegion=x\n',
    );
    const old = await laptop.addProfile('Production', 'ada', '; note to self\nCLI_Pager =\n');
    const before = await laptop.read();
    const { newKeyId } = await rotate(laptop, laptop.target('Production'));
    const after = await laptop.read();
    const secret = keysOf(laptop).find(({ id }) => id === newKeyId)?.secret ?? '';
    const edited = before.replace(old.id, newKeyId).replace(old.secret, secret);
    assert(after.startsWith(edited.trimEnd()), after);
  });

  it('5: writes in place, with backups for everybody to read', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    await chmod(laptop.credentials, 0o640);
    const before = await stat(laptop.credentials);
    const { backupPath = '' } = await rotate(laptop);
    const after = await stat(laptop.credentials);
    assert.notEqual(after.ino, before.ino, 'another file took the name');
    assert.equal(after.mode & 0o777, 0o640);
    assert.equal((await stat(backupPath)).mode & 0o777, 0o600);
  });

  it('6: loses the secret when it dies between creating and writing', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    const stop = new AbortController();
    const dying = rotate(laptop, undefined, {
      ...laptop.context,
      signal: stop.signal,
      emit: ({ code }) => {
        if (code === 'secret-stored') stop.abort(new KeyturnError('interrupted', 'died here'));
      },
    });
    await assert.rejects(dying, { code: 'interrupted' });
    const result = await rotate(laptop);
    assert.equal(result.resumed, true);
    assert.equal(operations(laptop).filter((name) => name === 'CreateAccessKey').length, 1);
    assert.match(await laptop.read(), new RegExp(`\\[production\\]\n.*${result.newKeyId}`));
  });

  it('7: --credentials PATH crashes, and the calls read the default file', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    const elsewhere = join(laptop.folder, 'elsewhere');
    await copyFile(laptop.credentials, elsewhere);
    await writeFile(laptop.credentials, '[production]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n');
    const options = laptop.target('production', { credentialsFile: elsewhere });
    const { path } = await rotate(laptop, options);
    assert.equal(path, elsewhere);
    assert.equal(keysOf(laptop).length, 2);
  });

  it('8: never checks that the new key works', async (t) => {
    const laptop = await openLaptop(t, { keyLagSeconds: 100_000 });
    const old = await laptop.addProfile('production', 'ada');
    let passedMs = 0;
    const clock = {
      now: () => new Date(Date.now() + passedMs),
      sleep: async (durationMs: number) => {
        passedMs += durationMs;
      },
    };
    const before = await laptop.read();
    const refused = rotate(laptop, undefined, { ...laptop.context, clock });
    await assert.rejects(refused, {
      code: 'not-accepted-yet',
      hint: /^run again: .*; the old key still works$/,
    });
    // There is no way back to go: the old key is Active, and the profile holds its pair all along (I4).
    assert(keysOf(laptop).some(({ id, status }) => id === old.id && status === 'Active'));
    assert.equal(await laptop.read(), before);
    assert.deepEqual(await laptop.beside(), []);
  });

  it('9: its help and its document differ about -k and --list', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    const env = { ...laptop.context.env, HOME: laptop.folder } as Record<string, string>;
    const { stdout: help } = await run('keyctl', ['--help'], env);
    assert.match(help, /-l, --list\n/);
    assert.match(help, /-k, --list-keys\n/);
    for (const flag of ['-l', '--list', '-k', '--list-keys']) {
      const { code, stdout } = await run('keyctl', [flag], env);
      assert.equal(code, 0);
      assert.match(stdout, /production/);
    }
  });
});
