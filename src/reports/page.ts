// What every page for people is laid out with: colours where they are wanted, and lines that end where the
// terminal does, broken between words and between cells. Times are told as the reader's clock tells them.

import { styleText } from 'node:util';
import { localTimes } from '../base/local-time.ts';
import { wrapped } from '../base/wrap.ts';
import { table } from './table.ts';

export interface TextStyle {
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

export type Tone = 'bold' | 'red' | 'green' | 'yellow' | 'dim';
export type Row = readonly [label: string, text: string];

export interface Page {
  readonly paint: (tone: Tone, text: string) => string;
  /** Text behind a label; later lines are indented as far as the text, or by so many columns. */
  readonly wrap: (label: string, text: string, indent?: number) => string;
  /** Words, and below them a command to paste. */
  readonly withCommand: (text: string, command: string) => string;
  /** Labels and texts, aligned; two spaces in front. */
  readonly rows: (rows: readonly Row[]) => string;
  /** Cells below titles, aligned; two spaces in front. */
  readonly table: (titles: readonly string[], rows: readonly (readonly string[])[]) => string;
}

export function pageFor({ colour, width }: TextStyle): Page {
  const wrap = (label: string, text: string, indent?: number) =>
    wrapped(label, localTimes(text), { width, ...(indent !== undefined && { indent }) });
  return {
    paint: (tone, text) =>
      // The caller has looked at the terminal and NO_COLOR already.
      colour && text !== '' ? styleText(tone, text, { validateStream: false }) : text,
    wrap,
    withCommand: (text, command) => `${wrap('', text)}\n  ${command}`,
    rows: (rows) => {
      const longest = Math.max(0, ...rows.map(([label]) => label.length));
      return rows.map(([label, text]) => wrap(`  ${label.padEnd(longest)}  `, text)).join('\n');
    },
    table: (titles, rows) => {
      const local = rows.map((cells) => cells.map(localTimes));
      return table(titles, local, width);
    },
  };
}
