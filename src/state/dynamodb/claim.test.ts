// What a writer can still do who was taken over while it slept, and when a change of a key may leave.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  clientOf,
  hurt,
  type Mishap,
  newDataKeys,
  newTableServer,
} from '../../../test/state/in-tables.ts';
import { CREATED, INTENDED, issued, recorded, stepsOf } from '../../../test/state/subject.ts';
import {
  ACCOUNT,
  NEW_KEY,
  type SettableClock,
  settableClock,
} from '../../../test/state/support.ts';
import type { AwsTables } from '../../base/aws-tables.ts';
import { KeyturnError } from '../../base/errors.ts';
import { kmsBox } from '../../custody/kms-box.ts';
import { DynamoDbStore } from './dynamodb-store.ts';
import { LEASE_MS } from './table.ts';

const MINUTE_MS = 60_000;
const NAMES = { table: 'keyturn', custodyTable: 'keyturn-custody' };
const LOST = { code: 'rotation-in-progress', message: /was lost to another process/ };

/** Hosts with clocks of their own on tables with theirs. */
function hosts() {
  const server = settableClock();
  const tables = newTableServer(Object.values(NAMES), () => server.now());
  const dataKeys = newDataKeys();
  const box = kmsBox({ dataKeys, keyId: 'alias/keyturn', place: NAMES.custodyTable });
  const host = async (
    clock: SettableClock,
    mishap: () => Mishap | undefined = () => undefined,
    change: (tables: AwsTables) => AwsTables = (sound) => sound,
  ) => {
    const client = change(hurt(clientOf(tables), mishap));
    const options = { ...NAMES, tables: client, box, clock, run: 'run', steady: () => 0 };
    return await new DynamoDbStore(options).open(ACCOUNT, 'write');
  };
  const pass = (ms: number, ...clocks: SettableClock[]) => {
    for (const each of [server, ...clocks]) each.set(new Date(each.now().getTime() + ms));
  };
  return { host, pass, server };
}

it('I9: the lease is judged by the clock of the table, whatever the hosts think', async () => {
  const { host, pass } = hosts();
  const slow = settableClock('2026-02-28T23:00:00.000Z');
  const fast = settableClock('2026-03-01T01:00:00.000Z');
  const [one, two] = [await host(slow), await host(fast)];
  await one.exclusively('alice', async (log) => {
    await log.record('r1', INTENDED);
    pass(LEASE_MS - MINUTE_MS, slow);
    await assert.rejects(
      two.exclusively('alice', async () => assert.fail('two at once')),
      (error) => {
        assert.match(String(error), /is being rotated by process \d+ on host/);
        assert.equal((error as { code: string }).code, 'rotation-in-progress');
        assert.ok((error as { notBefore: Date }).notBefore > new Date('2026-03-01T00:29:00Z'));
        return true;
      },
    );
    // A record is a sign of life.
    await log.record('r1', CREATED);
    pass(LEASE_MS - MINUTE_MS, slow);
    await assert.rejects(
      two.exclusively('alice', async () => undefined),
      { code: LOST.code },
    );
  });
});

it('I9, I10: who was taken over records nothing, condemns nothing, removes nothing and changes no key', async () => {
  const { host, pass } = hosts();
  const clock = settableClock();
  const [one, two] = [await host(clock), await host(settableClock())];
  await one.exclusively('alice', async (log) => {
    await log.record('r1', INTENDED);
    pass(LEASE_MS + MINUTE_MS);
    await two.exclusively('Alice', async (other) => {
      await other.record('r1', CREATED);
      await two.custody.put(issued());
      await assert.rejects(log.record('r1', CREATED), LOST);
      await assert.rejects(one.custody.remove(NEW_KEY, 'alice'), LOST);
      await assert.rejects(one.custody.condemn(NEW_KEY, 'alice'), LOST);
      // Awake, and with the time of its own clock, which stood still.
      await assert.rejects(
        log.fence(clock.now()).then(() => log.fence(new Date('2026-03-01T00:31:00Z'))),
        LOST,
      );
    });
  });
  assert.deepEqual(await stepsOf(two, 'alice'), ['intended', 'created']);
  assert.ok(await two.custody.get(NEW_KEY));
  // What the sleeper gave back was not its own any more.
  await two.exclusively('alice', async () => undefined);
});

it('I3: a secret in the hand of one who was taken over is kept, unless its key was condemned', async () => {
  for (const isCondemned of [false, true]) {
    const { host, pass } = hosts();
    const [one, two] = [await host(settableClock()), await host(settableClock())];
    await one.exclusively('alice', async (log) => {
      await log.record('r1', INTENDED);
      pass(LEASE_MS + MINUTE_MS);
      await two.exclusively('alice', async () => {
        if (isCondemned) assert.equal(await two.custody.condemn(NEW_KEY, 'alice'), true);
      });
      const put = one.custody.put(issued());
      if (isCondemned) await assert.rejects(put, { code: 'key-condemned' });
      else await put;
    });
    assert.equal((await two.custody.get(NEW_KEY)) !== undefined, !isCondemned);
  }
});

const FENCES: readonly [what: string, passedMs: number, aheadMs: number, leaves: boolean][] = [
  ['at once', 0, 0, true],
  ['after ten minutes, whose lease is renewed', 10 * MINUTE_MS, 0, true],
  ['after twenty minutes, whose lease is renewed', 20 * MINUTE_MS, 0, true],
  ['by a clock that is ten minutes ahead', 0, 10 * MINUTE_MS, true],
  ['by a clock that is a quarter of an hour ahead', 0, 15 * MINUTE_MS, false],
];

for (const [what, passedMs, aheadMs, leaves] of FENCES) {
  it(`I9: a change of a key ${leaves ? 'leaves' : 'does not leave'} ${what}`, async () => {
    const { host, pass, server } = hosts();
    const clock = settableClock();
    const one = await host(clock);
    await one.exclusively('alice', async (log) => {
      pass(passedMs, clock);
      const asked = log.fence(new Date(server.now().getTime() + aheadMs));
      if (leaves) await asked;
      else await assert.rejects(asked, { code: 'clock-skew' });
    });
  });
}

it('I9: whoever slept over an answer of the table, and was not taken over, goes on', async () => {
  const { host, pass } = hosts();
  const clock = settableClock();
  let sleepsOver = false;
  const one = await host(clock, undefined, (tables) => ({
    ...tables,
    write: async (writes, token) => {
      const answer = await tables.write(writes, token);
      if (sleepsOver) pass(20 * MINUTE_MS, clock);
      sleepsOver = false;
      return answer;
    },
  }));
  await one.exclusively('alice', async (log) => {
    await log.record('r1', INTENDED);
    sleepsOver = true;
    await log.record('r1', CREATED);
    await log.fence(clock.now());
  });
});

it('a late copy of an earlier renewal shortens no lease, and one of a put brings no secret back', async () => {
  const { host, pass } = hosts();
  let next: Mishap | undefined;
  const mishap = () => {
    const now = next;
    next = undefined;
    return now;
  };
  const clock = settableClock();
  const one = await host(clock, mishap);
  const two = await host(settableClock());
  await one.exclusively('alice', async () => {
    next = 'late';
    await one.custody.put(issued());
    await one.custody.remove(NEW_KEY, 'alice');
    assert.equal(await one.custody.get(NEW_KEY), undefined);
    pass(LEASE_MS - MINUTE_MS, clock);
    await assert.rejects(
      two.exclusively('alice', async () => undefined),
      { code: LOST.code },
    );
  });
});

it('a record of which nobody knew whether it was written is in the history once it is found', async () => {
  const { host } = hosts();
  let isLost = false;
  const one = await host(settableClock(), undefined, (tables) => ({
    ...tables,
    write: async (writes, token) => {
      const answer = await tables.write(writes, token);
      const isRecord = writes.some(
        (each) => each.kind === 'put' && `${each.item.sk}`.startsWith('R#'),
      );
      const error = new KeyturnError('aws-error', 'no answer');
      return isLost && isRecord
        ? { kind: 'unsure', isThrottled: false, error, at: undefined }
        : answer;
    },
  }));
  await one.exclusively('alice', async (log) => {
    isLost = true;
    await assert.rejects(log.record('r1', INTENDED), { code: 'journal-write' });
    isLost = false;
    await log.record('r1', CREATED);
    assert.deepEqual(
      log.history.records.map(({ step }) => step.type),
      ['intended', 'created'],
    );
  });
  assert.deepEqual(await stepsOf(one, 'alice'), ['intended', 'created']);
});

it('I9: a process that slept between its claim and the history takes the records of another one for no damage', async () => {
  const { host, pass } = hosts();
  const two = await host(settableClock());
  await recorded(two, {}, [INTENDED]);
  let isAsleep = true;
  const one = await host(settableClock(), undefined, (tables) => ({
    ...tables,
    query: async (query) => {
      if (query.pk.startsWith('U#') && isAsleep) {
        isAsleep = false;
        pass(LEASE_MS + MINUTE_MS);
        await recorded(two, {}, [CREATED]);
      }
      return await tables.query(query);
    },
  }));
  await assert.rejects(
    one.exclusively('alice', async () => undefined),
    LOST,
  );
  assert.deepEqual(await stepsOf(two, 'alice'), ['intended', 'created']);
});

it('a journal whose items are not those that its head counts is damaged, not shorter (I11)', async () => {
  const server = settableClock();
  const tables = newTableServer(Object.values(NAMES), () => server.now());
  const box = kmsBox({ dataKeys: newDataKeys(), keyId: 'k', place: NAMES.custodyTable });
  const options = { ...NAMES, tables: clientOf(tables), box, clock: server, run: 'run' };
  const state = await new DynamoDbStore(options).open(ACCOUNT, 'write');
  await recorded(state, {}, [INTENDED, CREATED]);
  tables.tables.named(NAMES.table).delete(`U#${ACCOUNT}#alice`, 'R#00000001');
  await assert.rejects(
    state.exclusively('alice', async () => undefined),
    {
      code: 'journal-damaged',
      message: /has 1 records, and its head counts 2/,
    },
  );
});

it('what a newer version wrote is refused', async () => {
  const server = settableClock();
  const tables = newTableServer(Object.values(NAMES), () => server.now());
  const box = kmsBox({ dataKeys: newDataKeys(), keyId: 'k', place: NAMES.custodyTable });
  const options = { ...NAMES, tables: clientOf(tables), box, clock: server, run: 'run' };
  tables.tables.named(NAMES.table).put('A', ACCOUNT, {
    pk: { S: 'A' },
    sk: { S: ACCOUNT },
    fmt: { N: '2' },
  });
  const store = new DynamoDbStore(options);
  await assert.rejects(store.open(ACCOUNT, 'write'), { code: 'journal-newer' });
  await assert.rejects(store.accounts(), { code: 'journal-newer' });
});

it('a record that fits into no item is refused before it is written', async () => {
  const { host } = hosts();
  const state = await host(settableClock());
  const target = { kind: 'handoff', place: 'x'.repeat(400_000) };
  await state.exclusively('alice', async (log) => {
    const step = { ...INTENDED, target } as typeof INTENDED;
    await assert.rejects(log.record('r1', step), { code: 'journal-write', message: /bytes/ });
    await log.record('r1', INTENDED);
  });
  assert.deepEqual(await stepsOf(state, 'alice'), ['intended']);
});
