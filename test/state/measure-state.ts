// measure-state WHAT SIZE-OR-DIRECTORY: does one piece of work in a process that has done nothing else,
// and says on stdout what it cost. `history N` folds N rotations of one user and asks about the keys of
// the last; `journal DIRECTORY` opens the state there and asks who has something open.

import { strict as assert } from 'node:assert';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { systemClock } from '../../src/base/clock.ts';
import { UserHistory } from '../../src/lifecycle/history.ts';
import type { AccessKey } from '../../src/lifecycle/keys.ts';
import { FileStore } from '../../src/state/files/file-store.ts';
import { manyRotations } from './many-records.ts';
import { ACCOUNT } from './support.ts';

export interface Cost {
  readonly cpuMs: number;
  readonly peakMb: number;
}

function foldHistory(rotations: number): () => Promise<void> {
  const records = [...manyRotations({ user: 'alice', rotations })];
  const newest = records.findLast(({ step }) => step.type === 'created')?.step;
  assert.ok(newest?.type === 'created');
  const createdAt = new Date('2026-01-01');
  const keys: readonly AccessKey[] = [
    { id: newest.newKeyId, status: 'Active', createdAt },
    { id: accessKeyId('AKIASTRANGER0EXAMPLE'), status: 'Active', createdAt },
  ];
  return async () => {
    const history = new UserHistory(records);
    assert.equal(history.open, undefined);
    assert.deepEqual(history.lateKeys(keys), []);
    for (const { id } of keys) {
      assert.equal(history.cutOverAt(id), undefined);
      assert.equal(history.deactivatedAt(id), undefined);
    }
  };
}

function readJournal(directory: string): () => Promise<void> {
  const store = new FileStore({ directory, clock: systemClock, run: 'r' });
  return async () => {
    const users = await (await store.open(ACCOUNT, 'read')).openUsers();
    assert.ok(users.length > 0);
  };
}

const [what = '', given = ''] = process.argv.slice(2);
const work = what === 'history' ? foldHistory(Number(given)) : readJournal(given);
const before = process.cpuUsage();
await work();
const { user, system } = process.cpuUsage(before);
const cost: Cost = {
  cpuMs: (user + system) / 1000,
  peakMb: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(JSON.stringify(cost));
