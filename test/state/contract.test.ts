// The stores that there are, each held to the contract. A new one is a row more.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import type { FileSystem } from '../../src/base/files/file-system.ts';
import { nodeFileSystem } from '../../src/base/files/node-file-system.ts';
import { BOX_KINDS, type BoxKind } from '../../src/custody/box.ts';
import { DynamoDbStore } from '../../src/state/dynamodb/dynamodb-store.ts';
import { LEASE_MS } from '../../src/state/dynamodb/table.ts';
import { FileStore } from '../../src/state/files/file-store.ts';
import { type ProcessTable, systemProcesses } from '../../src/state/files/process-table.ts';
import { Memory, type Touch } from '../../src/state/memory/memory.ts';
import { MemoryStore } from '../../src/state/memory/memory-store.ts';
import { quickDirectory } from '../support/quick-directory.ts';
import { boxesOf } from './boxes.ts';
import { passesContract, passesCustodyContract } from './contract.ts';
import { addedTo } from './contract-trail.ts';
import { EVERY_FAULT, failingFileSystem } from './failing-file-system.ts';
import { clientOf, hurt, type Mishap, newTableServer } from './in-tables.ts';
import { type Medium, ROTATED, recorded, type Subject } from './subject.ts';
import { ACCOUNT, settableClock, temporaryDirectory } from './support.ts';

const SUBJECTS: readonly Subject[] = [
  {
    kind: 'files',
    medium: async (test) => filesIn(join(await temporaryDirectory(test), 'state')),
    quickMedium: async (test) => filesIn(await quickDirectory(test)),
    faults: EVERY_FAULT.map(({ errno, effect }) => `${errno} ${effect}`),
  },
  {
    kind: 'memory',
    medium: async () => inMemory(new Memory()),
    quickMedium: async () => inMemory(new Memory()),
    faults: ['before', 'after', 'for good'],
  },
  {
    kind: 'dynamodb',
    medium: async () => inTables(),
    quickMedium: async () => inTables(),
    faults: ['before', 'after', 'twice', 'late', 'throttled', 'for good'],
  },
];

it('every folder of the room is a store that is held to the contract', () => {
  const room = new URL('../../../src/state/', import.meta.url);
  const folders = readdirSync(room, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const kinds = SUBJECTS.map(({ kind }) => kind);
  assert.deepEqual(kinds.toSorted(), folders.map(({ name }) => name).toSorted());
});

for (const subject of SUBJECTS) passesContract(subject);

it('every store writes the same bytes into an audit trail', async (test) => {
  const clock = settableClock();
  const source = new MemoryStore({ clock, run: 'run-0', memory: new Memory() });
  await recorded(await source.open(ACCOUNT, 'write'), { user: 'alice' }, ROTATED);
  const written: (readonly string[])[] = [];
  for (const { medium } of SUBJECTS) {
    written.push(await addedTo((await medium(test)).store('run-9'), source));
  }
  for (const texts of written) assert.deepEqual(texts, written[0]);
});

for (const kind of BOX_KINDS) {
  passesCustodyContract({
    kind: `files, with secrets in ${kind}`,
    medium: async (test) => filesIn(join(await temporaryDirectory(test), 'state'), kind),
    quickMedium: async (test) => filesIn(await quickDirectory(test), kind),
    faults: ['ENOSPC before', 'EIO death'],
  });
  if (kind === 'kms') continue;
  passesCustodyContract({
    kind: `dynamodb, with secrets in ${kind}`,
    medium: async () => inTables(kind),
    quickMedium: async () => inTables(kind),
    faults: ['before', 'after', 'late', 'for good'],
  });
}

function filesIn(directory: string, kind?: BoxKind): Medium {
  const clock = settableClock();
  const boxes = kind && boxesOf(kind, 'files');
  const box = () => boxes?.box(() => undefined);
  // To whoever comes later, the process on the failing disk has died.
  const processStart = 'another process';
  const dying: ProcessTable = {
    self: async () => ({ ...(await systemProcesses.self()), processStart }),
    find: async (pid) => (pid === process.pid ? { processStart } : await systemProcesses.find(pid)),
  };
  return {
    store: (run) => new FileStore({ directory, clock, run, box: box() }),
    contents: async () => [await treeOf(directory), boxes?.contents()],
    failing: (name, operation) => {
      const fault = EVERY_FAULT.find(({ errno, effect }) => name === `${errno} ${effect}`);
      assert.ok(fault);
      const failing = failingFileSystem({ ...fault, operation });
      let disk: FileSystem = nodeFileSystem;
      const fs = new Proxy(nodeFileSystem, {
        get: (_, method: keyof FileSystem) => disk[method],
      });
      return {
        store: new FileStore({ directory, clock, run: 'run-1', fs, processes: dying, box: box() }),
        arm: () => {
          disk = failing;
        },
        wasReached: failing.failed,
      };
    },
  };
}

async function treeOf(directory: string): Promise<unknown> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = found.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    return [path, entry.isFile() ? await readFile(path, 'utf8') : ''] as const;
  });
  return (await Promise.all(files)).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const NAMES = { table: 'keyturn', custodyTable: 'keyturn-custody' } as const;

function inTables(kind: BoxKind = 'kms'): Medium {
  const clock = settableClock();
  // To whoever comes after a process that died, so much later that its claims are over.
  let laterMs = 0;
  let isSomebodyDead = false;
  const server = newTableServer(
    Object.values(NAMES),
    () => new Date(clock.now().getTime() + laterMs),
  );
  const boxes = boxesOf(kind, NAMES.custodyTable);
  const open = (run: string, mishap: () => Mishap | undefined = () => undefined) =>
    new DynamoDbStore({
      ...{ ...NAMES, tables: hurt(clientOf(server), mishap), clock, run },
      ...{ box: boxes.box(mishap), random: () => 0.5, steady: () => 0 },
    });
  return {
    store: (run) => {
      if (isSomebodyDead) laterMs += LEASE_MS + 60_000;
      return open(run);
    },
    contents: async () => [server.tables.all.map(({ items }) => items), boxes.contents()],
    failing: (fault, operation) => {
      let count = Number.NEGATIVE_INFINITY;
      const mishap = (): Mishap | undefined => {
        count += 1;
        if (fault === 'for good') return count >= operation ? 'before' : undefined;
        return count === operation ? (fault as Mishap) : undefined;
      };
      const store = open('run-1', mishap);
      return {
        store,
        arm: () => {
          count = 0;
          isSomebodyDead = true;
        },
        wasReached: () => count >= operation,
      };
    },
  };
}

function inMemory(memory: Memory): Medium {
  const clock = settableClock();
  return {
    store: (run) => new MemoryStore({ clock, run, memory }),
    contents: async () => structuredClone([...memory.accounts].map(([account]) => account)),
    failing: (fault, operation) => {
      let count = Number.NEGATIVE_INFINITY;
      const touch: Touch = async (work) => {
        count += 1;
        const hits = count === operation || (fault === 'for good' && count > operation);
        if (!hits) return work();
        if (fault === 'after') work();
        throw new TypeError('injected');
      };
      return {
        store: new MemoryStore({ clock, run: 'run-1', memory, touch }),
        arm: () => {
          count = 0;
        },
        wasReached: () => count >= operation,
      };
    },
  };
}
