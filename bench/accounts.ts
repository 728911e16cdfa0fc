// `npm run bench:accounts`: how a run over an organization grows with the number of its accounts. The
// practice AWS is a process of its own, and its cost is named apart.
//
//   npm run bench:accounts                 1 to 2,000 accounts; a quarter of an hour
//   npm run bench:accounts -- --write      also into docs/performance/growth-accounts.json and .svg
//   npm run bench:accounts -- --quick      three accounts: shows that the bench works
//   npm run bench:accounts -- 1000 2000    these numbers of accounts
//   npm run bench:accounts -- --plot       draws the plot anew from the figures of the last --write

import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PracticeAws } from '../scripts/support/practice-aws.ts';
import { safeEnvironment } from '../scripts/support/safe-environment.ts';
import { ScriptError } from '../scripts/support/script-error.ts';
import type { RotationReport } from '../src/reports/rotation-report.ts';
import { machine } from './machine.ts';
import { measured, runMeasured } from './measured-process.ts';
import { renderPlot } from './plot.ts';
import { openWorkshop } from './workshop.ts';

interface Setting {
  readonly usersPerAccount: number;
  readonly duePerAccount: number;
  readonly latencyMs: number;
  readonly keyLagSeconds: number;
}

interface AccountsFigures {
  readonly accounts: number;
  readonly keysRotated: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  readonly callsPerAccount: number;
  readonly sandboxCpuSeconds: number;
  readonly sandboxPeakMegabytes: number;
}

const FULL: Setting = { usersPerAccount: 100, duePerAccount: 1, latencyMs: 30, keyLagSeconds: 2 };
const QUICK: Setting = { usersPerAccount: 5, duePerAccount: 1, latencyMs: 1, keyLagSeconds: 0.1 };
const COUNTS = [1, 10, 100, 1_000, 2_000];
const QUICK_COUNTS = [3];

const FOLDER = fileURLToPath(new URL('../../docs/performance/', import.meta.url));
const FIGURES = `${FOLDER}growth-accounts.json`;

interface Growth {
  readonly machine: string;
  readonly setting: Setting;
  readonly curve: readonly AccountsFigures[];
}

const { processes, folder, note } = openWorkshop();

async function measure(accounts: number, setting: Setting): Promise<AccountsFigures> {
  const own = mkdtempSync(join(folder, 'run-'));
  const env = safeEnvironment(process.env, own);
  const sandbox = measured(own, 'sandbox');
  const { usersPerAccount, duePerAccount: due, latencyMs, keyLagSeconds } = setting;
  const practice = await PracticeAws.start(processes, {
    args: ['--latency-ms', String(latencyMs), '--key-lag-s', String(keyLagSeconds)],
    env: { ...env, ...sandbox.env },
    nodeArgs: sandbox.nodeArgs,
    population: { users: usersPerAccount - 1, seed: 'bench', counts: { due } },
    organization: { members: accounts - 1, users: usersPerAccount, counts: { due } },
  });
  const run = await runMeasured(processes, {
    name: 'run',
    command: ['bin/rotate-iam-keys.mjs', '--organization', '--output-format', 'json'],
    env: { ...env, ...practice.clientEnv },
    folder: own,
  });
  const calls = (await practice.requests()).length;
  await processes.stop(practice.child);
  const { summary } = JSON.parse(run.stdout) as RotationReport;
  const keysRotated = summary.successful_rotations;
  if (run.code !== 0 || keysRotated !== accounts * due) {
    throw new ScriptError(`${keysRotated} keys were rotated, and the run ended with ${run.code}`);
  }
  const usage = sandbox.usage();
  return {
    accounts,
    keysRotated,
    seconds: rounded(run.seconds),
    cpuSeconds: rounded(run.usage.userSeconds + run.usage.systemSeconds),
    peakMegabytes: Math.round(run.usage.peakMegabytes),
    callsPerAccount: rounded(calls / accounts),
    sandboxCpuSeconds: rounded(usage.userSeconds + usage.systemSeconds),
    sandboxPeakMegabytes: Math.round(usage.peakMegabytes),
  };
}

/** The plot of the figures that were written last. */
function draw(): void {
  const { setting, curve } = JSON.parse(readFileSync(FIGURES, 'utf8')) as Growth;
  const frame = (yLabel: string, figure: (point: AccountsFigures) => number) => ({
    yLabel,
    series: [
      {
        label: 'rotate-iam-keys --organization',
        points: curve.map((point) => ({ x: point.accounts, y: figure(point) })),
      },
    ],
  });
  const plot = renderPlot({
    title: `An organization: ${setting.usersPerAccount} users in each account, one key of it due`,
    xLabel: 'accounts',
    frames: [
      frame('seconds', ({ seconds }) => seconds),
      frame('CPU seconds', ({ cpuSeconds }) => cpuSeconds),
      frame('calls per account', ({ callsPerAccount }) => callsPerAccount),
      frame('peak memory, MB', ({ peakMegabytes }) => peakMegabytes),
    ],
  });
  writeFileSync(`${FOLDER}growth-accounts.svg`, plot);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

const args = process.argv.slice(2);
const isQuick = args.includes('--quick');
const asked = args.filter((arg) => /^[1-9]\d{0,4}$/.test(arg)).map(Number);
const unknown = args.find((arg) => !/^(?:--quick|--write|--plot|[1-9]\d{0,4})$/.test(arg));
if (unknown !== undefined) {
  note(`${unknown} is not possible`);
  process.exit(2);
}

if (args.includes('--plot')) {
  draw();
  process.exit();
}

try {
  const setting = isQuick ? QUICK : FULL;
  const curve: AccountsFigures[] = [];
  for (const accounts of asked.length > 0 ? asked : isQuick ? QUICK_COUNTS : COUNTS) {
    note(`${accounts} accounts of ${setting.usersPerAccount} users`);
    curve.push(await measure(accounts, setting));
  }
  const document = `${JSON.stringify({ machine: machine(), setting, curve }, null, 2)}\n`;
  process.stdout.write(document);
  if (args.includes('--write')) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(FIGURES, document);
    draw();
  }
} catch (thrown) {
  note(`failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  process.exitCode = 1;
}
process.exit();
