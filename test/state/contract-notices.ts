// What a store promises of what was said to whom.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Subject } from './subject.ts';
import { ACCOUNT } from './support.ts';

export function keepsNotices({ medium }: Subject): void {
  it('keeps texts by name, each replaced only while it is as it was read', async (test) => {
    const { store, contents } = await medium(test);
    const [one, other] = [store('run-1').notices, store('run-2').notices];
    const before = await contents();
    assert.deepEqual([...(await one.all())], []);
    assert.deepEqual(await contents(), before, 'looking leaves no trace');
    const put = { name: 'ops m1', was: undefined, is: 'said by run-1' };
    assert.deepEqual(await one.swap([put]), ['ops m1']);
    // Both have read that there is none, and one of them tells it.
    assert.deepEqual(await other.swap([{ ...put, is: 'said by run-2' }]), []);
    assert.deepEqual([...(await other.all())], [['ops m1', 'said by run-1']]);
    const again = { name: 'ops m1', was: 'said by run-1', is: 'said again by run-2' };
    const more = { name: 'ops m2', was: undefined, is: 'said by run-2' };
    assert.deepEqual(await other.swap([again, more]), ['ops m1', 'ops m2']);
    assert.deepEqual(await one.swap([{ ...again, is: 'said again by run-1' }]), []);
    assert.deepEqual(await one.swap([{ name: 'ops m2', was: 'said by run-2', is: undefined }]), [
      'ops m2',
    ]);
    assert.deepEqual([...(await one.all())], [['ops m1', 'said again by run-2']]);
    assert.deepEqual(await store('run-3').accounts(), []);
  });

  it('of many who say the same at once one does', async (test) => {
    const { store } = await medium(test);
    await store('run-0').open(ACCOUNT, 'write');
    const runs = Array.from({ length: 8 }, (_, number) => `run-${number}`);
    const done = await Promise.all(
      runs.map((run) => store(run).notices.swap([{ name: 'ops m1', was: undefined, is: run }])),
    );
    assert.equal(done.filter((names) => names.length === 1).length, 1);
    const [[, winner = ''] = []] = [...(await store('run-9').notices.all())];
    assert.deepEqual(done[runs.indexOf(winner)], ['ops m1']);
  });
}
