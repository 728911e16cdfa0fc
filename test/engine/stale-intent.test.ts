// A machine that sleeps between the intent and the request: a laptop whose lid is closed.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { custodyWith } from '../simulation/stand-ins.ts';
import { withJournal, workbench } from './workbench.ts';

it('I10: no key is made long after its intent, and the next run begins afresh', async (test) => {
  const bench = await workbench(test);
  const outcome = await bench.run({
    state: (state) =>
      withJournal(state, async (step, write) => {
        await write();
        if (step.type !== 'intended') return;
        bench.clock.set(new Date(bench.clock.now().getTime() + 76 * 60_000));
      }),
  });
  assert.equal(outcome?.kind === 'failed' && outcome.error.code, 'run-suspended');
  assert.equal(bench.sandbox.requests.list('CreateAccessKey').length, 0);
  assert.equal((await bench.run())?.kind, 'rotated');
});

it('I10: nor when the machine falls asleep after the first look, before the request leaves', async (test) => {
  const bench = await workbench(test);
  const outcome = await bench.run({
    state: (state) => ({
      ...state,
      custody: custodyWith(state.custody, {
        prepare: async () => {
          bench.clock.set(new Date(bench.clock.now().getTime() + 76 * 60_000));
        },
      }),
    }),
  });
  assert.equal(outcome?.kind === 'failed' && outcome.error.code, 'run-suspended');
  assert.equal(bench.sandbox.requests.list('CreateAccessKey').length, 0);
  const { records } = await bench.history();
  assert.deepEqual(records.at(-1)?.step, { type: 'create-refused', code: 'run-suspended' });
  assert.equal((await bench.run())?.kind, 'rotated');
});
