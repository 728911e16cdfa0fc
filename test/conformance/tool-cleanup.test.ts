import assert from 'node:assert/strict';
import { behaviours } from './behaviours.ts';
import type { KeySeed } from './target.ts';
import { daysAgo } from './times.ts';
import { keysByUser, rotationOf, statusOf, withTool } from './tool.ts';

const LONG_INACTIVE: KeySeed = { createDate: daysAgo(200), status: 'Inactive' };
/** Without memory a key goes only when its user has worked with another one since (I5). */
const IN_USE: KeySeed = { createDate: daysAgo(60), lastUsed: daysAgo(2) };

behaviours('rotate-iam-keys --cleanup-inactive', (behave) => {
  behave('deletes keys that were long idle, and no other', async (account) => {
    const seed = async (name: string, key: KeySeed) =>
      (await account.seedUser({ name, keys: [key, IN_USE] }))[0];
    const never = await seed('svc-never', LONG_INACTIVE);
    const idle = await seed('svc-idle', { ...LONG_INACTIVE, lastUsed: daysAgo(95) });
    const used = await seed('svc-used', { ...LONG_INACTIVE, lastUsed: daysAgo(5) });
    const young = await seed('svc-young', { ...LONG_INACTIVE, createDate: daysAgo(10) });
    const active = await seed('svc-active', { createDate: daysAgo(60) });
    await withTool(account, async (tool) => {
      const before = await keysByUser(account);
      const dry = await tool(['--cleanup-inactive', '--dry-run']);
      assert.deepEqual(await keysByUser(account), before);

      const done = await tool(['--cleanup-inactive']);
      assert.equal(done.code, 0, done.stderr);
      for (const { report } of [dry, done]) {
        assert.deepEqual(
          report.cleanup_results.flatMap((result) => result.deleted_keys).sort(),
          [never?.accessKeyId, idle?.accessKeyId].sort(),
        );
      }
    });
    const after = await keysByUser(account);
    assert.equal(statusOf(after['svc-never'], never), 'gone');
    assert.equal(statusOf(after['svc-idle'], idle), 'gone');
    assert.equal(statusOf(after['svc-used'], used), 'Inactive');
    assert.equal(statusOf(after['svc-young'], young), 'Inactive');
    assert.equal(statusOf(after['svc-active'], active), 'Active');
  });

  behave('never deletes the key that the same run made Inactive (I5)', async (account) => {
    const [old] = await account.seedUser({
      name: 'svc-due',
      keys: [{ createDate: daysAgo(400), lastUsed: daysAgo(100) }],
    });
    await withTool(account, async (tool) => {
      for (const _run of ['rotates', 'finds the key Inactive']) {
        const { code } = await tool(['--cleanup-inactive']);
        assert.equal(code, 0);
        const after = await keysByUser(account);
        assert.equal(statusOf(after['svc-due'], old), 'Inactive');
      }
    });
  });

  behave('frees the slot that a rotation needs, and only then', async (account) => {
    const keys = [LONG_INACTIVE, { ...IN_USE, createDate: daysAgo(100) }];
    const [inactive, due] = await account.seedUser({ name: 'svc-full', keys });
    await withTool(account, async (tool) => {
      const before = await keysByUser(account);
      const without = await tool([]);
      assert.equal(without.code, 1);
      assert.equal(rotationOf(without, 'svc-full').error_code, 'no-free-slot');
      assert.deepEqual(await keysByUser(account), before);

      const done = await tool(['--cleanup-inactive']);
      assert.equal(done.code, 0, done.stderr);
      const after = (await keysByUser(account))['svc-full'];
      assert.equal(statusOf(after, inactive), 'gone');
      assert.equal(statusOf(after, due), 'Inactive');
      const { new_key_id: newKeyId } = rotationOf(done, 'svc-full');
      assert.equal(after?.find(({ id }) => id === newKeyId)?.status, 'Active');
    });
  });

  behave('with --user touches nothing of other users (I6)', async (account) => {
    const [mine] = await account.seedUser({ name: 'svc-mine', keys: [LONG_INACTIVE, IN_USE] });
    const keys = [LONG_INACTIVE, { createDate: daysAgo(100) }];
    await account.seedUser({ name: 'svc-theirs', keys });
    const before = await keysByUser(account);
    await withTool(account, async (tool) => {
      const done = await tool(['--user', 'svc-mine', '--cleanup-inactive']);
      assert.equal(done.code, 0, done.stderr);
    });
    const after = await keysByUser(account);
    assert.equal(statusOf(after['svc-mine'], mine), 'gone');
    assert.deepEqual(after['svc-theirs'], before['svc-theirs']);
  });
});
