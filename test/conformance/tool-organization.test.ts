// `rotate-iam-keys` over an organization, on both targets.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  behave(
    'enters the accounts of the units and tags that a configuration names',
    async (account) => {
      const seed = { members: 2, unit: 'Workloads/Prod', tags: { stage: 'prod' } };
      const [inside = '', outside = ''] = await account.seedOrganization(seed);
      await account.seedUser({ name: 'svc-a', keys: DUE }, inside);
      await account.seedUser({ name: 'svc-b', keys: DUE }, outside);
      const folder = await mkdtemp(join(tmpdir(), 'keyturn-units-'));
      const config = join(folder, 'keyturn.yaml');
      const group = '{name: prod, match: {ou: Root/Workloads/*, tag: {stage: prod}}}';
      await writeFile(
        config,
        `version: 1\naccounts: {organization: true, groups: [${group}]}\nrules: [{name: all, match: all, deliver: [handoff]}]\n`,
      );
      await withTool(account, async (tool) => {
        const { code, report, stderr } = await tool(['--config', config, '--dry-run']);
        assert.equal(code, 0, stderr);
        assert.deepEqual(
          report.rotated_keys.map(({ account_id: id }) => id),
          [inside],
        );
      });
      await rm(folder, { recursive: true });
    },
  );

  behave('exits 3 for an account in no organization', async (account) => {
    await withTool(account, async (tool) => {
      const { code, report } = await tool(['--organization']);
      assert.equal(code, 3);
      assert.equal(report.errors[0]?.code, 'no-organization');
    });
  });
});
