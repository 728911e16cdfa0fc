// What AWS shows late: a key whose request landed after its rotation was given up, and a list that is
// older than the key. The simulation found both.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { CreateOutcome, KeyReader } from '../../src/aws/gateway.ts';
import { writerWith } from '../support/writer-with.ts';
import { type Broken, workbench } from './workbench.ts';

const HOUR_MS = 3_600_000;

function createAnswers(outcome: CreateOutcome): Broken {
  return {
    account: (account) => {
      const { gateway } = account;
      const writer = writerWith(gateway.writer, () => ({ createAccessKey: async () => outcome }));
      return { ...account, gateway: { ...gateway, writer } };
    },
  };
}

it('I10, I13: a key that lands after its rotation was given up does not stand in the way for ever', async (test) => {
  const bench = await workbench(test);
  const { world } = bench.sandbox;
  await bench.run(createAnswers({ kind: 'unknown', reason: 'no answer' }));
  await bench.run(createAnswers({ kind: 'refused', code: 'throttled', reason: 'throttled' }));
  const late = world.addKey('123456789012', 'alice', { ageDays: 0 });
  bench.clock.set(new Date(bench.clock.now().getTime() + 5 * HOUR_MS));

  const outcome = await bench.run();
  assert.equal(outcome?.kind, 'rotated');
  assert.equal(late.deleted, true);
  assert.equal(bench.oldKey.status, 'Inactive');
  const present = bench.made().filter(({ deleted }) => !deleted);
  assert.equal(present.length, 1);
  assert.equal(await bench.handedOff(present[0]?.id ?? ''), present[0]?.secret);
});

for (const minutes of [0, 1, -1]) {
  const whose = minutes === 0 ? '' : `, by a machine whose clock is ${minutes} min off`;
  it(`I11: a list that lacks the new key moments after it was made is read again${whose}`, async (test) => {
    const bench = await workbench(test);
    const deliver = async () => {
      throw new RangeError('the process died');
    };
    const stopped = await bench.run({ destination: { deliver } });
    assert.equal(stopped?.kind, 'failed');
    bench.clock.set(new Date(bench.clock.now().getTime() + minutes * 60_000));
    let lists = 0;
    const outcome = await bench.run({
      account: (account) => {
        const { gateway } = account;
        const listAccessKeys: KeyReader['listAccessKeys'] = async (user) => {
          const keys = await gateway.reader.listAccessKeys(user);
          lists += 1;
          return lists === 1 ? keys.filter(({ id }) => id === bench.oldKey.id) : keys;
        };
        const reader = {
          listAccessKeys,
          listUsers: () => gateway.reader.listUsers(),
          lastUse: (keyId: Parameters<KeyReader['lastUse']>[0]) => gateway.reader.lastUse(keyId),
        };
        return { ...account, gateway: { ...gateway, reader } };
      },
    });
    assert.equal(outcome?.kind, 'rotated');
    assert.equal(bench.made().length, 1);
  });
}
