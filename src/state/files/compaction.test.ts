import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { manyRotations } from '../../../test/state/many-records.ts';
import { ACCOUNT, openState, temporaryDirectory } from '../../../test/state/support.ts';
import { nodeFileSystem } from '../../base/files/node-file-system.ts';
import { encodeRecord } from '../record-codec.ts';

const PASTS = [
  { user: 'ada', rotations: 620 },
  { user: 'bob', rotations: 620, endsOpen: true },
];

/** A state directory whose journal has this many users of each past. */
async function aged(t: TestContext, pasts = PASTS) {
  const directory = await temporaryDirectory(t);
  await openState(directory);
  const path = join(directory, ACCOUNT, 'journal.jsonl');
  const lines = pasts.flatMap((past) => [...manyRotations(past)].map(encodeRecord));
  await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return { directory, path, records: lines.length };
}

/** What decisions read of both users. */
async function seen(directory: string): Promise<unknown> {
  const state = await openState(directory);
  const open = (await state.openUsers()).map(({ user, history }) => [user, history.open?.phase]);
  const latest = await Promise.all(
    PASTS.map(async ({ user }) => [...(await state.history(user)).rotations].at(-1)),
  );
  return { open, latest };
}

test('a journal of years is compacted by itself, once, and decides the same', async (t) => {
  const { directory, path, records } = await aged(t);
  const before = await seen(directory);
  const state = await openState(directory);
  const compacted = await state.tidy();
  assert.equal(compacted?.before, records);
  assert.ok((compacted?.after ?? records) < 100, `${compacted?.after} records are left`);
  assert.deepEqual(await seen(directory), before);
  // The state that is open goes on with the shorter one.
  assert.equal((await state.history('bob')).open?.phase, 'delivered-unproved');
  const content = await readFile(path);
  assert.equal(await state.tidy(), undefined);
  assert.deepEqual(await readFile(path), content);
});

test('a journal that is short, or whose users have few records each, is left alone', async (t) => {
  const few = await aged(t, [{ user: 'ada', rotations: 100 }]);
  const wide = await aged(
    t,
    Array.from({ length: 600 }, (_, index) => ({ user: `user-${index}`, rotations: 2 })),
  );
  for (const { directory, path } of [few, wide]) {
    const content = await readFile(path);
    assert.equal(await (await openState(directory)).tidy(), undefined);
    assert.deepEqual(await readFile(path), content);
  }
});

test('I9: nothing is compacted while another run works, which goes on unharmed', async (t) => {
  const { directory, path } = await aged(t);
  const content = await readFile(path);
  const worker = await openState(directory, { run: 'run-2' });
  await worker.exclusively('ada', async () => {
    assert.equal(await (await openState(directory)).tidy(), undefined);
    assert.deepEqual(await readFile(path), content);
  });
  assert.ok(await (await openState(directory)).tidy());
});

test('I1: a disk that takes no more leaves the journal as it was', async (t) => {
  const { directory, path } = await aged(t);
  const content = await readFile(path);
  const fs = {
    ...nodeFileSystem,
    rename: async () => {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    },
  };
  const state = await openState(directory, { fs });
  await assert.rejects(state.tidy(), { code: 'journal-write' });
  assert.deepEqual(await readFile(path), content);
});
