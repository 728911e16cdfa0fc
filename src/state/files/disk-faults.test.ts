// What a failing disk can do beyond the contract of every store (test/state/contract-faults.ts): each
// scenario is run with a fault at its first disk operation, its second, and so on, and afterwards the
// disk is read again by somebody new.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { assertCoded, errorOf } from '../../../test/state/coded-errors.ts';
import { EVERY_FAULT, failingFileSystem } from '../../../test/state/failing-file-system.ts';
import { openState, settableClock, temporaryDirectory } from '../../../test/state/support.ts';
import type { FileSystem } from '../../base/files/file-system.ts';
import { nodeFileSystem } from '../../base/files/node-file-system.ts';
import { ClaimFiles } from './claim-files.ts';
import { FileClaims } from './claims.ts';
import { systemProcesses } from './process-table.ts';

const OPERATIONS_MAX = 200;

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
