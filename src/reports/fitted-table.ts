// A table that fits a terminal. What does not fit is told shorter, wrapped, or told in a line beneath its
// row, in this order; a pipe has no end and gets it all in one line each.

import { localTimes } from '../base/local-time.ts';
import { wrapped } from '../base/wrap.ts';
import type { Tone } from './page.ts';

export interface FittedColumn {
  readonly title: string;
  /** The same said shorter, for narrow terminals. */
  readonly shorter?: readonly string[];
  readonly cells: readonly string[];
  /** Long cells may lose their middle, down to so many columns. */
  readonly shrinksTo?: number;
  /** Comes before the cell where it is told beneath its row. */
  readonly label?: string;
}

export interface FittedTable {
  readonly columns: readonly FittedColumn[];
  /** The last column is painted in these, row by row. */
  readonly tones: readonly (Tone | undefined)[];
  /** What is told beneath each row. */
  readonly notes: readonly (readonly string[])[];
  /** Columns of the terminal; infinite where there is none. */
  readonly width: number;
  readonly paint: (tone: Tone, text: string) => string;
}

const INDENT = 2;
const GAP = 2;
/** A narrower column would be a tower of words. */
const WRAPPED_WIDTH_MIN = 26;
const NOTE = ' '.repeat(6);

interface Laid {
  readonly title: string;
  readonly cells: readonly string[];
  readonly width: number;
}

interface Layout {
  readonly columns: readonly Laid[];
  /** Columns that are told beneath their rows. */
  readonly beneath: readonly FittedColumn[];
}

export function fittedTable(table: FittedTable): string {
  const layout = layOut(table.columns, table.width);
  const rows = table.notes.map((_, index) => rowOf(index, layout, table));
  return [line(layout.columns.map(({ title, width }) => title.padEnd(width))), ...rows].join('\n');
}

function layOut(columns: readonly FittedColumn[], width: number): Layout {
  const natural = columns.map(laid);
  if (total(natural) <= width) return { columns: natural, beneath: [] };
  const told = columns.map(({ shorter, ...column }) => ({
    ...column,
    cells: shorter ?? column.cells,
  }));
  for (let count = told.length; count > 1; count -= 1) {
    const kept = shrunk(told.slice(0, count), width);
    const beneath = columns.slice(count);
    if (total(kept) <= width) return { columns: kept, beneath };
    const last = kept.at(-1);
    const room = width - total(kept.slice(0, -1)) - GAP;
    if (count === told.length && last !== undefined && room >= WRAPPED_WIDTH_MIN) {
      return { columns: [...kept.slice(0, -1), { ...last, width: room }], beneath };
    }
  }
  return { columns: shrunk(told.slice(0, 1), width), beneath: columns.slice(1) };
}

function laid({ title, cells }: FittedColumn): Laid {
  return { title, cells, width: Math.max(title.length, ...cells.map(({ length }) => length)) };
}

function total(columns: readonly Laid[]): number {
  const cells = columns.reduce((sum, { width }) => sum + width, 0);
  return INDENT + cells + GAP * Math.max(0, columns.length - 1);
}

/** Takes from the columns that may shrink what is too much. */
function shrunk(columns: readonly FittedColumn[], width: number): Laid[] {
  const all = columns.map(laid);
  let tooMuch = total(all) - width;
  return all.map((column, index) => {
    const least = columns[index]?.shrinksTo ?? column.width;
    const taken = Math.max(0, Math.min(tooMuch, column.width - least));
    tooMuch -= taken;
    const left = column.width - taken;
    return { ...column, width: left, cells: column.cells.map((cell) => middleCut(cell, left)) };
  });
}

/** Names that belong together differ at their ends. */
function middleCut(text: string, width: number): string {
  if (text.length <= width) return text;
  const tail = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - tail)}…${text.slice(text.length - tail)}`;
}

function rowOf(index: number, { columns, beneath }: Layout, table: FittedTable): string {
  const tone = table.tones[index];
  const painted = (text: string) => (tone === undefined ? text : table.paint(tone, text));
  const before = columns.slice(0, -1).map(({ cells, width }) => (cells[index] ?? '').padEnd(width));
  const last = columns.at(-1);
  const cell = last?.cells[index] ?? '';
  const isPaintedHere = beneath.length === 0;
  const lines = wrapped('', cell, { width: last?.width ?? 0 }).split('\n');
  const indent = ' '.repeat(line(before).length + GAP);
  const first = line([...before, isPaintedHere ? painted(lines[0] ?? '') : (lines[0] ?? '')]);
  const more = lines.slice(1).map((text) => indent + painted(text));
  const told = beneath
    .map(({ cells, label = '' }) => ({ label, text: cells[index] ?? '' }))
    .filter(({ text }) => text !== '')
    .map(({ label, text }) => `${label}${text}`);
  const under = told.length === 0 ? [] : [note(told.join(' · '), table.width, painted)];
  const notes = (table.notes[index] ?? [])
    .map(localTimes)
    .map((text) => note(text, table.width, (each) => each));
  return [first, ...more, ...under, ...notes].join('\n');
}

function note(text: string, width: number, painted: (text: string) => string): string {
  return wrapped(NOTE, text, { width }).split('\n').map(painted).join('\n');
}

function line(cells: readonly string[]): string {
  return `${' '.repeat(INDENT)}${cells.join(' '.repeat(GAP))}`.trimEnd();
}
