// `rotate-iam-keys` over an organization, on both targets.

import assert from 'node:assert/strict';
import { behaviours } from './behaviours.ts';
import { daysAgo } from './times.ts';
import { withTool } from './tool.ts';

const DUE = [{ createDate: daysAgo(120) }];

behaviours('rotate-iam-keys over an organization', (behave) => {
  behave('rotates the members through their role and its own account without', async (account) => {
    const [first = '', second = ''] = await account.seedOrganization({ members: 3, suspended: 1 });
    const [own] = await account.seedUser({ name: 'svc-own', keys: DUE });
    const [member] = await account.seedUser({ name: 'svc-member', keys: DUE }, second);
    await withTool(account, async (tool) => {
      const { code, report, stderr } = await tool(['--organization']);
      assert.equal(code, 0, stderr);
      const rotated = report.rotated_keys.map(({ account_id, old_key_id, success }) => {
        return [account_id, old_key_id, success];
      });
      const expected = [
        [account.id, own?.accessKeyId, true],
        [second, member?.accessKeyId, true],
      ];
      assert.deepEqual(rotated, expected.toSorted());
      const { accounts_examined, accounts_skipped, accounts_failed } = report.summary;
      assert.deepEqual([accounts_examined, accounts_skipped, accounts_failed], [3, 1, 0]);
      const next = await tool(['--organization', '--exclude-accounts', first, '--dry-run']);
      assert.equal(next.code, 0);
      assert.deepEqual(next.report.rotated_keys, []);
    });
  });

  behave('exits 3 for an account in no organization', async (account) => {
    await withTool(account, async (tool) => {
      const { code, report } = await tool(['--organization']);
      assert.equal(code, 3);
      assert.equal(report.errors[0]?.code, 'no-organization');
    });
  });
});
