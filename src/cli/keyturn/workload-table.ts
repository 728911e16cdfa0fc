// Workloads of a sandbox, as a table for people and as a document for programs.

import { command, type Hint, hintText } from '../../base/hint.ts';
import { printableAll } from '../../base/printable.ts';
import { WORKLOADS_FLAGS } from './sandbox-order-flags.ts';

/** As the sandbox tells of one. */
export interface ToldWorkload {
  readonly name: string;
  readonly accountId: string;
  readonly place: string;
  readonly reads: string;
  readonly calls: string;
  readonly service: string;
  readonly region: string;
  readonly keyId?: string;
  readonly userName?: string;
  readonly readCount: number;
  readonly failedReadCount: number;
  readonly lastReadAt?: string;
  readonly callCount: number;
  readonly lastCallAt?: string;
  readonly refusedCount: number;
  readonly firstRefusedAt?: string;
  readonly lastRefusedAt?: string;
  readonly lastRefusal?: string;
}

export interface ToldWorkloads {
  readonly workloads: readonly ToldWorkload[];
  readonly totals: {
    readonly workloads: number;
    readonly reads: number;
    readonly calls: number;
    readonly refused: number;
  };
}

const GAP = '  ';

interface Column {
  readonly head: string;
  readonly cell: (workload: ToldWorkload) => string;
  /** Numbers stand on the right. */
  readonly isNumber?: boolean;
  /** How narrow it may become on a narrow terminal; as wide as its texts when left out. */
  readonly least?: number;
  /** On a terminal that is too narrow all the same, the column with the lowest number goes first. */
  readonly goes?: number;
}

const COLUMNS: readonly Column[] = [
  { head: 'workload', cell: ({ name }) => name, least: 12 },
  { head: 'place', cell: ({ place }) => place, least: 12, goes: 1 },
  { head: 'reads', cell: ({ reads }) => reads, goes: 3 },
  { head: 'calls', cell: ({ service, calls }) => `${service} ${calls}`, goes: 2 },
  { head: 'holds', cell: (workload) => workload.keyId ?? otherThanKey(workload) },
  { head: 'calls made', cell: ({ callCount }) => grouped(callCount), isNumber: true },
  { head: 'refused', cell: ({ refusedCount }) => grouped(refusedCount), isNumber: true },
  {
    head: 'last refused at',
    cell: ({ lastRefusedAt }) =>
      lastRefusedAt === undefined ? '' : `${lastRefusedAt.slice(0, 16)}Z`,
  },
];

const NONE: Hint = [
  'no workloads; start the sandbox with them:',
  command('keyturn', 'sandbox', '--workloads'),
  'or one by one:',
  command('keyturn', 'sandbox', 'workloads', '--add', WORKLOADS_FLAGS.add.rule.example),
];

/** A key that is none of the sandbox is not named. */
function otherThanKey({ readCount, failedReadCount }: ToldWorkload): string {
  return readCount > failedReadCount ? 'a foreign key' : 'nothing';
}

/** Whoever was refused comes first. Ends with the sums. */
export function workloadsTable(
  told: ToldWorkloads,
  { now, width }: { readonly now: Date; readonly width: number },
): string {
  const { workloads, totals } = printableAll(told);
  if (workloads.length === 0) {
    return `${hintText(NONE)}\n`;
  }
  const sorted = [...workloads].sort(
    (one, other) => other.refusedCount - one.refusedCount || (one.name < other.name ? -1 : 1),
  );
  const columns = fittingColumns(sorted, width);
  const lines = [undefined, ...sorted].map((workload) =>
    columns
      .map(({ column, columnWidth }) => {
        const cell = workload === undefined ? column.head : column.cell(workload);
        return fitted(cell, columnWidth, column.isNumber === true);
      })
      .join(GAP)
      .trimEnd(),
  );
  return `${lines.join('\n')}\n\n${sumLine(totals, now)}\n`;
}

interface FittedColumn {
  readonly column: Column;
  readonly columnWidth: number;
}

/** Texts are shortened first, and then columns left out, until the rows fit the terminal. */
function fittingColumns(workloads: readonly ToldWorkload[], width: number): FittedColumn[] {
  // A column in which nothing stands tells nothing.
  let shown = COLUMNS.filter(({ cell }) => workloads.some((workload) => cell(workload) !== ''));
  for (;;) {
    const columns = narrowed(shown, workloads, width);
    const leaving = shown.filter(({ goes }) => goes !== undefined);
    const [first] = leaving.sort((one, other) => (one.goes ?? 0) - (other.goes ?? 0));
    if (first === undefined || rowWidth(columns) <= width) return columns;
    shown = shown.filter((column) => column !== first);
  }
}

function narrowed(
  columns: readonly Column[],
  workloads: readonly ToldWorkload[],
  width: number,
): FittedColumn[] {
  const fitting = columns.map((column) => {
    const texts = [column.head, ...workloads.map(column.cell)];
    return { column, columnWidth: Math.max(...texts.map(({ length }) => length)) };
  });
  // Of places the end tells most, and it is the name of the workload as a rule: they give way first.
  for (const one of fitting.filter(({ column }) => column.least !== undefined).reverse()) {
    const excess = Math.max(0, rowWidth(fitting) - width);
    const least = Math.min(one.column.least ?? 0, one.columnWidth);
    one.columnWidth = Math.max(least, one.columnWidth - excess);
  }
  return fitting;
}

function rowWidth(columns: readonly FittedColumn[]): number {
  const gaps = GAP.length * (columns.length - 1);
  return columns.reduce((sum, { columnWidth }) => sum + columnWidth, gaps);
}

function sumLine({ workloads, calls, refused }: ToldWorkloads['totals'], now: Date): string {
  const at = `${now.toISOString().slice(0, 16)}Z`;
  return `${workloads} workloads at ${at}: ${grouped(calls)} calls, ${grouped(refused)} refused`;
}

/** Cut in the middle, where names differ least. */
function fitted(text: string, width: number, isNumber: boolean): string {
  if (text.length <= width) return isNumber ? text.padStart(width) : text.padEnd(width);
  const head = Math.ceil((width - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** Names as in keyturn's other documents. */
export function workloadsDocument({ workloads, totals }: ToldWorkloads, now: Date): unknown {
  return {
    now: now.toISOString(),
    workloads: workloads.map((workload) => ({
      name: workload.name,
      account_id: workload.accountId,
      place: workload.place,
      reads: workload.reads,
      calls: workload.calls,
      service: workload.service,
      region: workload.region,
      key_id: workload.keyId ?? null,
      username: workload.userName ?? null,
      read_count: workload.readCount,
      failed_read_count: workload.failedReadCount,
      last_read_at: workload.lastReadAt ?? null,
      call_count: workload.callCount,
      last_call_at: workload.lastCallAt ?? null,
      refused_count: workload.refusedCount,
      first_refused_at: workload.firstRefusedAt ?? null,
      last_refused_at: workload.lastRefusedAt ?? null,
      last_refusal: workload.lastRefusal ?? null,
    })),
    totals,
  };
}
