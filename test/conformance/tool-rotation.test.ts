import assert from 'node:assert/strict';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { behaviours } from './behaviours.ts';
import { stsOf } from './clients.ts';
import type { TargetAccount } from './target.ts';
import { daysAgo } from './times.ts';
import { keysByUser, rotationOf, statusOf, type ToolRun, withTool } from './tool.ts';

const DUE = [{ createDate: daysAgo(120) }];
const YOUNG = [{ createDate: daysAgo(89) }];

behaviours('rotate-iam-keys rotating', (behave) => {
  behave('in a dry run tells what is due and changes nothing (I12)', async (account) => {
    const [due] = await account.seedUser({ name: 'svc-due', keys: DUE });
    await account.seedUser({ name: 'svc-young', keys: YOUNG });
    const before = await keysByUser(account);
    await withTool(account, async (tool) => {
      const { code, report } = await tool(['--dry-run', '--cleanup-inactive']);
      assert.equal(code, 0);
      assert.deepEqual(
        report.rotated_keys.map((r) => [r.username, r.old_key_id, r.success, r.new_key_id]),
        [['svc-due', due?.accessKeyId, true, null]],
      );
    });
    assert.deepEqual(await keysByUser(account), before);
  });

  behave(
    'finds the due keys through the credential report, and proves its dates by some users more',
    async (account) => {
      await account.seedUser({ name: 'svc-due', keys: DUE });
      await account.seedUser({ name: 'svc-young', keys: YOUNG });
      await withTool(account, async (tool) => {
        const { report, stderr } = await tool([
          ...['--dry-run', '--inventory', 'report', '--log-level', 'debug'],
        ]);
        assert.deepEqual(
          report.rotated_keys.map(({ username }) => username),
          ['svc-due'],
        );
        assert.equal(report.inventory?.source, 'credential-report');
        // All three may have had their keys for longer than the report says.
        assert.match(stderr, /shortlisted=3$/m);
      });
    },
    {
      quirk: 'report-time-fixed',
      check: async (account) => {
        await account.seedUser({ name: 'svc-due', keys: DUE });
        await withTool(account, async (tool) => {
          const { code, report } = await tool(['--dry-run']);
          assert.equal(code, 0);
          assert.equal(report.inventory?.source, 'scan');
          assert.match(report.inventory?.fallback_reason ?? '', /made at 2015-02-02/);
        });
      },
    },
  );

  behave('gives each due user a working key and leaves the old one Inactive', async (account) => {
    const names = ['svc-one', 'svc-two', 'svc-three'];
    const old = new Map<string, string>();
    for (const name of names) {
      const [key] = await account.seedUser({ name, keys: DUE });
      old.set(name, key?.accessKeyId ?? '');
    }
    await account.seedUser({ name: 'svc-young', keys: YOUNG });
    await account.seedUser({ name: 'svc-bare' });
    const before = await keysByUser(account);
    await withTool(account, async (tool) => {
      const first = await tool([]);
      assert.equal(first.code, 0, first.stderr);
      assert.equal(first.report.summary.successful_rotations, names.length);
      const after = await keysByUser(account);
      for (const name of names) {
        const { new_key_id: newKeyId } = rotationOf(first, name);
        const expected = [
          [old.get(name), 'Inactive'],
          [newKeyId, 'Active'],
        ];
        assert.deepEqual(
          after[name]?.map(({ id, status }) => [id, status]).sort(),
          expected.sort(),
        );
        await assertSignsAs(account, first, name);
      }
      for (const name of ['svc-young', 'svc-bare', account.administrator.name]) {
        assert.deepEqual(after[name], before[name], name);
      }

      const second = await tool([]);
      assert.equal(second.code, 0);
      assert.deepEqual(second.report.rotated_keys, []);
      assert.deepEqual(await keysByUser(account), after);
    });
  });

  behave('takes a key as due from the day of the threshold on', async (account) => {
    await account.seedUser({ name: 'svc-at', keys: [{ createDate: daysAgo(30) }] });
    await account.seedUser({ name: 'svc-before', keys: [{ createDate: daysAgo(29.9) }] });
    const inactive = [{ createDate: daysAgo(500), status: 'Inactive' }] as const;
    await account.seedUser({ name: 'svc-inactive', keys: inactive });
    await withTool(account, async (tool) => {
      const { report } = await tool(['--days-threshold', '30', '--dry-run']);
      assert.deepEqual(
        report.rotated_keys.map(({ username }) => username),
        ['svc-at'],
      );
    });
  });

  behave('with --user rotates that user only', async (account) => {
    await account.seedUser({ name: 'svc-named', keys: DUE });
    await account.seedUser({ name: 'svc-other', keys: DUE });
    const before = await keysByUser(account);
    await withTool(account, async (tool) => {
      const done = await tool(['--user', 'svc-named']);
      assert.equal(done.code, 0, done.stderr);
      assert.equal(done.report.rotated_keys.length, 1);
      await assertSignsAs(account, done, 'svc-named');
    });
    const after = await keysByUser(account);
    assert.deepEqual(after['svc-other'], before['svc-other']);
  });

  behave('tells about a user with two Active keys and goes on with the others', async (account) => {
    const both = [{ createDate: daysAgo(200), lastUsed: daysAgo(2) }, { createDate: daysAgo(150) }];
    const keys = await account.seedUser({ name: 'svc-both', keys: both });
    const [due] = await account.seedUser({ name: 'svc-due', keys: DUE });
    await withTool(account, async (tool) => {
      const before = await keysByUser(account);
      const done = await tool([]);
      assert.equal(done.code, 1);
      const failed = done.report.rotated_keys.filter(({ username }) => username === 'svc-both');
      assert.ok(failed.length > 0);
      for (const result of failed) {
        assert.deepEqual([result.success, result.error_code], [false, 'two-active-keys']);
        assert.deepEqual(
          result.keys?.map(({ access_key_id }) => access_key_id).sort(),
          keys.map(({ accessKeyId }) => accessKeyId).sort(),
        );
        assert.ok(result.hint);
      }
      await assertSignsAs(account, done, 'svc-due');
      const after = await keysByUser(account);
      assert.deepEqual(after['svc-both'], before['svc-both']);
      assert.equal(statusOf(after['svc-due'], due), 'Inactive');
    });
  });

  behave('never deactivates the key that signs its calls (I7)', async (account) => {
    const [own] = await account.seedUser({ name: 'svc-rotator', administrator: true, keys: DUE });
    await account.seedUser({ name: 'svc-due', keys: DUE });
    await withTool(account, async (tool) => {
      const done = await tool([], own);
      assert.equal(done.code, 1);
      assert.equal(rotationOf(done, 'svc-rotator').error_code, 'own-key');
      await assertSignsAs(account, done, 'svc-due');
    });
    assert.equal(statusOf((await keysByUser(account))['svc-rotator'], own), 'Active');
  });
});

/** The secret in the report is worth something: the target takes it, as this user. */
async function assertSignsAs(account: TargetAccount, done: ToolRun, user: string): Promise<void> {
  const result = rotationOf(done, user);
  const credentials = {
    accessKeyId: result.new_key_id ?? '',
    secretAccessKey: result.new_secret_key ?? '',
  };
  const identity = await stsOf(account, credentials).send(new GetCallerIdentityCommand({}));
  assert.equal(identity.Arn, `arn:aws:iam::${account.id}:user/${user}`);
}
