// I17 in a sample; creations-matrix.test.ts plays it fifty times.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dieAgainAndAgain, ONE_ACCOUNT, SIX_ACCOUNTS } from './creations.ts';

const SAMPLE = 2;

describe('a death while many keys are made', () => {
  for (const scene of [ONE_ACCOUNT, SIX_ACCOUNTS]) {
    it(`I17: ${scene.name}: it costs ${scene.lostMax} secrets at most, and the next runs heal`, async () => {
      for (const { lost, made, faults } of await dieAgainAndAgain(scene, SAMPLE)) {
        assert.ok(made >= scene.nth, `${made} keys were made`);
        assert.ok(lost <= scene.lostMax, `${lost} of ${made} secrets are lost`);
        assert.deepEqual(faults, []);
      }
    });
  }
});
