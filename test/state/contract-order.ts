// What every store promises of the order of records: nobody can damage a journal by writing to it.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CREATED, INTENDED, type Subject, stepsOf } from './subject.ts';
import { ACCOUNT } from './support.ts';

export function refusesWhatCannotFollow({ medium }: Subject): void {
  it('a record that cannot follow is not kept, whoever writes it', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write');
    await state.exclusively('alice', async (log) => {
      await assert.rejects(
        log.record('r1', CREATED),
        /created cannot follow nothing in rotation r1/,
      );
      await log.record('r1', INTENDED);
      await assert.rejects(log.record('r1', { type: 'deactivated' }), /cannot follow intended/);
      await log.record('r1', CREATED);
    });
    assert.deepEqual(await stepsOf(state), ['intended', 'created']);
  });
}
