// Secrets that are sealed to age recipients: the run dies before or after every change that it makes, and those that
// come after it have no identity. None of them gives up what it cannot open (I3, I10); one that has an identity puts
// things right.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { ageBox } from '../../src/custody/age-box.ts';
import { IDENTITY, RECIPIENT } from '../state/boxes.ts';
import { dying, Mortal } from './mortal.ts';
import { type Broken, type Workbench, workbench } from './workbench.ts';

const HOUR_MS = 3_600_000;
/** As often as somebody may come by before a person does. */
const RUNS = 3;

async function played(point: number, test: Parameters<typeof workbench>[0]) {
  let hasIdentity = false;
  const parts = { recipients: [RECIPIENT], place: 'files', goesOnBy: 'keyturn recover' };
  const bench = await workbench(test, () =>
    ageBox({ ...parts, identity: hasIdentity ? async () => IDENTITY : undefined }),
  );
  const giveIdentity = () => {
    hasIdentity = true;
  };
  const mortal = new Mortal(point);
  await bench.run(dying(mortal));
  return { bench, isDead: mortal.isDead, giveIdentity };
}

/** Which keys have a secret in custody: none of them may go, and none may be Inactive. */
async function assertKept(bench: Workbench, held: readonly string[], where: string): Promise<void> {
  for (const key of bench.made().filter(({ id }) => held.includes(id))) {
    assert.equal(key.deleted, false, where);
    assert.equal(key.status, 'Active', where);
  }
  if (bench.oldKey.status !== 'Active') {
    const now = await heldBy(bench);
    const readable = bench.made().filter(({ id, deleted }) => now.includes(id) && !deleted);
    assert.equal(readable.length, 1, `${where}: nobody has a working key`);
  }
  assert.equal(bench.oldKey.deleted, false, where);
}

async function heldBy(bench: Workbench): Promise<readonly string[]> {
  const held = await Promise.all(
    bench.made().map(async ({ id }) => ((await bench.holds(accessKeyId(id))) ? [id] : [])),
  );
  return held.flat();
}

it('I3, I10: what a run cannot open it never gives up, wherever the one before it died', async (test) => {
  let waited = 0;
  let point = 1;
  for (; ; point += 1) {
    const where = `died at point ${point}`;
    const { bench, isDead, giveIdentity } = await played(point, test);
    if (!isDead) break;
    const held = await heldBy(bench);
    for (let run = 0; run < RUNS; run += 1) {
      const outcome = await bench.run();
      if (outcome?.kind === 'failed' && outcome.error.code === 'secret-sealed') waited += 1;
      await assertKept(bench, held, where);
      bench.clock.set(new Date(bench.clock.now().getTime() + 5 * HOUR_MS));
    }
    giveIdentity();
    const last = await bench.run();
    const why = last?.kind === 'failed' ? last.error.message : '';
    assert.notEqual(last?.kind, 'failed', `${where}: ${why}`);
    assert.equal(bench.oldKey.status, 'Inactive', where);
    const present = bench.made().filter(({ deleted }) => !deleted);
    assert.equal(present.length, 1, where);
    assert.equal(await bench.handedOff(present[0]?.id ?? ''), present[0]?.secret, where);
  }
  assert.ok(point > 15, `only ${point} points were met`);
  assert.ok(waited >= RUNS, `only ${waited} runs had to wait`);
});

it('a run that lives needs no identity', async (test) => {
  const { bench, isDead } = await played(Number.POSITIVE_INFINITY, test);
  assert.equal(isDead, false);
  assert.equal(bench.oldKey.status, 'Inactive');
});

it('control: a run that takes what it cannot open for nothing is found out', async (test) => {
  let caught = 0;
  for (let point = 4; point < 9 && caught === 0; point += 1) {
    const { bench } = await played(point, test);
    const held = await heldBy(bench);
    const careless: Broken = {
      state: (state) => ({
        ...state,
        custody: {
          prepare: (user, rotation) => state.custody.prepare(user, rotation),
          put: (entry) => state.custody.put(entry),
          get: async () => undefined,
          holds: async () => false,
          list: () => state.custody.list(),
          remove: (keyId, user) => state.custody.remove(keyId, user),
          condemn: async () => true,
          describe: (keyId) => state.custody.describe(keyId),
          sealed: state.custody.sealed,
        },
      }),
    };
    for (let run = 0; run < RUNS; run += 1) {
      await bench.run(careless);
      const isFound = await assertKept(bench, held, `died at point ${point}`).then(
        () => false,
        () => true,
      );
      if (isFound) caught += 1;
      bench.clock.set(new Date(bench.clock.now().getTime() + 5 * HOUR_MS));
    }
  }
  assert.ok(caught > 0, 'nothing was found');
});
