// What becomes of the workloads of an account when their old keys go, with --retire when-quiet and with
// --retire now, side by side, as docs/reliability.md has it: node dist/test/retirement/measure.js [DAYS]

import type { OldKeyFate } from '../../src/lifecycle/record.ts';
import { type Fleet, type Months, playMonths } from './months.ts';

const DAYS = 120;

/** Services, hourly, daily, weekly and monthly jobs. */
const CALLS = ['5m', '20m', '1h', '1d', '7d', '30d'];

/** How a workload comes to read its place again. */
const READERS = [
  { who: 'read every 20 minutes', reads: '20m' },
  { who: 'read once a week', reads: '7d' },
  { who: 'never read again', reads: 'never' },
];

const FATES: readonly (readonly [retire: string, fate: OldKeyFate])[] = [
  ['when-quiet', 'when-quiet'],
  ['now', 'deactivate'],
];

const HEAD = ['workloads', '`--retire`', 'calls', 'refused', 'workloads cut off'];
const ENDS = ['old keys Inactive', 'after days: first, median, last'];

const days = Number(process.argv[2] ?? DAYS);
writeRow([...HEAD, ...ENDS]);
writeRow([...HEAD, ...ENDS].map((_, column) => (column < 2 ? '---' : '---:')));
for (const { who, reads } of READERS) {
  const habits = CALLS.map((calls) => ({ reads, calls }));
  for (const [retire, oldKeyFate] of FATES) {
    const fleet: Fleet = { users: 300, due: 75, working: 54, days, oldKeyFate, habits };
    writeRow([who, `\`${retire}\``, ...figures(await playMonths(fleet))]);
  }
}

function figures({ calls, refused, cutOff, ends, failures }: Months): string[] {
  const times = ends.flatMap(({ inactive }) => inactive ?? []).sort((a, b) => a - b);
  const marks = [times[0], times[Math.floor(times.length / 2)], times.at(-1)];
  const failed = failures.length === 0 ? '' : ` (${failures.length} failures)`;
  return [
    ...[calls, refused, cutOff].map((count) => count.toLocaleString('en')),
    `${times.length} of ${ends.length}${failed}`,
    marks.map((mark) => (mark === undefined ? '-' : mark.toFixed(0))).join(', '),
  ];
}

/** A row of a table in Markdown. */
function writeRow(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
