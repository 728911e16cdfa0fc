import assert from 'node:assert/strict';
import { it } from 'node:test';
import { simulate } from './simulate.ts';
import { addResult, noTotals } from './totals.ts';

const SMOKE_SEEDS = 300;

it('whatever fails, no secret is lost, no key is orphaned and nobody is locked out', async () => {
  const totals = noTotals();
  for (let seed = 1; seed <= SMOKE_SEEDS; seed += 1) addResult(totals, await simulate({ seed }));
  const broken = totals.broken.map(
    ({ seed, invariant, what }) =>
      `${invariant}: ${what}; npm run simulate -- --seeds 1 --seed ${seed}`,
  );
  assert.deepEqual(broken, []);
  // Positive control: the runs do rotate, and meet faults of every kind.
  assert(totals.counts.rotations > SMOKE_SEEDS);
  const unmet = Object.entries(totals.faults).filter(([, count]) => count === 0);
  assert.deepEqual(unmet, []);
});

it('a seed is replayed exactly', async () => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const first = await simulate({ seed, traces: true });
    const second = await simulate({ seed, traces: true });
    assert(first.trace.lines().length > 20);
    assert.equal(first.trace.hash(), second.trace.hash());
    const untraced = await simulate({ seed });
    assert.deepEqual(untraced.counts, first.counts);
  }
});
