// What a failing disk can do: each scenario is run with a fault at its first disk operation, its
// second, and so on, and afterwards the disk is read again by somebody new.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { EVERY_FAULT, failingFileSystem } from '../../../test/state/failing-file-system.ts';
import {
  ACCOUNT,
  lastSeen,
  NEW_KEY,
  OLD_KEY,
  openState,
  rotationRecord,
  settableClock,
  temporaryDirectory,
} from '../../../test/state/support.ts';
import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { FileSystem } from '../../base/files/file-system.ts';
import { nodeFileSystem } from '../../base/files/node-file-system.ts';
import { Secret } from '../../base/secret.ts';
import { ClaimFiles } from './claim-files.ts';
import { FileClaims } from './claims.ts';
import { FileCustody } from './custody.ts';
import { FileJournal } from './journal.ts';
import { systemProcesses } from './process-table.ts';
import { FileSightings } from './sightings.ts';

const OPERATIONS_MAX = 200;
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

interface Scenario<State> {
  readonly codes: readonly string[];
  /** Brings the disk into the old state, before any fault. */
  readonly prepare: (directory: string) => Promise<State>;
  readonly act: (fs: FileSystem, directory: string, state: State) => Promise<unknown>;
  /** Given whether act() resolved: whether the disk is in the state that this promises. */
  readonly check: (directory: string, resolved: boolean) => Promise<void>;
}

async function underEveryFault<State>(t: TestContext, scenario: Scenario<State>): Promise<void> {
  const root = await temporaryDirectory(t);
  let runs = 0;
  for (const fault of EVERY_FAULT) {
    for (let operation = 1; operation < OPERATIONS_MAX; operation += 1) {
      const directory = join(root, String(runs));
      runs += 1;
      await mkdir(directory);
      const state = await scenario.prepare(directory);
      const fs = failingFileSystem({ ...fault, operation });
      const error = await errorOf(() => scenario.act(fs, directory, state));
      const where = `${fault.errno} ${fault.effect} at operation ${operation}`;
      if (error !== undefined) assertCoded(error, scenario.codes, where);
      await scenario.check(directory, error === undefined).catch((cause: unknown) => {
        throw new assert.AssertionError({ message: `${where}: ${inspect(cause)}` });
      });
      if (!fs.failed()) break;
      assert.notEqual(operation, OPERATIONS_MAX - 1, 'the scenario never ends');
    }
  }
  assert.ok(runs >= EVERY_FAULT.length * 3, 'the faults were reached');
}

async function errorOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error;
  }
}

function assertCoded(error: unknown, codes: readonly string[], where: string): void {
  assert.ok(error instanceof KeyturnError, `${where}: ${inspect(error)}`);
  assert.ok(codes.includes(error.code), `${where}: ${error.code}: ${error.message}`);
  // I8: neither the message nor anything that hangs on it may show the secret.
  assert.ok(!inspect(error, { depth: 9 }).includes(SECRET.slice(0, 12)), where);
}

function entry(secret: string) {
  const createdAt = new Date('2026-03-01T00:00:00.000Z');
  const names = { account: ACCOUNT, user: 'alice', keyId: NEW_KEY, rotation: 'r' };
  return { ...names, secret: new Secret(secret), createdAt };
}

function custodyIn(fs: FileSystem, directory: string): FileCustody {
  const owners = async () => new Map<AccessKeyId, string>();
  return new FileCustody({ fs, directory, account: ACCOUNT }, { owners });
}

for (const old of [undefined, 'old secret']) {
  const name = old === undefined ? 'the first' : 'a replaced';
  test(`I3: a disk fault leaves ${name} hand-off old or new, never half`, async (t) => {
    await underEveryFault(t, {
      codes: ['handoff-failed'],
      prepare: async (directory) => {
        if (old !== undefined) await custodyIn(nodeFileSystem, directory).put(entry(old));
      },
      act: (fs, directory) => custodyIn(fs, directory).put(entry(SECRET)),
      check: async (directory, resolved) => {
        const found = await custodyIn(nodeFileSystem, directory).get(NEW_KEY);
        const allowed = resolved ? [SECRET] : [SECRET, old];
        assert.ok(allowed.includes(found?.secret.reveal()));
      },
    });
  });
}

test('a disk fault leaves a removed hand-off whole or gone, and says so when it may be there', async (t) => {
  await underEveryFault(t, {
    codes: ['handoff-failed'],
    prepare: async (directory) => {
      await custodyIn(nodeFileSystem, directory).put(entry(SECRET));
    },
    act: (fs, directory) => custodyIn(fs, directory).remove(NEW_KEY),
    check: async (directory, resolved) => {
      const custody = custodyIn(nodeFileSystem, directory);
      const found = await custody.get(NEW_KEY);
      assert.ok(found === undefined || (!resolved && found.secret.reveal() === SECRET));
      // Removing what is gone is fine, so it can be tried again.
      await custody.remove(NEW_KEY);
      assert.equal(await custody.get(NEW_KEY), undefined);
    },
  });
});

test('I1: a disk fault never loses a promised record, and the next append works', async (t) => {
  const [first, second, third] = ['1', '2', '3'].map((rotation) =>
    rotationRecord({ type: 'created', newKeyId: NEW_KEY }, { rotation }),
  );
  assert.ok(first && second && third);
  const open = (fs: FileSystem, directory: string) =>
    new FileJournal(fs, join(directory, 'journal.jsonl'), ACCOUNT);
  await underEveryFault(t, {
    codes: ['journal-write'],
    prepare: (directory) => open(nodeFileSystem, directory).append(first),
    act: (fs, directory) => open(fs, directory).append(second),
    check: async (directory, resolved) => {
      const journal = open(nodeFileSystem, directory);
      await journal.append(third);
      const found = (await journal.historyOf('alice')).records
        .map((record) => record.rotation)
        .join('');
      assert.ok(found === '123' || (!resolved && found === '13'), found);
    },
  });
});

test('I11: a disk fault while reading the journal is an error, never a shorter journal', async (t) => {
  const open = (fs: FileSystem, directory: string) =>
    new FileJournal(fs, join(directory, 'journal.jsonl'), ACCOUNT);
  await underEveryFault(t, {
    codes: ['state-dir'],
    prepare: (directory) =>
      open(nodeFileSystem, directory).append(
        rotationRecord({ type: 'created', newKeyId: NEW_KEY }),
      ),
    act: async (fs, directory) => {
      assert.equal((await open(fs, directory).historyOf('alice')).records.length, 1);
    },
    check: async () => undefined,
  });
});

test('I5: a disk fault leaves the sightings old or new, never half', async (t) => {
  const [earlier, later] = [new Date('2026-01-01'), new Date('2026-02-01')];
  const clock = settableClock();
  const open = (fs: FileSystem, directory: string) => {
    const options = { directory, fs, clock, processes: systemProcesses, run: 'r' };
    const path = join(directory, 'sightings.json');
    return FileSightings.open({ path, fs, clock, claims: new ClaimFiles(options) });
  };
  await underEveryFault(t, {
    codes: ['state-dir'],
    prepare: async (directory) => {
      const sightings = await open(nodeFileSystem, directory);
      await sightings.remember([{ at: earlier, keyIds: [OLD_KEY] }]);
    },
    act: async (fs, directory) => {
      const sightings = await open(fs, directory);
      await sightings.remember([{ at: later, keyIds: [OLD_KEY, NEW_KEY] }]);
    },
    check: async (directory, resolved) => {
      const sightings = await open(nodeFileSystem, directory);
      const found = [lastSeen(sightings, OLD_KEY), lastSeen(sightings, NEW_KEY)];
      if (resolved || found[1] !== undefined) assert.deepEqual(found, [later, later]);
      else assert.deepEqual(found, [earlier, undefined]);
    },
  });
});

test('I9: a disk fault makes a claim fail in words or hold; work never runs twice', async (t) => {
  const clock = settableClock();
  const open = (fs: FileSystem, directory: string) =>
    new FileClaims(new ClaimFiles({ directory, fs, clock, processes: systemProcesses, run: 'r' }));
  await underEveryFault(t, {
    codes: ['state-dir', 'rotation-in-progress'],
    prepare: async () => ({ worked: 0 }),
    act: async (fs, directory, state) => {
      await open(fs, directory).withClaim('alice', async () => {
        state.worked += 1;
        const second = open(nodeFileSystem, directory).withClaim('alice', async () => undefined);
        await assert.rejects(second, { code: 'rotation-in-progress' });
      });
      assert.equal(state.worked, 1);
    },
    check: async () => undefined,
  });
});

test('a disk fault while the state is opened is refused in words, and opening again works', async (t) => {
  const open = (fs: FileSystem, directory: string) => openState(join(directory, 's'), { fs });
  await underEveryFault(t, {
    codes: ['state-dir'],
    prepare: async () => undefined,
    act: open,
    check: async (directory) => {
      const state = await open(nodeFileSystem, directory);
      assert.deepEqual(await state.openUsers(), []);
    },
  });
});

test('I3: a real full disk: every promised record is there, errors are coded, and space heals', (t) => {
  const script = fileURLToPath(new URL('../../../test/state/fill-disk.js', import.meta.url));
  const mount = 'mount -t tmpfs -o size=512k none /mnt && exec "$0" "$1" /mnt';
  const args = [
    '--user',
    '--map-root-user',
    '--mount',
    'sh',
    '-c',
    mount,
    process.execPath,
    script,
  ];
  const { status, stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' });
  if (status !== 0 && !/node:|Error/.test(stderr ?? '')) {
    t.skip('this system does not let a test mount a small disk');
    return;
  }
  assert.equal(status, 0, stderr);
  const { promised, ...result } = JSON.parse(stdout);
  assert.ok(promised > 20);
  assert.deepEqual(result, {
    codes: ['handoff-failed', 'journal-write', 'ok'],
    opened: 'state-dir',
    afterwards: ['ok', 'ok'],
    lost: [],
  });
});
