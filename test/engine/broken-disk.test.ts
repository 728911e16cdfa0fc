import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { it } from 'node:test';
import { KeyturnError } from '../../src/base/errors.ts';
import { HELD } from '../../src/destinations/destination.ts';
import type { RotationStep } from '../../src/lifecycle/record.ts';
import { type Broken, type Workbench, withJournal, workbench } from './workbench.ts';

const HOUR_MS = 3_600_000;

/** A journal that takes every record but this one. */
function journalWithout(type: RotationStep['type']): Broken {
  return {
    state: (state) =>
      withJournal(state, async (step, write) => {
        if (step.type === type) throw new KeyturnError('journal-write', 'the disk is full');
        await write();
      }),
  };
}

const custodyFull: Broken = {
  state: (state) => ({
    ...state,
    custody: {
      prepare: async () => {},
      put: async () => {
        throw new KeyturnError('handoff-failed', 'the disk is full');
      },
      get: (keyId) => state.custody.get(keyId),
      holds: (keyId) => state.custody.holds(keyId),
      remove: (keyId, user) => state.custody.remove(keyId, user),
      condemn: (keyId, user) => state.custody.condemn(keyId, user),
      describe: (keyId) => state.custody.describe(keyId),
      list: () => state.custody.list(),
      sealed: state.custody.sealed,
    },
  }),
};

/** A destination that takes the secret and has lost it when it is asked again, `from` that question on. */
function forgetful(from: number): Broken {
  let asked = 0;
  const holds = async () => {
    asked += 1;
    return asked < from ? HELD : undefined;
  };
  return { destination: { holds } };
}

async function assertRotated(bench: Workbench): Promise<void> {
  const outcome = await bench.run();
  assert.equal(outcome?.kind, 'rotated');
  const present = bench.made().filter(({ deleted }) => !deleted);
  assert.equal(present.length, 1);
  assert.equal(present[0]?.status, 'Active');
  assert.equal(await bench.handedOff(present[0]?.id ?? ''), present[0]?.secret);
  assert.deepEqual([bench.oldKey.status, bench.oldKey.deleted], ['Inactive', false]);
}

for (const [type, createsMade, oldStatus] of [
  ['intended', 0, 'Active'],
  ['created', 1, 'Active'],
  ['delivered', 1, 'Active'],
  ['proved', 1, 'Active'],
  ['deactivating', 1, 'Active'],
  ['deactivated', 1, 'Inactive'],
] as const) {
  it(`I1, I10: the disk is full at the record "${type}": nothing is lost, and the next run finishes`, async (test) => {
    const bench = await workbench(test);
    const outcome = await bench.run(journalWithout(type));
    assert.equal(outcome?.kind === 'failed' && outcome.error.code, 'journal-write');
    assert.equal(bench.made().length, createsMade);
    assert.equal(bench.oldKey.status, oldStatus);
    for (const key of bench.made()) assert.equal(await bench.handedOff(key.id), key.secret);
    await assertRotated(bench);
    assert.equal(bench.sandbox.requests.list('CreateAccessKey').length, 1);
  });
}

it('I10: the disk is full when the lost answer is to be recorded: a run hours later removes the orphan', async (test) => {
  const bench = await workbench(test);
  const effect = { kind: 'drop-reply' } as const;
  bench.sandbox.faults.add({ operation: 'CreateAccessKey', calls: { nth: 1 }, effect });
  const outcome = await bench.run(journalWithout('create-unknown'));
  assert.equal(outcome?.kind, 'failed');
  assert.equal(bench.made().length, 1);
  bench.clock.set(new Date(bench.clock.now().getTime() + 5 * HOUR_MS));
  await assertRotated(bench);
  assert.equal(bench.made()[0]?.deleted, true);
});

it('I3: a secret that cannot be stored: the new key is taken back at once', async (test) => {
  const bench = await workbench(test);
  const outcome = await bench.run(custodyFull);
  assert.equal(outcome?.kind === 'failed' && outcome.error.code, 'handoff-failed');
  assert.deepEqual(
    bench.made().map(({ deleted }) => deleted),
    [true],
  );
  assert.equal(bench.oldKey.status, 'Active');
  await assertRotated(bench);
});

it('I3, I10: neither stored nor taken back: the next run removes the key and rotates', async (test) => {
  const bench = await workbench(test);
  const effect = { kind: 'access-denied' } as const;
  bench.sandbox.faults.add({ operation: 'DeleteAccessKey', effect });
  const outcome = await bench.run(custodyFull);
  assert.equal(outcome?.kind === 'failed' && outcome.error.code, 'handoff-failed');
  assert.match(outcome?.kind === 'failed' ? outcome.error.message : '', /could not be removed/);
  assert.equal(bench.oldKey.status, 'Active');
  bench.sandbox.faults.clear();
  await assertRotated(bench);
  assert.equal(bench.made()[0]?.deleted, true);
});

for (const [when, question] of [
  ['when it is read back', 1],
  ['between delivery and cut-over', 2],
] as const) {
  it(`I3, I13: a destination that has lost the secret ${when}: the old key is not touched`, async (test) => {
    const bench = await workbench(test);
    const outcome = await bench.run(forgetful(question));
    assert.equal(outcome?.kind === 'failed' && outcome.error.code, 'delivery-failed');
    assert.equal(bench.oldKey.status, 'Active');
    assert.equal(bench.sandbox.requests.list('UpdateAccessKey').length, 0);
    await assertRotated(bench);
    assert.equal(bench.sandbox.requests.list('CreateAccessKey').length, 1);
  });
}

it('I11: a key whose hand-off file is gone is removed only when AWS has had time to show a use', async (test) => {
  const bench = await workbench(test);
  await bench.run(forgetful(1));
  rmSync(bench.handoffPath(bench.made()[0]?.id ?? ''));
  const soon = await bench.run();
  assert.equal(soon?.kind === 'failed' && soon.error.code, 'use-not-shown-yet');
  assert.equal(bench.made()[0]?.deleted, false);

  bench.clock.set(new Date(bench.clock.now().getTime() + 5 * HOUR_MS));
  await assertRotated(bench);
  assert.equal(bench.made()[0]?.deleted, true);
});

it('I11: a key whose hand-off file is gone and that somebody uses is not removed, however late', async (test) => {
  const bench = await workbench(test);
  await bench.run(forgetful(1));
  const key = bench.made()[0];
  rmSync(bench.handoffPath(key?.id ?? ''));
  key?.uses.push({ at: bench.clock.now(), service: 's3', region: 'us-east-1' });
  bench.sandbox.clock.advance(5 * HOUR_MS);
  bench.clock.set(new Date(bench.clock.now().getTime() + 5 * HOUR_MS));
  const outcome = await bench.run();
  assert.equal(outcome?.kind === 'failed' && outcome.error.code, 'needs-operator');
  assert.equal(key?.deleted, false);
  assert.equal(bench.oldKey.status, 'Active');
});
