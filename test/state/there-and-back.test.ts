// A directory is copied into tables and back: what comes back is, byte for byte, what a copy of the directory
// into another one is, with its open rotations, whatever is in custody, and what was seen of keys.

import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { kmsBox } from '../../src/custody/kms-box.ts';
import { DynamoDbStore } from '../../src/state/dynamodb/dynamodb-store.ts';
import { FileStore } from '../../src/state/files/file-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';
import { transferAccount } from '../../src/state/transfer.ts';
import { clientOf, newDataKeys, newTableServer } from './in-tables.ts';
import { CREATED, INTENDED, issued, ROTATED, recorded } from './subject.ts';
import {
  ACCOUNT,
  NEW_KEY,
  OLD_KEY,
  type SettableClock,
  settableClock,
  temporaryDirectory,
} from './support.ts';

const clock = settableClock();
const TRAIL = `${ACCOUNT}/trail.jsonl`;
const NAMES = { table: 'keyturn', custodyTable: 'keyturn-custody' };

function tablesWith(clocks: readonly SettableClock[]): readonly StateStore[] {
  const server = settableClock();
  const tables = newTableServer(Object.values(NAMES), () => server.now());
  const box = kmsBox({ dataKeys: newDataKeys(), keyId: 'k', place: NAMES.custodyTable });
  return clocks.map((clock, number) => {
    const run = `run-${number}`;
    return new DynamoDbStore({
      ...NAMES,
      tables: clientOf(tables),
      box,
      clock,
      run,
      steady: () => 0,
    });
  });
}

async function directoryOf(test: TestContext): Promise<[path: string, store: StateStore]> {
  const directory = await temporaryDirectory(test);
  return [directory, new FileStore({ directory, clock: settableClock(), run: 'run' })];
}

/** Every file by its name; when it was written last tells nothing of what is in it. */
async function filesIn(directory: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const name of (await readdir(directory, { recursive: true })).toSorted()) {
    const path = join(directory, name);
    if ((await stat(path)).isFile()) files.set(name, await readFile(path, 'latin1'));
  }
  return files;
}

it('a directory with open rotations comes back from tables byte for byte', async (test) => {
  const [first, from] = await directoryOf(test);
  const state = await from.open(ACCOUNT, 'write');
  // At each step one rotation, and their records among each other.
  for (const [index] of ROTATED.entries()) {
    for (const [number, step] of ROTATED.entries()) {
      if (number >= index)
        await recorded(state, { user: `User-${number}`, rotation: `r${number}` }, [
          ROTATED[index] ?? step,
        ]);
    }
  }
  await state.custody.put(issued());
  await state.custody.sealed.put(NEW_KEY, Buffer.from([0, 255, 10]));
  await state.custody.condemn(OLD_KEY, 'bob');
  const at = new Date('2026-01-02T03:04:05.678Z');
  await state.sightings.remember([{ at, keyIds: [OLD_KEY, NEW_KEY] }]);

  const [tables] = tablesWith([settableClock()]);
  assert.ok(tables);
  const [back, other] = [await directoryOf(test), await directoryOf(test)];
  await transferAccount(ACCOUNT, { from, to: tables, clock });
  await transferAccount(ACCOUNT, { from: tables, to: back[1], clock });
  await transferAccount(ACCOUNT, { from, to: other[1], clock });
  const [came, copied, before] = await Promise.all([back[0], other[0], first].map(filesIn));
  assert.ok(came && copied && before);
  // Each copy says in the audit trail that it is one.
  const trail = (files: ReadonlyMap<string, string>) => files.get(TRAIL)?.trim().split('\n') ?? [];
  assert.deepEqual(trail(came).slice(0, -2), trail(before));
  assert.deepEqual(trail(copied).slice(0, -1), trail(before));
  const others = (files: ReadonlyMap<string, string>) =>
    [...files].filter(([name]) => name !== TRAIL);
  assert.deepEqual(others(came), others(copied));
  // A directory of its own writers has empty lines in its journal, which mean nothing.
  const journal = (files: ReadonlyMap<string, string>) =>
    files
      .get(`${ACCOUNT}/journal.jsonl`)
      ?.split('\n')
      .filter((line) => line !== '');
  assert.deepEqual(journal(came), journal(before));
  assert.equal(journal(came)?.length, 21);
  const open = await (await back[1].open(ACCOUNT, 'read')).openUsers();
  assert.equal(open.length, ROTATED.length - 1);
});

it('records of machines whose clocks differ come back in the order in which they were recorded', async (test) => {
  const [fast, slow] = tablesWith([
    settableClock('2026-03-01T00:04:00Z'),
    settableClock('2026-02-28T23:56:00Z'),
  ]);
  assert.ok(fast && slow);
  await recorded(await fast.open(ACCOUNT, 'write'), {}, [INTENDED]);
  await recorded(await slow.open(ACCOUNT, 'write'), {}, [CREATED]);
  await recorded(await slow.open(ACCOUNT, 'write'), { user: 'bob' }, [INTENDED]);
  const [, back] = await directoryOf(test);
  await transferAccount(ACCOUNT, { from: fast, to: back, clock });
  const { open } = await (await back.open(ACCOUNT, 'read')).history('alice');
  assert.equal(open?.phase, 'created');
});

it('I11: a journal that lacks a record is not copied', async (test) => {
  const server = settableClock();
  const tables = newTableServer(Object.values(NAMES), () => server.now());
  const box = kmsBox({ dataKeys: newDataKeys(), keyId: 'k', place: NAMES.custodyTable });
  const options = { ...NAMES, tables: clientOf(tables), box, clock: server, run: 'run' };
  const store = new DynamoDbStore(options);
  await recorded(await store.open(ACCOUNT, 'write'), {}, [INTENDED, CREATED]);
  tables.tables.named(NAMES.table).delete(`U#${ACCOUNT}#alice`, 'R#00000002');
  const [, to] = await directoryOf(test);
  await assert.rejects(transferAccount(ACCOUNT, { from: store, to, clock }), {
    code: 'journal-damaged',
    message: /has 1 records, and its head counts 2/,
  });
});
