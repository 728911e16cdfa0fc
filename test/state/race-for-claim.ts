// race-for-claim CLAIMS_DIR STARTS_DIR LOG COUNT SEED: one of several processes that want one claim,
// hold it COUNT times, and write a line when they enter and when they leave.
//
// Dying is played: a process that "dies" (at any disk operation, or while it holds the claim) leaves
// everything as it is and goes on under a new start time, so that the others see a reused process
// ID. STARTS_DIR holds the present start time of each process. So thousands of deaths fit into a
// second, and most of them leave a stale claim for which all processes race.

import { appendFileSync } from 'node:fs';
import { mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { ClaimFiles } from '../../src/state/files/claim-files.ts';
import { type ProcessTable, systemProcesses } from '../../src/state/files/process-table.ts';
import { failingFileSystem } from './failing-file-system.ts';

const [directory = '', starts = '', log = '', count = '0', seed = '1'] = process.argv.slice(2);
const scratch = await mkdtemp(join(starts, 'scratch-'));
let state = Number(seed);
let life = 0;

function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

const processes: ProcessTable = {
  self: async () => ({ ...(await systemProcesses.self()), processStart: String(life) }),
  find: async (pid) => ({ processStart: await readFile(join(starts, String(pid)), 'utf8') }),
};

async function beginLife(): Promise<void> {
  life += 1;
  await writeFile(join(scratch, 'start'), String(life));
  await rename(join(scratch, 'start'), join(starts, String(process.pid)));
}

/** True when the claim was held once. */
async function oneLife(): Promise<boolean> {
  await beginLife();
  // Some lives are long: if every process died within milliseconds, nobody could ever clear up.
  const operation = random(3) === 0 ? Number.MAX_SAFE_INTEGER : 1 + random(60);
  const fs = failingFileSystem({ operation, errno: 'EIO', effect: 'death' });
  const claims = new ClaimFiles({ directory, fs, clock: systemClock, processes, run: 'race' });
  for (;;) {
    const acquired = await claims.acquire('user-alice.claim').catch(() => undefined);
    if (fs.failed() || acquired === undefined) return false;
    if (acquired.held === undefined) {
      await systemClock.sleep(random(3));
      continue;
    }
    const who = `${process.pid}.${life}`;
    appendFileSync(log, `enter ${who}\n`);
    await systemClock.sleep(random(3));
    appendFileSync(log, `leave ${who}\n`);
    // Every other time it dies while holding the claim.
    if (random(2) === 0) await acquired.held.release();
    return true;
  }
}

await beginLife();
// The others judge claims by the start times, so all of them must be known first.
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
process.stdin.unref();
for (let held = 0; held < Number(count); ) if (await oneLife()) held += 1;
// The end of this process is a death too: what it still holds must not block the others.
await beginLife();
process.exit(0);
