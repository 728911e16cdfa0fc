// How the cost of a run grows with the users of one account, of which one in a hundred is due.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { machine } from './machine.ts';
import { renderPlot } from './plot.ts';
import { type Figures, runKeyturn, type Scenario, type Workshop } from './scenario.ts';

const USERS = [100, 300, 1_000, 3_000, 10_000];
const USERS_QUICK = [10, 30];
const FOLDER = fileURLToPath(new URL('../../docs/performance/', import.meta.url));
const FIGURES = `${FOLDER}growth-users.json`;

interface GrowthPoint extends Figures {
  readonly users: number;
  readonly due: number;
}

export interface Growth {
  readonly machine: string;
  readonly latencyMs: number;
  readonly keyLagSeconds: number;
  readonly credentialReport: readonly GrowthPoint[];
  readonly scan: readonly GrowthPoint[];
}

export async function measureGrowth(workshop: Workshop, isQuick: boolean): Promise<Growth> {
  const surroundings = isQuick
    ? { latencyMs: 1, keyLagSeconds: 0.1 }
    : { latencyMs: 30, keyLagSeconds: 2 };
  const measure = async (inventory: 'report' | 'scan'): Promise<GrowthPoint[]> => {
    const points: GrowthPoint[] = [];
    for (const users of isQuick ? USERS_QUICK : USERS) {
      const due = Math.max(1, users / 100);
      workshop.note(`growth: ${users} users, --inventory ${inventory}`);
      const args = ['--inventory', inventory];
      const scenario: Scenario = { users, due, ...surroundings, args, repeats: 1 };
      points.push({ users, due, ...(await runKeyturn(workshop, scenario)) });
    }
    return points;
  };
  return {
    machine: machine(),
    ...surroundings,
    credentialReport: await measure('report'),
    scan: await measure('scan'),
  };
}

/** The figures for machines, and the plot for people. */
export function writeGrowth(growth: Growth): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(FIGURES, `${JSON.stringify(growth, null, 2)}\n`);
  drawGrowth();
}

/** The plot of the figures that were written last. */
export function drawGrowth(): void {
  const growth = JSON.parse(readFileSync(FIGURES, 'utf8')) as Growth;
  writeFileSync(`${FOLDER}growth-users.svg`, plotGrowth(growth));
}

function plotGrowth({ credentialReport, scan }: Growth): string {
  const frame = (yLabel: string, value: (figures: Figures) => number) => ({
    yLabel,
    series: [
      { label: 'through the credential report', points: pointsOf(credentialReport, value) },
      { label: 'every user read (--inventory scan)', points: pointsOf(scan, value) },
    ],
  });
  return renderPlot({
    title: 'One run over one account, 1 % of the users due',
    xLabel: 'users',
    frames: [
      frame('calls to AWS', ({ calls }) => calls),
      frame('seconds', ({ seconds }) => seconds),
      frame('CPU seconds', ({ cpuSeconds }) => cpuSeconds),
      frame('peak memory, MB', ({ peakMegabytes }) => peakMegabytes),
    ],
  });
}

function pointsOf(points: readonly GrowthPoint[], value: (figures: Figures) => number) {
  return points.map((point) => ({ x: point.users, y: value(point) }));
}

export function growthTable({ credentialReport, scan }: Growth): readonly (readonly string[])[] {
  return credentialReport.map((point, index) => {
    const other = scan[index];
    return [
      String(point.users),
      String(point.due),
      ...[point, other].flatMap((figures) =>
        figures === undefined
          ? []
          : [
              String(figures.calls),
              figures.seconds.toFixed(1),
              figures.cpuSeconds.toFixed(1),
              `${figures.peakMegabytes.toFixed(0)} MB`,
            ],
      ),
    ];
  });
}
