// A runner whose disk is new every day, once a day for 120 days, with workloads: what lasts from one day to the
// next is in tables of a DynamoDB that nobody here wrote.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Fleet, playMonths } from '../retirement/months.ts';
import { faultsOf, inTables } from '../retirement/new-disk.ts';
import { type Ministack, skipsSlowly, startMinistack, tablesAt } from './ministack.ts';

const FLEET: Fleet = {
  ...{ users: 60, due: 20, working: 15, days: 120, oldKeyFate: 'when-quiet' },
  habits: ['5m', '20m', '1h', '1d', '7d', '30d'].map((calls) => ({ reads: '20m', calls })),
};

describe('a runner whose disk is new every day, with tables of ministack', {
  skip: skipsSlowly(),
}, () => {
  let server: Ministack;
  before(async () => {
    server = await startMinistack();
  });
  after(() => server?.stop());

  it('in 120 days no call is refused, and every old key is Inactive and deleted in time', async (test) => {
    const stateIn: Fleet['stateIn'] = (sandbox) => inTables(sandbox, tablesAt(server));
    const months = await playMonths({ ...FLEET, stateIn });
    test.diagnostic(
      `${months.calls} calls, ${months.refused} refused, ${months.ends.length} old keys`,
    );
    assert.deepEqual(faultsOf(months, FLEET), []);
  });
});
