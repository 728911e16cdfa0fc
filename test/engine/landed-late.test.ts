// A request of an earlier run that lands while a later one is at work.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { EngineEvent } from '../../src/base/events.ts';
import type { AccountWork } from '../../src/engine/account-work.ts';
import { workbench } from './workbench.ts';

/** The request to make the old key Inactive leaves, and nothing is heard of it. */
function unanswered(account: AccountWork): AccountWork {
  const { gateway } = account;
  const writer = {
    ...gateway.writer,
    fenced: () => writer,
    setStatus: async () => {
      throw new Error('no answer');
    },
  };
  return { ...account, gateway: { ...gateway, writer } };
}

/** The request lands after so many lists of the user's keys. */
function landing(after: number, land: () => void, tell: (event: EngineEvent) => void) {
  let lists = 0;
  return (account: AccountWork): AccountWork => {
    const { gateway } = account;
    const listAccessKeys: typeof gateway.reader.listAccessKeys = async (...asked) => {
      const listed = await gateway.reader.listAccessKeys(...asked);
      lists += 1;
      if (lists === after) land();
      return listed;
    };
    const reader = new Proxy(gateway.reader, {
      get: (target, name) =>
        name === 'listAccessKeys' ? listAccessKeys : Reflect.get(target, name),
    });
    return { ...account, emit: tell, gateway: { ...gateway, reader } };
  };
}

for (const after of [1, 2]) {
  it(`I16: an old key that becomes Inactive after list ${after} of a later run is told of`, async (test) => {
    const bench = await workbench(test);
    const first = await bench.run({ account: unanswered });
    assert.equal(first?.kind, 'failed');
    bench.clock.set(new Date(bench.clock.now().getTime() + 5 * 60_000));
    const events: EngineEvent[] = [];
    const land = () => {
      bench.oldKey.status = 'Inactive';
    };
    const second = await bench.run({
      account: landing(after, land, (event) => events.push(event)),
    });
    assert.equal(second?.kind, 'rotated');
    const told = events.flatMap((event) => (event.code === 'change-found' ? [event.change] : []));
    assert.deepEqual(told, ['deactivated']);
  });
}
