// I17: forty due users and kill -9 at the reply to the twentieth CreateAccessKey, fifty times; the same
// over several accounts. `npm run test:kill` runs it; `npm test` runs the sample beside it.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { dieAgainAndAgain, ONE_ACCOUNT, SIX_ACCOUNTS } from './creations.ts';

const TIMES = Math.max(2, Math.ceil(50 / Number(process.env.KEYTURN_TEST_KILL_SHARE ?? 1)));

for (const scene of [ONE_ACCOUNT, SIX_ACCOUNTS]) {
  it(`I17: ${scene.name}, kill -9 at creation ${scene.nth}, ${TIMES} times: ${scene.lostMax} secrets at most`, async () => {
    for (const { lost, made, faults } of await dieAgainAndAgain(scene, TIMES)) {
      assert.ok(made >= scene.nth, `${made} keys were made`);
      assert.ok(lost <= scene.lostMax, `${lost} of ${made} secrets are lost`);
      assert.deepEqual(faults, []);
    }
  });
}
