// Aligned columns for people; two spaces between, two in front.

import { lengthOf, wrapped } from '../base/wrap.ts';

/** With less room than this, the words of the last column are better below their row. */
const LAST_COLUMN_MIN = 20;

const GAP = '  ';
/** What continues a row is indented by so much more than the row. */
const CONTINUED = '    ';

/**
 * Access key IDs and user names are ASCII by IAM's rules, so length is width. A row that is wider than the
 * terminal goes on in another line: between cells, and in the last column, which may be a text, between words.
 */
export function table(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string {
  const widths = titles.map((title, index) =>
    Math.max(title.length, ...rows.map((row) => lengthOf(row[index] ?? ''))),
  );
  const words = [titles, ...rows].flatMap((cells) => (cells.at(-1) ?? '').split(' '));
  const longestWord = Math.max(0, ...words.map(lengthOf));
  const layOut = layoutFor(widths, { width, lastMin: Math.max(LAST_COLUMN_MIN, longestWord) });
  return [titles, ...rows].map(layOut).join('\n');
}

type LayOut = (cells: readonly string[]) => string;

interface Room {
  readonly width: number;
  /** With less room than this, the words of the last column are told below their row. */
  readonly lastMin: number;
}

function layoutFor(widths: readonly number[], { width, lastMin }: Room): LayOut {
  const inFront = GAP.length + sum(widths.slice(0, -1)) + GAP.length * (widths.length - 1);
  if (inFront + (widths.at(-1) ?? 0) <= width) return (cells) => inLine(GAP, cells, widths);
  if (inFront + lastMin <= width) {
    return (cells) => {
      const label = inLine(GAP, cells.slice(0, -1), widths).padEnd(inFront);
      return wrapped(label, cells.at(-1) ?? '', { width, indent: inFront }).trimEnd();
    };
  }
  return (cells) => inBands(cells, widths, width);
}

function inLine(margin: string, cells: readonly string[], widths: readonly number[]): string {
  const texts = cells.map((cell, index) => padded(cell, widths[index] ?? 0));
  return `${margin}${texts.join(GAP)}`.trimEnd();
}

/** As many columns in a line as fit, the same for every row, so that they stay aligned. */
function inBands(cells: readonly string[], widths: readonly number[], width: number): string {
  const lines: string[] = [];
  for (const [begin, end] of bandsOf(widths, width)) {
    const margin = begin === 0 ? GAP : CONTINUED;
    const own = cells.slice(begin, end);
    if (begin > 0 && own.every((cell) => cell === '')) continue;
    const isText = end - begin === 1 && end === widths.length && begin > 0;
    lines.push(
      isText
        ? wrapped(margin, own[0] ?? '', { width })
        : inLine(margin, own, widths.slice(begin, end)),
    );
  }
  return lines.join('\n');
}

/** Begin and end of the columns that share a line. */
function bandsOf(widths: readonly number[], width: number): (readonly [number, number])[] {
  const bands: (readonly [number, number])[] = [];
  let begin = 0;
  let used = GAP.length;
  for (const [index, own] of widths.entries()) {
    if (index > begin && used + own > width) {
      bands.push([begin, index]);
      begin = index;
      used = CONTINUED.length;
    }
    used += own + GAP.length;
  }
  return [...bands, [begin, widths.length]];
}

function padded(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - lengthOf(cell)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
