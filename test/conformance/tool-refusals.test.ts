import assert from 'node:assert/strict';
import { behaviours } from './behaviours.ts';
import { daysAgo } from './times.ts';
import { keysByUser, type ToolRun, withTool } from './tool.ts';

const DUE = [{ createDate: daysAgo(120) }];

behaviours('rotate-iam-keys that cannot start', (behave) => {
  behave('exits 3 for a user that does not exist', async (account) => {
    await account.seedUser({ name: 'svc-due', keys: DUE });
    const before = await keysByUser(account);
    await withTool(account, async (tool) => {
      assertCouldNotStart(await tool(['--user', 'svc-deu']), 'unknown-user');
    });
    assert.deepEqual(await keysByUser(account), before);
  });

  behave('exits 3 for a wrong secret and for an unknown key', async (account) => {
    const { credentials } = account.administrator;
    await withTool(account, async (tool) => {
      for (const wrong of [
        { ...credentials, secretAccessKey: 'not-the-secret' },
        { ...credentials, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
      ]) {
        const run = await tool([], wrong);
        assertCouldNotStart(run, 'invalid-credentials');
        // I8
        assert.ok(!`${JSON.stringify(run.report)}${run.stderr}`.includes(wrong.secretAccessKey));
      }
    });
  });

  behave('exits 3 and names the permission that is missing', async (account) => {
    const [poor] = await account.seedUser({ name: 'svc-poor', keys: DUE });
    const before = await keysByUser(account);
    await withTool(account, async (tool) => {
      const run = await tool([], poor);
      assertCouldNotStart(run, 'access-denied');
      assert.match(JSON.stringify(run.report.errors), /iam:ListUsers/);
    });
    assert.deepEqual(await keysByUser(account), before);
  });
});

/** One error that says what to do, in the document and on stderr. */
function assertCouldNotStart({ code, report, stderr }: ToolRun, errorCode: string): void {
  assert.equal(code, 3, stderr);
  assert.deepEqual(
    report.errors.map((error) => error.code),
    [errorCode],
  );
  assert.ok(report.errors[0]?.hint);
  assert.deepEqual(report.rotated_keys, []);
  assert.match(stderr, /error/i);
}
