// The three modes as a state machine joins them: list, rotate each part, sum up.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FIRST, LambdaStage, MANAGEMENT, SECOND } from './stage.ts';

const ROTATE = {
  deliver: ['secrets-manager=app/{user}'],
  create_missing: true,
  inventory: 'scan',
} as const;

// They wait for AWS to accept keys, and not for each other.
describe('a run in its modes', { concurrency: 8 }, () => {
  test('a run over an organization: what was listed, done, and what it comes to', async (t) => {
    const stage = await LambdaStage.open(t);
    stage.addKey(SECOND, 'svc-more');
    const run = 'execution_0123456789';
    const listed = await stage.list({ organization: true, slices: { [SECOND]: 2 }, run });
    assert.deepEqual(listed.items, [
      { account: FIRST },
      { account: SECOND, slice: '1/2' },
      { account: SECOND, slice: '2/2' },
      { account: MANAGEMENT },
    ]);
    await Promise.all(listed.items.map((part) => stage.rotate({ part, run, options: ROTATE })));
    const sum = await stage.sumUp({ run, listed });
    assert.equal(sum.run_id, listed.run_id);
    assert.equal(sum.state, 'done');
    assert.deepEqual(sum.accounts, { listed: 3, done: 3, left: 0, failed: 0, skipped: 0 });
    assert.deepEqual(sum.keys, {
      created: 4,
      delivered: 4,
      deactivated: 4,
      reactivated: 0,
      deleted: 0,
    });
    assert.equal(sum.failed_users, 0);
    assert.match(
      sum.text,
      /^keyturn run [0-9a-f-]{36}: 3 of 3 accounts done, 4 rotated, 4 old keys/,
    );
  });

  test('a dry run tells what would be done', async (t) => {
    const stage = await LambdaStage.open(t);
    const listed = await stage.list({ organization: true, run: 'look' });
    for (const part of listed.items) {
      await stage.rotate({ part, run: 'look', options: { ...ROTATE, dry_run: true } });
    }
    const sum = await stage.sumUp({ run: 'look', listed });
    assert.deepEqual([sum.dry_run, sum.would_rotate, sum.keys.created], [true, 3, 0]);
    assert.match(sum.text, /3 keys would be rotated/);
  });

  test('an account that failed, one that was lost, and a user who could not be rotated', async (t) => {
    const stage = await LambdaStage.open(t);
    const run = 'troubled';
    stage.sandbox.world.addKey(MANAGEMENT, 'svc-app', { ageDays: 300 });
    const listed = await stage.list({ organization: true, run });
    await stage.rotate({ account: MANAGEMENT, run, ...ROTATE });
    const refused = stage.rotate({ account: FIRST, run, role_name: 'no-such-role', ...ROTATE });
    await assert.rejects(refused, { name: 'KeyturnFailed' });
    const sum = await stage.sumUp({ run, listed });
    assert.equal(sum.state, 'failed');
    assert.deepEqual(sum.accounts, { listed: 3, done: 1, left: 0, failed: 2, skipped: 0 });
    assert.deepEqual(
      sum.failed_accounts.map(({ account_id, code }) => [account_id, code]),
      [
        [FIRST, 'cannot-enter-account'],
        [SECOND, 'part-unfinished'],
      ],
    );
    assert.deepEqual([sum.failed_users, sum.problems_in_all], [1, 2]);
    assert.deepEqual(
      sum.problems.map(({ username, code }) => [username, code]),
      [
        [null, 'cannot-enter-account'],
        ['svc-app', 'two-active-keys'],
      ],
    );
  });

  test('groups of a configuration say who is entered, and through which role', async (t) => {
    const stage = await LambdaStage.open(t);
    const config = {
      version: 1,
      accounts: {
        organization: true,
        never: [{ id: MANAGEMENT }],
        groups: [
          { name: 'first', match: { id: FIRST }, role: 'special' },
          { name: 'rest', match: 'all' },
        ],
      },
      rules: [{ name: 'all', match: 'all', deliver: ['handoff'] }],
    };
    const { items } = await stage.list({ config });
    assert.deepEqual(items, [{ account: FIRST, role_name: 'special' }, { account: SECOND }]);
  });

  test('slices of an account that is not listed are a slip', async (t) => {
    const stage = await LambdaStage.open(t);
    const slices = { '999999999999': 2 };
    await assert.rejects(stage.list({ organization: true, slices }), {
      name: 'KeyturnBadInput',
      message: /^bad-value: slices names 999999999999, which is not among the accounts/,
    });
  });
});
