// The state machine over 50 accounts of 100 users, in rounds in which its handlers are killed: at each of the first two
// hundred requests, one handler each. Then it is run again, and every key is as of a run of one process.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type FleetSize, fleet, MachineStage, outcome, summaryIn } from './machine-stage.ts';
import { skipsSlowly } from './ministack.ts';
import { nameOrphans } from './name-orphans.ts';
import { byOneProcess } from './one-process.ts';

const SIZE: FleetSize = { accounts: 50, users: 100, due: 1 };
const AT_ONCE = 5;
const ROUNDS = 4;

/** A handler makes at least so many requests: it reads each of its users. */
const REQUESTS_MIN = 120;

/** Those of a round are spread over all requests of a handler. */
function deathsOf(round: number): readonly number[] {
  return Array.from({ length: SIZE.accounts }, (_, at) => round + 1 + at * ROUNDS);
}

describe('handlers of the state machine that are killed at any request', {
  skip: skipsSlowly(),
}, () => {
  let wanted: unknown;
  const died: number[] = [];
  before(async () => {
    const sandbox = await fleet(SIZE);
    wanted = await byOneProcess(sandbox);
    await sandbox.close();
  });

  for (let round = 0; round < ROUNDS; round += 1) {
    it(`round ${round + 1} of ${ROUNDS}: run again, every key is as of one process`, async (test) => {
      const stage = await MachineStage.open(await fleet(SIZE), AT_ONCE);
      try {
        stage.dieAt(...deathsOf(round));
        await stage.run('killed');
        assert.equal(stage.deathsLeft, 0);
        died.push(...stage.died);
        test.diagnostic(`${stage.died.length} handlers died`);
        await stage.laterThanClaims();
        await nameOrphans(stage, summaryIn(await stage.run('again')));
        const third = await stage.run('third');
        assert.equal(third.status, 'SUCCEEDED', third.cause);
        const summary = summaryIn(third);
        assert.deepEqual([summary.state, summary.failed_users], ['done', 0]);
        assert.deepEqual(outcome(stage.sandbox), wanted);
      } finally {
        await stage.close();
      }
    });
  }

  it('one was killed at each request that a handler makes', (test) => {
    const last = Math.max(...died);
    test.diagnostic(`the last one died at its request ${last}`);
    assert.ok(last >= REQUESTS_MIN, `${last}`);
    for (let request = 1; request <= REQUESTS_MIN; request += 1) {
      assert.ok(died.includes(request), `nobody died at request ${request}`);
    }
  });
});
