// A log-log plot as plain SVG text: what something costs as it grows. No library, no script inside.

export interface Series {
  readonly label: string;
  /** Both above 0. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  /** One frame each, two in a row, with an axis of its own. */
  readonly frames: readonly { readonly yLabel: string; readonly series: readonly Series[] }[];
}

const COLUMNS = 2;
const TITLE_HEIGHT = 36;
const FRAME = { width: 300, height: 220, left: 76, right: 24, top: 12, bottom: 84 };
/** Told apart by people who see few colours, and in print by their dashes. */
const STYLES = [
  { colour: '#0b5fa5', dashes: '' },
  { colour: '#c4510c', dashes: '6 3' },
  { colour: '#3a7d34', dashes: '2 3' },
  { colour: '#7a3e9d', dashes: '8 3 2 3' },
];

export function renderPlot({ title, xLabel, frames }: Plot): string {
  const frameWidth = FRAME.left + FRAME.width + FRAME.right;
  const frameHeight = FRAME.top + FRAME.height + FRAME.bottom;
  const width = frameWidth * Math.min(frames.length, COLUMNS);
  const height = TITLE_HEIGHT + frameHeight * Math.ceil(frames.length / COLUMNS);
  const parts = frames.map((frame, index) => {
    const left = (index % COLUMNS) * frameWidth + FRAME.left;
    const top = TITLE_HEIGHT + Math.floor(index / COLUMNS) * frameHeight + FRAME.top;
    return `<g transform="translate(${left} ${top})">\n${renderFrame(frame, xLabel)}\n</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" ` +
      `height="${height}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    `<text x="${width / 2}" y="24" text-anchor="middle" font-size="15">${escaped(title)}</text>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function renderFrame({ yLabel, series }: Plot['frames'][number], xLabel: string): string {
  const all = series.flatMap(({ points }) => points);
  const x = axis(all.map((point) => point.x));
  const y = axis(all.map((point) => point.y));
  const left = (value: number): string => (x.place(value) * FRAME.width).toFixed(1);
  const top = (value: number): string => ((1 - y.place(value)) * FRAME.height).toFixed(1);
  const grid = [
    ...x.ticks.map(
      (tick) =>
        `<path d="M${left(tick)} 0V${FRAME.height}" stroke="#ddd"/>` +
        `<text x="${left(tick)}" y="${FRAME.height + 16}" text-anchor="middle">${shown(tick)}</text>`,
    ),
    ...y.ticks.map(
      (tick) =>
        `<path d="M0 ${top(tick)}H${FRAME.width}" stroke="#ddd"/>` +
        `<text x="-6" y="${Number(top(tick)) + 4}" text-anchor="end">${shown(tick)}</text>`,
    ),
  ];
  const lines = series.map(({ label, points }, index) => {
    const { colour, dashes } = STYLES[index % STYLES.length] ?? { colour: 'black', dashes: '' };
    const path = points.map((p) => `${left(p.x)} ${top(p.y)}`).join('L');
    const dots = points.map((p) => `<circle cx="${left(p.x)}" cy="${top(p.y)}" r="3"/>`).join('');
    const legendTop = FRAME.height + 52 + index * 15;
    return (
      `<g fill="${colour}"><path d="M${path}" fill="none" stroke="${colour}" stroke-width="2" ` +
      `stroke-dasharray="${dashes}"/>${dots}<path d="M0 ${legendTop - 4}H24" stroke="${colour}" ` +
      `stroke-width="2" stroke-dasharray="${dashes}"/>` +
      `<text x="30" y="${legendTop}">${escaped(label)}</text></g>`
    );
  });
  return [
    ...grid,
    `<rect width="${FRAME.width}" height="${FRAME.height}" fill="none" stroke="#444"/>`,
    ...lines,
    `<text x="${FRAME.width / 2}" y="${FRAME.height + 34}" text-anchor="middle">${escaped(xLabel)}</text>`,
    `<text transform="translate(-58 ${FRAME.height / 2}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text>`,
  ].join('\n');
}

interface Axis {
  readonly ticks: readonly number[];
  /** From 0 to 1. */
  readonly place: (value: number) => number;
}

/** From a power of ten below the least value to one above the greatest. */
function axis(values: readonly number[]): Axis {
  const logs = values.map(Math.log10);
  const low = Math.floor(Math.min(...logs));
  const high = Math.max(Math.ceil(Math.max(...logs)), low + 1);
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  return { ticks, place: (value) => (Math.log10(value) - low) / (high - low) };
}

function shown(tick: number): string {
  return tick >= 1 ? Math.round(tick).toLocaleString('en-US') : String(Number(tick.toPrecision(1)));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
