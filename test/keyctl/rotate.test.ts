import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openProfileSession } from '../../src/app/keyctl/open-profile.ts';
import type { AccessKeyId } from '../../src/base/access-key-id.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { hintText } from '../../src/base/hint.ts';
import { ACCOUNT, appendProfile, openLaptop } from './laptop.ts';

describe('keyctl rotates the key behind a profile', () => {
  it('with the profile itself: new pair in the profile, old one Active in P-previous', async (t) => {
    const laptop = await openLaptop(t, { keyLagSeconds: 0 });
    const old = await laptop.addProfile('production', 'ada', '# keep me\nregion = eu-west-1\n');
    const before = await laptop.read();
    const session = await openProfileSession(laptop.target('production'), laptop.context);
    assert.equal(session.exam.user, 'ada');
    assert.equal(session.exam.slot.kind, 'free');
    const result = await session.rotate({ mayRemove: undefined, allProfiles: false });
    session.close();

    const keys = laptop.sandbox.world.user(ACCOUNT, 'ada').keys;
    const fresh = keys.find(({ id }) => id === result.newKeyId);
    assert(fresh);
    assert.equal(keys.length, 2);
    assert.deepEqual(
      keys.map(({ status }) => status),
      ['Active', 'Active'],
    );
    assert.equal(
      await laptop.read(),
      before
        .replace(old.id, fresh.id)
        .replace(old.secret, fresh.secret)
        .replace(
          'region = eu-west-1\n',
          `region = eu-west-1\n\n[production-previous]\naws_access_key_id = ${old.id}\n` +
            `aws_secret_access_key = ${old.secret}\nregion = eu-west-1\n`,
        ),
    );
    assert(result.backupPath);
    assert.match(result.backupPath, /credentials\.backup\.\d{8}_\d{6}$/);
    assert.equal(await readFile(result.backupPath, 'utf8'), before);
    assert.equal((await stat(result.backupPath)).mode & 0o777, 0o600);
    // Nothing is left behind: no hand-off, no lock, no half-written file.
    assert.deepEqual(await laptop.beside(), [result.backupPath.slice(laptop.folder.length + 1)]);
    await assert.rejects(
      readFile(join(laptop.stateDir, ACCOUNT, 'handoff', `${fresh.id}.json`)),
      /ENOENT/,
    );
  });

  it('never again: a profile named like a stranger does not touch the stranger', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    laptop.sandbox.world.addUser(ACCOUNT, { name: 'production' });
    const stranger = laptop.sandbox.world.addKey(ACCOUNT, 'production', { ageDays: 900 });
    await appendProfile(laptop.credentials, 'admin', laptop.sandbox.world.administratorKey());
    const options = laptop.target('production', { authProfile: 'admin' });
    const session = await openProfileSession(options, laptop.context);
    assert.equal(session.exam.user, 'ada');
    await session.rotate({ mayRemove: undefined, allProfiles: false });
    session.close();
    const keys = laptop.sandbox.world.user(ACCOUNT, 'production').keys;
    assert.deepEqual(
      keys.map(({ id, status }) => [id, status]),
      [[stranger.id, 'Active']],
    );
  });

  it('never again: with two keys, never the one that the profile holds or that signs', async (t) => {
    const laptop = await openLaptop(t);
    const current = await laptop.addProfile('production', 'ada');
    const other = laptop.sandbox.world.addKey(ACCOUNT, 'ada', { ageDays: 10, status: 'Inactive' });
    const session = await openProfileSession(laptop.target('production'), laptop.context);
    const { slot } = session.exam;
    assert(slot.kind === 'removable');
    // The older key is the profile's own: the younger one is what could make room.
    assert.equal(slot.key.id, other.id);
    assert.equal(slot.isIdle, false);
    await assert.rejects(
      session.rotate({ mayRemove: undefined, allProfiles: false }),
      (error) => error instanceof KeyturnError && error.code === 'no-free-slot',
    );
    await assert.rejects(
      session.rotate({ mayRemove: session.exam.currentKeyId, allProfiles: false }),
      (error) => error instanceof KeyturnError && error.code === 'no-free-slot',
    );
    assert.equal(laptop.sandbox.requests.writes().length, 0);
    const result = await session.rotate({ mayRemove: slot.key.id, allProfiles: false });
    session.close();
    assert.equal(result.deletedKeyId, other.id);
    const ids = laptop.sandbox.world.user(ACCOUNT, 'ada').keys.map(({ id }) => id);
    assert.deepEqual(new Set(ids), new Set([current.id, result.newKeyId]));
  });

  it('I5, I15: no Active key is deleted to make room, however long unused, and whoever agrees', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    const at = new Date(Date.now() - 300 * 86_400_000);
    const other = laptop.sandbox.world.addKey(ACCOUNT, 'ada', { ageDays: 900, lastUsed: { at } });
    const session = await openProfileSession(laptop.target('production'), laptop.context);
    const { slot } = session.exam;
    assert(slot.kind === 'full');
    // In the order in which it is done: nobody is told to run again while the key is Active.
    assert.match(
      hintText(slot.hint),
      new RegExp(`make it Inactive[^]*keyturn keys deactivate ${other.id}[^]*run this again`),
    );
    await assert.rejects(
      session.rotate({ mayRemove: other.id as AccessKeyId, allProfiles: false }),
      (error) => error instanceof KeyturnError && error.code === 'two-active-keys',
    );
    session.close();
    assert.equal(laptop.sandbox.requests.writes().length, 0);
  });
});
