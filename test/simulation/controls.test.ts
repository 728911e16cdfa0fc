import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CONTROLS } from './controls.ts';
import { simulate } from './simulate.ts';

/** Each control must fail within so many seeds. */
const SEEDS_MAX = 1_000;

for (const { invariant, fault, sabotage, install } of CONTROLS) {
  it(`${invariant} is found broken when ${fault}`, async (test) => {
    const restore = install?.();
    try {
      for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
        const { violations } = await simulate({ seed, sabotage });
        if (!violations.some((violation) => violation.invariant === invariant)) continue;
        test.diagnostic(`found with seed ${seed}`);
        return;
      }
    } finally {
      restore?.();
    }
    assert.fail(`${invariant} was not found broken within ${SEEDS_MAX} seeds`);
  });
}
