// What a run by the state machine of deploy/aws costs beside a run of one process: the same organization twice, with the
// same users due. IAM and the tables are a sandbox, which counts; Step Functions and Lambda are ministack.
//
//   node dist/bench/state-machine.js [ACCOUNTS [USERS [DUE [AT-ONCE]]]]      50 100 1 5 when left out

import { isDeepStrictEqual } from 'node:util';
import type { Sandbox } from '../src/sandbox/index.ts';
import {
  type FleetSize,
  fleet,
  MachineStage,
  OPTIONS,
  outcome,
  summaryIn,
} from '../test/ministack/machine-stage.ts';
import { byOneProcess } from '../test/ministack/one-process.ts';

const [accounts = 50, users = 100, due = 1, atOnce = 5] = process.argv.slice(2).map(Number);
const size: FleetSize = { accounts, users, due };

/** As it is by itself: by the credential report of each account. */
const HOW = { ...OPTIONS, inventory: 'auto' };

interface Cost {
  readonly seconds: number;
  readonly requests: Readonly<Record<string, number>>;
  readonly readUnits: number;
  readonly writeUnits: number;
}

function tell(what: string, cost: Cost): void {
  process.stdout.write(`${JSON.stringify({ what, ...cost }, null, 1)}\n`);
}

function costOf(sandbox: Sandbox, seconds: number): Cost {
  const requests: Record<string, number> = {};
  for (const { service } of sandbox.requests.list()) {
    requests[service] = (requests[service] ?? 0) + 1;
  }
  const regions = [...sandbox.world.accounts.values()].flatMap(({ tables }) => [
    ...tables.values(),
  ]);
  const used = regions.flatMap((each) => each.all.map((table) => table.used));
  const sum = (of: 'read' | 'write') => used.reduce((total, each) => total + each[of], 0);
  const cost = { seconds, requests, readUnits: sum('read'), writeUnits: sum('write') };
  for (const each of used) Object.assign(each, { read: 0, write: 0 });
  sandbox.requests.clear();
  return cost;
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const begin = performance.now();
  const result = await work();
  return [result, Math.round(performance.now() - begin) / 1000];
}

const sandbox = await fleet(size);
const stage = await MachineStage.open(sandbox, atOnce, 'sandbox');
costOf(sandbox, 0);
const [run, seconds] = await timed(() => stage.run('first', HOW));
tell('state machine', costOf(sandbox, seconds));
process.stdout.write(`${run.status} ${summaryIn(run).text}\n`);
const [idle, idleSeconds] = await timed(() => stage.run('idle', HOW));
tell('state machine, nothing due', costOf(sandbox, idleSeconds));
process.stdout.write(`${idle.status} ${summaryIn(idle).text}\n`);
const made = outcome(sandbox);
await stage.close();

const other = await fleet(size);
const [byOne, oneSeconds] = await timed(() => byOneProcess(other, HOW.inventory));
tell('one process', costOf(other, oneSeconds));
const [, idleOneSeconds] = await timed(() => byOneProcess(other, HOW.inventory));
tell('one process, nothing due', costOf(other, idleOneSeconds));
await other.close();
process.stdout.write(`${isDeepStrictEqual(made, byOne) ? 'the same' : 'NOT the same'} keys\n`);
