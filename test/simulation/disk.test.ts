import assert from 'node:assert/strict';
import { it } from 'node:test';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { Secret } from '../../src/base/secret.ts';
import { FileCustody } from '../../src/state/files/custody.ts';
import { Dice } from './dice.ts';
import { Disk } from './disk.ts';
import { Faults } from './faults.ts';
import { Machine, SimProcess } from './machine.ts';
import { Schedule } from './schedule.ts';
import { simFileSystem } from './sim-file-system.ts';
import { STATE_DIR } from './stage.ts';
import { Trace } from './trace.ts';
import { ACCOUNT } from './world.ts';

const NOBODY = { owners: async () => new Map() };
const KEY = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const ENTRY = {
  account: ACCOUNT,
  user: 'alice',
  keyId: KEY,
  secret: new Secret('simulated'),
  rotation: 'r1',
  createdAt: new Date(0),
};

function bench() {
  const dice = new Dice(1);
  const schedule = new Schedule(0);
  const disk = new Disk(dice, schedule, STATE_DIR);
  const faults = new Faults({ dice });
  faults.areOn = false;
  const machine = new Machine('machine');
  const surroundings = { schedule, trace: new Trace(false), machine };
  const fileSystem = (stepsToLive = Number.POSITIVE_INFINITY) => {
    const process = new SimProcess(1, stepsToLive, surroundings, () => {}, undefined);
    const fs = simFileSystem({ disk, dice, faults, schedule, process, yieldChance: 0 });
    return { process, fs };
  };
  return { disk, schedule, fileSystem };
}

it('a power cut leaves what was synced, content and name, and nothing is promised before', async () => {
  const { disk, schedule, fileSystem } = bench();
  const path = `${STATE_DIR}/file`;
  const { fs } = fileSystem();
  const file = await fs.open(path, 'create');
  await file.write(Buffer.from('text'));
  assert.equal(disk.durableContent(path), undefined);
  await file.sync();
  assert.equal(disk.durableContent(path), undefined);
  await fs.syncDirectory(STATE_DIR);
  assert.equal(disk.durableContent(path)?.toString(), 'text');
  await file.write(Buffer.from(' and more'));
  assert.equal(disk.durableContent(path)?.toString(), 'text');
  await schedule.pass(60_000);
  assert.equal(disk.durableContent(path)?.toString(), 'text and more');
});

it('I3: a hand-off that another process left half durable is durable once it was read', async () => {
  const { disk, fileSystem } = bench();
  const path = `${STATE_DIR}/${KEY}.json`;
  let steps = 0;
  // Its writer dies at ever later steps, until the name is there and the folder is not synced yet.
  while (disk.find(path) === undefined) {
    steps += 1;
    void new FileCustody(
      { fs: fileSystem(steps).fs, directory: STATE_DIR, account: ACCOUNT },
      NOBODY,
    ).put(ENTRY);
    await new Promise((resolve) => setImmediate(resolve));
    assert(steps < 100);
  }
  assert.equal(disk.durableContent(path), undefined);
  const read = await new FileCustody(
    { fs: fileSystem().fs, directory: STATE_DIR, account: ACCOUNT },
    NOBODY,
  ).get(KEY);
  assert.equal(read?.secret.reveal(), 'simulated');
  assert.match(disk.durableContent(path)?.toString() ?? '', /simulated/);
});
