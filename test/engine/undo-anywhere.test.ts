// I10 for undo: it dies before or after every change that it makes, and the next run of any command
// finishes it. Its cut-over and its hold are counted from the undo.

import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { Secret } from '../../src/base/secret.ts';
import { HELD } from '../../src/destinations/destination.ts';
import { writerWith } from '../support/writer-with.ts';
import { dying, Mortal } from './mortal.ts';
import { type Broken, type Workbench, workbench } from './workbench.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

async function rotated(test: TestContext): Promise<Workbench> {
  const bench = await workbench(test);
  assert.equal((await bench.run())?.kind, 'rotated');
  assert.equal(bench.oldKey.status, 'Inactive');
  // Before that AWS would not show a use of the new key, and an undo leaves it Active.
  bench.clock.set(new Date(bench.clock.now().getTime() + 5 * HOUR_MS));
  return bench;
}

function later({ clock }: Workbench, ms: number): void {
  clock.set(new Date(clock.now().getTime() + ms));
}

const statuses = (bench: Workbench) => [
  bench.oldKey.status,
  ...bench.made().map(({ status }) => status),
];

async function phase(bench: Workbench): Promise<string | undefined> {
  return (await bench.history()).latest(() => true)?.phase;
}

it('I7, I10: an undo that dies at any point is finished by the next run, which rotates nothing', async (test) => {
  let point = 1;
  for (; ; point += 1) {
    const bench = await rotated(test);
    const where = `died at point ${point}`;
    const mortal = new Mortal(point);
    await bench.undo(dying(mortal)).catch(() => {});
    if (!mortal.isDead) break;
    assert.ok(statuses(bench).includes('Active'), where);
    const isBegun = (await phase(bench)) === 'undoing';
    const outcome = await bench.run();
    const isOver = (await phase(bench)) === 'undone';
    if (isBegun) assert.equal(outcome, undefined, where);
    assert.equal(isOver, statuses(bench)[0] === 'Active', where);
    if (!isOver) await bench.undo();
    assert.deepEqual(statuses(bench), ['Active', 'Inactive'], where);
    assert.equal(await phase(bench), 'undone', where);
  }
  // 6 records and 2 calls, each with a before and an after.
  assert.ok(point > 15, `only ${point} points were met`);
});

it('I5: the hold of a key that an undo brought back never begins before the undo', async (test) => {
  const bench = await rotated(test);
  const old = accessKeyId(bench.oldKey.id);
  assert.ok((await bench.history()).deactivatedAt(old));
  // Somebody had made it Active by hand, so the undo had nothing to make Active.
  bench.oldKey.status = 'Active';
  bench.clock.set(new Date(bench.clock.now().getTime() + 40 * DAY_MS));
  const { reactivated, fromKeyId } = await bench.undo();
  assert.equal(reactivated, false);
  const history = await bench.history();
  assert.equal(history.deactivatedAt(old), undefined);
  assert.deepEqual(history.cutOverAt(fromKeyId), bench.clock.now());
});

it('I4: an undo to a key that AWS does not accept is given up, and the new key stays', async (test) => {
  const bench = await rotated(test);
  const [made] = bench.made();
  const undo = bench.undo({
    destination: {
      wayBack: {
        secretOf: async () => new Secret(made?.secret ?? ''),
        canPutBack: async () => true,
        putBack: async () => assert.fail('the destination was touched'),
      },
      holds: async (keyId) => (keyId === made?.id ? HELD : undefined),
    },
  });
  await assert.rejects(undo, { code: 'not-accepted-yet' });
  assert.equal(await phase(bench), 'deactivated');
  assert.deepEqual(statuses(bench), ['Active', 'Active']);
});

it('I10, I13: an undo leaves the new key Active while a lost request may still make the old one Inactive', async (test) => {
  const bench = await workbench(test);
  // The secret is delivered hours before the request of the cut-over whose answer is lost last.
  const lost: Broken = {
    account: (account) => ({
      ...account,
      gateway: {
        ...account.gateway,
        writer: writerWith(account.gateway.writer, () => ({
          setStatus: async () => {
            throw new KeyturnError('aws-error', 'no answer');
          },
        })),
      },
    }),
  };
  assert.equal((await bench.run(lost))?.kind, 'failed');
  later(bench, 5 * HOUR_MS);
  assert.equal((await bench.run(lost))?.kind, 'failed');
  later(bench, HOUR_MS / 12);
  const undone = await bench.undo();
  assert.equal(undone.fromKey, 'left-active');
  assert.equal(undone.leftActive?.kind, 'request-may-land');
  assert.deepEqual(statuses(bench), ['Active', 'Active']);
  // It lands.
  bench.oldKey.status = 'Inactive';
  assert.ok(statuses(bench).includes('Active'));
  later(bench, 5 * HOUR_MS);
  assert.equal((await bench.undo()).fromKey, 'made-inactive');
  assert.deepEqual(statuses(bench), ['Active', 'Inactive']);
});

it('I10: an undo to a key that somebody deleted meanwhile is over, and says so', async (test) => {
  const bench = await rotated(test);
  // Dead right after its intent.
  await bench.undo(dying(new Mortal(2))).catch(() => {});
  assert.equal(await phase(bench), 'undoing');
  const user = bench.sandbox.world.user('123456789012', 'alice');
  for (const gone of user.keys.splice(0, 1)) gone.deleted = true;
  await assert.rejects(bench.undo(), { code: 'key-changed' });
  await bench.run();
  assert.equal(await phase(bench), 'closed');
  assert.equal(bench.made()[0]?.status, 'Active');
});

it('I3, I10: the only copy of the secret stays while an undo has left its key Active', async (test) => {
  const bench = await workbench(test);
  // A place that was never written, and so has nothing to go back from.
  const destination: Broken['destination'] = {
    keepsHandoff: false,
    deliver: async () => {
      throw new KeyturnError('delivery-failed', 'no answer');
    },
    holds: async () => undefined,
    wayBack: {
      secretOf: async () => undefined,
      canPutBack: async () => true,
      putBack: async () => true,
    },
  };
  assert.equal((await bench.run({ destination }))?.kind, 'failed');
  later(bench, 5 * HOUR_MS);
  const unread = await bench.undo({
    destination,
    account: (account) => ({
      ...account,
      gateway: {
        ...account.gateway,
        reader: {
          listUsers: () => account.gateway.reader.listUsers(),
          listAccessKeys: (user) => account.gateway.reader.listAccessKeys(user),
          lastUse: async () => {
            throw new KeyturnError('access-denied', 'no last use');
          },
        },
      },
    }),
  });
  assert.equal(unread.leftActive?.kind, 'use-unknown');
  const [made] = bench.made();
  assert.equal(await bench.handedOff(made?.id ?? ''), made?.secret);
  await bench.run({ destination });
  assert.equal(await bench.handedOff(made?.id ?? ''), made?.secret, 'the next run keeps it too');
  later(bench, 5 * HOUR_MS);
  assert.equal((await bench.undo({ destination })).fromKey, 'made-inactive');
  assert.equal(await bench.handedOff(made?.id ?? ''), undefined, 'nobody needs it any more');
});
