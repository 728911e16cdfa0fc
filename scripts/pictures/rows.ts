// Drawing by rows, as SVG: text in columns, cells, and bars over several rows. It fetches nothing, is readable on light
// and on dark pages, and the same rows give the same bytes.

import { escaped } from '../../src/reports/key-report/html/markup.ts';

export const WIDTH = 960;
/** Between two lines of a text. */
export const LINE = 17;
const MARGIN = 20;

/** What a class means is said in words as well: no picture depends on its colours. */
const STYLE = [
  'text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;fill:#1d2733}',
  '.h{font-weight:600;font-size:14px}.m{fill:#5a6775}.s{font-size:12px}.mid{text-anchor:middle}',
  '.page{fill:#fbfcfd;stroke:#d5dce3}.rule{stroke:#dfe5ea}.box{fill:#eef2f6;stroke:#c3ccd6}',
  '.on{fill:#cfeadb;stroke:#5fa681}.off{fill:#f6e3b8;stroke:#c29a3c}.gone{fill:none;stroke:#b5bfca;stroke-dasharray:4 4}',
  '.key{fill:#cfe0f8;stroke:#6a92cc}.way{fill:none;stroke:#5a6775;stroke-width:1.5}',
  '@media (prefers-color-scheme:dark){',
  'text{fill:#e3e9ef}.m{fill:#9aa7b5}.page{fill:#161b21;stroke:#39434e}.rule{stroke:#2c353f}.box{fill:#222a33;stroke:#465260}',
  '.on{fill:#1f4a36;stroke:#4f9a75}.off{fill:#54431a;stroke:#b08a35}.gone{stroke:#5d6976}',
  '.key{fill:#22395c;stroke:#5c86c4}.way{stroke:#9aa7b5}}',
].join('');

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Look = 'box' | 'on' | 'off' | 'gone' | 'key';

export interface Picture {
  /** What the picture shows, for whoever does not see it. */
  readonly title: string;
  readonly height: number;
  readonly parts: readonly string[];
}

export function picture({ title, height, parts }: Picture): string {
  const frame = rect({ x: 0.5, y: 0.5, width: WIDTH - 1, height: height - 1 }, 'page', 10);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}</style>`,
    frame,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** Lines below each other, the first one at y. */
export function texts(lines: readonly string[], at: { x: number; y: number }, look = ''): string {
  return lines
    .map((line, index) => text(line, { x: at.x, y: at.y + index * LINE }, look))
    .join('\n');
}

export function text(line: string, { x, y }: { x: number; y: number }, look = ''): string {
  const name = look === '' ? '' : ` class="${look}"`;
  return `<text${name} x="${x}" y="${y}">${escaped(line)}</text>`;
}

/** A box with a text in its middle. */
export function cell(box: Box, look: Look, lines: readonly string[]): string {
  const x = box.x + box.width / 2;
  const y = box.y + box.height / 2 - ((lines.length - 1) * LINE) / 2 + 4;
  return [rect(box, look, 5), texts(lines, { x, y }, 'mid s')].join('\n');
}

export function rule(y: number): string {
  return `<line class="rule" x1="${MARGIN}" y1="${y}" x2="${WIDTH - MARGIN}" y2="${y}"/>`;
}

/** From top to bottom along the right side of something, as a brace has it. */
export function bracket({ x, y, width, height }: Box): string {
  return `<path class="way" d="M${x} ${y}h${width}v${height}h-${width}"/>`;
}

function rect({ x, y, width, height }: Box, look: string, radius: number): string {
  return `<rect class="${look}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`;
}
