// What state in tables costs: requests and units of runs over an account of 100 users, as docs/state/dynamodb.md
// has them: node dist/test/state/measure-tables.js

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openingOf } from '../../src/app/open-state.ts';
import { systemClock } from '../../src/base/clock.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { makeState } from '../../src/state/stores.ts';
import { type Program, run } from '../cli/process.ts';
import { ACCOUNT } from './support.ts';

const USERS = 100;
const DUE = 10;
const PLACE = 'dynamodb:keyturn';

interface Cost {
  readonly requests: number;
  readonly written: number;
  readonly read: number;
  readonly kms: number;
}

function costOf({ world, requests }: Sandbox): Cost {
  const tables = world.account(ACCOUNT).tables.get('us-east-1')?.all ?? [];
  const sum = (units: (used: { write: number; read: number }) => number) =>
    tables.reduce((total, { used }) => total + units(used), 0);
  const countOf = (wanted: string) =>
    requests.list().filter(({ service }) => service === wanted).length;
  return {
    requests: countOf('dynamodb'),
    written: sum(({ write }) => write),
    read: sum(({ read }) => read),
    kms: countOf('kms'),
  };
}

function minus(one: Cost, other: Cost, by = 1): Cost {
  const part = (name: keyof Cost) => (one[name] - other[name]) / by;
  return {
    requests: part('requests'),
    written: part('written'),
    read: part('read'),
    kms: part('kms'),
  };
}

const sandbox = await startSandbox({ reportSeconds: 0 });
const home = mkdtempSync(join(tmpdir(), 'keyturn-measure-'));
const env = {
  ...{ PATH: process.env.PATH ?? '', HOME: home, KEYTURN_ENDPOINT_GUARD: 'loopback' },
  ...{ ...sandbox.endpointEnv(), KEYTURN_STATE: PLACE },
};

async function costOfRun(program: Program, args: readonly string[]): Promise<Cost> {
  const before = costOf(sandbox);
  const { code, stderr } = await run(program, args, env);
  if (code !== 0) throw new RangeError(`${program} ends with ${code}: ${stderr}`);
  return minus(costOf(sandbox), before);
}

function show(what: string, { requests, written, read, kms }: Cost): void {
  const cells = [requests, written, read, kms].map((each) => each.toFixed(0));
  process.stdout.write(`| ${[what, ...cells].join(' | ')} |\n`);
}

try {
  await makeState(PLACE, openingOf({ clock: systemClock, env }));
  for (let number = 0; number < USERS; number += 1) {
    sandbox.world.addUser(ACCOUNT, { name: `user-${number}` });
    sandbox.world.addKey(ACCOUNT, `user-${number}`, { ageDays: number < DUE ? 100 : 5 });
  }
  // What is seen for the first time is written once.
  await costOfRun('rotate-iam-keys', ['--days-threshold', '365']);
  const idle = await costOfRun('rotate-iam-keys', ['--days-threshold', '365']);
  show('a run with nothing due', idle);
  const dry = await costOfRun('rotate-iam-keys', ['--days-threshold', '365', '--dry-run']);
  const due = await costOfRun('rotate-iam-keys', ['--retire', 'now']);
  show('each rotation in it', minus(due, idle, DUE));
  show('a dry run', dry);
} finally {
  await sandbox.close();
  rmSync(home, { recursive: true });
}
