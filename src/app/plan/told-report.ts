// The report of an apply as notifications and metrics take it: what was performed, and beside it what the plan that
// was made a moment ago says of everybody with whom nothing was done.

import type { RotationReport } from '../../reports/rotation-report.ts';

interface Applied {
  readonly dryRun: boolean;
  readonly endedAt: Date;
}

/** Undefined where nothing was looked at. */
export function toldReport(
  made: RotationReport | undefined,
  performed: RotationReport | undefined,
  { dryRun, endedAt }: Applied,
): RotationReport | undefined {
  if (dryRun) return made ?? performed;
  if (made === undefined) return performed && nothingDone(performed);
  const done = performed?.dry_run === false ? performed : undefined;
  const worked = new Set([...rowsOf(done)].map(nameOf));
  const isLeft = (row: Row) => !worked.has(nameOf(row));
  const failed = made.rotated_keys.filter((row) => isLeft(row) && !row.success);
  const waiting = made.retirements.filter((row) => isLeft(row) && row.state === 'waiting');
  const { planned_changes: _, ...whole } = made;
  const rotated = [
    ...(done?.rotated_keys ?? []),
    ...failed.map((row) => ({ ...row, dry_run: false })),
  ];
  return {
    ...whole,
    dry_run: false,
    run_id: done?.run_id ?? made.run_id,
    rotated_keys: rotated,
    cleanup_results: [...(done?.cleanup_results ?? [])],
    retirements: [...(done?.retirements ?? []), ...waiting],
    errors: [...made.errors, ...(done?.errors ?? [])],
    changes: [...(done?.changes ?? [])],
    hooks: [...(done?.hooks ?? [])],
    kept_handoffs: [...(done?.kept_handoffs ?? [])],
    next_run_at: earliest(made.next_run_at, done?.next_run_at ?? null),
    summary: {
      ...made.summary,
      duration_seconds: (endedAt.getTime() - Date.parse(made.execution_time)) / 1000,
    },
  };
}

/** Of a plan that was only checked, because it does not hold any more: what the check foretells was not done. */
function nothingDone(report: RotationReport): RotationReport {
  if (!report.dry_run) return report;
  const { planned_changes: _, ...checked } = report;
  return { ...checked, dry_run: false, rotated_keys: [], cleanup_results: [], retirements: [] };
}

interface Row {
  readonly account_id: string;
  readonly username: string;
}

function rowsOf(report: RotationReport | undefined): readonly Row[] {
  if (report === undefined) return [];
  return [...report.rotated_keys, ...report.retirements, ...report.cleanup_results];
}

function nameOf({ account_id: account, username }: Row): string {
  return `${account} ${username}`;
}

function earliest(one: string | null, other: string | null): string | null {
  const times = [one, other].filter((time) => time !== null);
  return times.toSorted()[0] ?? null;
}
