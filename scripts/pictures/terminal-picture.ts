// What a terminal shows as an SVG: text with SGR colours, in the monospace font of whoever looks. It fetches nothing,
// and the same text gives the same bytes.

import { escaped } from '../../src/reports/key-report/html/markup.ts';

const COLUMN = 8.4;
const LINE = 19;
const PADDING = 18;
const BAR = 30;

/** SGR numbers as classes. */
const CLASSES: Readonly<Record<string, string>> = {
  '1': 'b',
  '2': 'd',
  '31': 'r',
  '32': 'g',
  '33': 'y',
  '36': 'c',
};

const STYLE = [
  '.t{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d7dde4;white-space:pre}',
  '.b{font-weight:700;fill:#fff}.d{fill:#8b97a4}.r{fill:#ff9389}.g{fill:#80d99f}.y{fill:#f3c06b}.c{fill:#69d0c1}',
].join('');

export interface TerminalPicture {
  /** What the picture shows, for whoever does not see it. */
  readonly title: string;
  /** Lines with SGR sequences. */
  readonly lines: readonly string[];
  readonly columns: number;
}

export function terminalPicture({ title, lines, columns }: TerminalPicture): string {
  const width = Math.round(columns * COLUMN + PADDING * 2);
  const height = lines.length * LINE + PADDING + BAR;
  const rows = lines.map((line, index) => {
    const y = BAR + 14 + index * LINE;
    return `<text class="t" x="${PADDING}" y="${y}">${spans(line)}</text>`;
  });
  const lights = ['#ec6a5e', '#f4bf4f', '#61c554'].map(
    (colour, index) =>
      `<circle cx="${PADDING + 4 + index * 18}" cy="15" r="5.5" fill="${colour}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}</style>`,
    `<rect width="100%" height="100%" rx="9" fill="#171c22"/>`,
    ...lights,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

const ESCAPE = '\x1b[';

/** Each stretch of one colour is a part of its own; nothing nests. */
function spans(line: string): string {
  const [plain = '', ...coloured] = line.split(ESCAPE);
  const parts = coloured.map((part) => {
    const end = part.indexOf('m');
    const names = part
      .slice(0, end)
      .split(';')
      .flatMap((number) => CLASSES[number] ?? []);
    return { name: names.join(' '), text: part.slice(end + 1) };
  });
  return [{ name: '', text: plain }, ...parts]
    .filter(({ text }) => text !== '')
    .map(({ name, text }) =>
      name === ''
        ? `<tspan>${escaped(text)}</tspan>`
        : `<tspan class="${name}">${escaped(text)}</tspan>`,
    )
    .join('');
}
