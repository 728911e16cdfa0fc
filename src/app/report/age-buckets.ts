// The ages of Active keys as a histogram: equal steps up to three times the threshold, and one for all that are older.
// A step ends where the threshold is, so that no bar has keys of both sides of it.

import type { KeyReport, ReportKey } from '../../reports/key-report/document.ts';

type Ages = KeyReport['ages'];

const STEPS_TO_THRESHOLD = 6;
const THRESHOLDS_SHOWN = 3;

export function agesOf(keys: readonly ReportKey[], daysThreshold: number): Ages {
  const active = keys.filter(({ status }) => status === 'Active');
  const edges = edgesFor(daysThreshold);
  const buckets = edges.map((from, index) => {
    const to = edges[index + 1] ?? null;
    const own = active.filter(({ age_days: age }) => age >= from && (to === null || age < to));
    return {
      ...{ from_days: from, to_days: to, keys: own.length },
      overdue: own.filter(({ overdue }) => overdue).length,
      exempt: own.filter(isExemptDue).length,
    };
  });
  return { buckets, thresholds: thresholdsOf(active) };
}

/** Due, and left by an exemption. */
export function isExemptDue({ due, overdue }: Pick<ReportKey, 'due' | 'overdue'>): boolean {
  return due && !overdue;
}

function edgesFor(daysThreshold: number): readonly number[] {
  const steps = Array.from({ length: STEPS_TO_THRESHOLD * 3 + 1 }, (_, step) =>
    Math.round((step * daysThreshold) / STEPS_TO_THRESHOLD),
  );
  return [...new Set(steps)];
}

/** Those of most keys. */
function thresholdsOf(active: readonly ReportKey[]): Ages['thresholds'] {
  const counts = new Map<number, number>();
  for (const { days_threshold: days } of active) counts.set(days, (counts.get(days) ?? 0) + 1);
  return [...counts]
    .map(([days, keys]) => ({ days, keys }))
    .toSorted((a, b) => b.keys - a.keys)
    .slice(0, THRESHOLDS_SHOWN)
    .toSorted((a, b) => a.days - b.days);
}
