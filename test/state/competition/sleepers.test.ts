// A runner that sleeps in the middle of a rotation until another one has taken its user over: when it wakes up
// it writes nothing, whatever it had just begun.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Field } from './field.ts';
import { type Moment, sleepAt } from './sleepers.ts';

/** What the next one finds of a rotation that a sleeper left there: the first transaction tells that the run began. */
const MOMENTS: readonly Moment[] = [
  { operation: 'TransactWriteItems', nth: 2, when: 'committed' },
  { operation: 'CreateAccessKey', nth: 1, when: 'committed' },
  { operation: 'UpdateAccessKey', nth: 1, when: 'arrived' },
];
const USE_IS_SHOWN_MS = 5 * 3_600_000;

for (const moment of MOMENTS) {
  const { operation, nth, when } = moment;
  it(`I9: a runner that sleeps when ${operation} ${nth} is ${when} writes nothing afterwards`, async (test) => {
    const field = await Field.open(test, { due: 1 });
    const { late, refused, sleeper } = await sleepAt(moment, field);
    assert.deepEqual(late, []);
    // It tried: what it gives back is not its own any more.
    assert.ok(refused.length > 0);
    assert.equal(sleeper.code, 1, sleeper.stderr);
    if (field.faults.length > 0) {
      // A secret that was in the hand of the sleeper is kept, and the next run finds it.
      field.pass(USE_IS_SHOWN_MS);
      await field.start().ended;
    }
    assert.deepEqual(field.faults, []);
    assert.equal(field.done('CreateAccessKey').length, 1);
  });
}

it('control: one whom nobody took over goes on, and what it writes then is seen', async (test) => {
  const field = await Field.open(test, { due: 1 });
  const [moment] = MOMENTS;
  assert.ok(moment);
  const { late, sleeper } = await sleepAt(moment, field, false);
  assert.ok(late.some(({ operation }) => operation === 'TransactWriteItems'));
  assert.equal(sleeper.code, 1, 'it stood still before its request for a key');
});
