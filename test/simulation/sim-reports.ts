// The credential report of the simulated account: made on request, then the same for four hours.

import type { CredentialReports, ReportFile } from '../../src/aws/gateway.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { SimProcess } from './machine.ts';
import { HOUR_MS, type Stage } from './stage.ts';
import { ACCOUNT, type SimUser } from './world.ts';

const KEPT_MS = 4 * HOUR_MS;
const MAKING_MS_MAX = 20_000;

/** What AWS keeps, and which keys it shows as Active. */
export interface SimReport extends ReportFile {
  readonly readyAtMs: number;
  readonly activeKeyIds: readonly string[];
  /** Those whom it names. */
  readonly users: ReadonlySet<SimUser>;
}

export type Read = <T>(operation: string, serve: () => T) => Promise<T>;

export function simReports(stage: Stage, process: SimProcess, read: Read): CredentialReports {
  const { world, faults, schedule, dice, referee } = stage;
  const kept = (): SimReport | undefined => {
    const { report } = world;
    const isKept = report && schedule.nowMs - report.generatedAt.getTime() < KEPT_MS;
    return isKept ? report : undefined;
  };
  return {
    request: () =>
      read('GenerateCredentialReport', () => {
        if (faults.hit('report-denied')) {
          throw new KeyturnError('access-denied', 'simulated denial of the credential report');
        }
        if (kept() === undefined) world.report = makeReport(stage);
        return (kept()?.readyAtMs ?? 0) <= schedule.nowMs ? 'ready' : 'in-progress';
      }),
    fetch: () =>
      read('GetCredentialReport', () => {
        const report = kept();
        if (report === undefined) return 'absent';
        if (report.readyAtMs > schedule.nowMs || faults.hit('report-slow')) return 'in-progress';
        process.note(`reads the report of ${report.generatedAt.toISOString()}`);
        const { csv, generatedAt } = report;
        if (!faults.hit('report-cut')) return { csv, generatedAt };
        // Cut at the end of a row, it looks whole.
        const cut = csv.slice(0, dice.below(csv.length));
        for (const user of report.users) {
          if (!cut.includes(`\n${user.name},`)) referee.leavesOut(process, user);
        }
        return { csv: cut, generatedAt };
      }),
  };
}

const HEADER = [
  'user',
  'arn',
  'access_key_1_active',
  'access_key_1_last_rotated',
  'access_key_2_active',
  'access_key_2_last_rotated',
];

function makeReport({ world, dice, faults, schedule }: Stage): SimReport {
  const shown = [...world.users.values()].filter(() => !faults.hit('report-misses-user'));
  const row = (user: SimUser): string[] => {
    const slots = world.present(user).map((key) => {
      // AWS documents this date also as that of the last change.
      const changedMs = world.reportsChanges ? (key.changedMs ?? 0) : 0;
      const date = new Date(Math.max(key.createdAtMs, changedMs));
      return [String(key.status === 'Active'), date.toISOString()];
    });
    if (dice.chance(0.5)) slots.reverse();
    const [first = ['false', 'N/A'], second = ['false', 'N/A']] = slots;
    return [user.name, `arn:aws:iam::${ACCOUNT}:user/${user.name}`, ...first, ...second];
  };
  const root = ['<root_account>', `arn:aws:iam::${ACCOUNT}:root`, 'false', 'N/A', 'false', 'N/A'];
  const rows = [HEADER, root, ...shown.map(row)];
  return {
    csv: rows.map((fields) => fields.join(',')).join('\n'),
    generatedAt: new Date(schedule.nowMs),
    readyAtMs: schedule.nowMs + dice.below(MAKING_MS_MAX),
    users: new Set(shown),
    activeKeyIds: shown.flatMap((user) =>
      world.present(user).flatMap(({ id, status }) => (status === 'Active' ? [id] : [])),
    ),
  };
}
