// The pictures of the report as SVG, drawn here and not in the browser: they need no script, print, and follow the
// theme by their classes. Places along the page are percentages, so that text keeps its size at every width; `fill`
// stands beside each class for viewers that take no styles.

import type { KeyReport } from '../document.ts';
import { html, type Markup } from './markup.ts';

/** Colours of viewers without styles; the sheet has its own for both themes. */
const FILLS = {
  fine: '#4d7f8c',
  overdue: '#b3261e',
  exempt: '#8a6d1a',
  rotated: '#0f766e',
  retired: '#4a63a8',
  failed: '#b3261e',
} as const;

type Fill = keyof typeof FILLS;

interface Box {
  /** Percentages of the width. */
  readonly x: number;
  readonly width: number;
  /** Pixels. */
  readonly y: number;
  readonly height: number;
}

function bar(fill: Fill, { x, width, y, height }: Box): Markup {
  if (height <= 0) return html``;
  return html`<rect class="f-${fill}" fill="${FILLS[fill]}" x="${percent(x)}" width="${percent(width)}" y="${round(y)}" height="${round(height)}"/>`;
}

function percent(value: number): string {
  return `${round(value)}%`;
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** The ticks of a scale that begins at 0: at most four, of round numbers. */
export function ticksFor(max: number): readonly number[] {
  if (max <= 0) return [0];
  const rough = max / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power);
  return Array.from({ length: Math.floor(max / step) + 1 }, (_, index) => index * step);
}

const HEIGHT = 170;
const TOP = 18;
const BOTTOM = 140;
/** Percent on the left for the numbers of the scale. */
const LEFT = 6;

function scaleOf(max: number): {
  readonly grid: Markup;
  readonly heightOf: (count: number) => number;
} {
  const heightOf = (count: number) => (max === 0 ? 0 : (count / max) * (BOTTOM - TOP));
  const lines = ticksFor(max).map((tick) => {
    const y = round(BOTTOM - heightOf(tick));
    return html`<line class="grid" stroke="#bbb" x1="${percent(LEFT)}" x2="100%" y1="${y}" y2="${y}"/><text class="tick" text-anchor="end" x="${percent(LEFT - 1)}" y="${y}" dy="4">${tick}</text>`;
  });
  return { grid: html`${lines}`, heightOf };
}

/** The ages of Active keys, with the thresholds as dashed lines. */
export function agesChart({ ages, summary }: KeyReport): Markup {
  const { buckets, thresholds } = ages;
  const max = Math.max(1, ...buckets.map(({ keys }) => keys));
  const { grid, heightOf } = scaleOf(max);
  const step = (100 - LEFT) / buckets.length;
  const bars = buckets.map(({ keys, overdue, exempt }, index) => {
    const [x, width] = [LEFT + index * step + step * 0.1, step * 0.8];
    const parts: readonly (readonly [Fill, number])[] = [
      ['fine', keys - overdue - exempt],
      ['exempt', exempt],
      ['overdue', overdue],
    ];
    let y = BOTTOM;
    const drawn = parts.map(([fill, count]) => {
      const height = count === 0 ? 0 : Math.max(1.5, heightOf(count));
      y -= height;
      return bar(fill, { x, width, y, height });
    });
    const label = html`<text class="count" text-anchor="middle" x="${percent(x + width / 2)}" y="${round(y - 4)}">${keys}</text>`;
    return html`${drawn}${keys > 0 && label}`;
  });
  const placeOf = (days: number) => placeIn(buckets, days, { step });
  const marks = thresholds.map(({ days }, index) => {
    const x = percent(placeOf(days));
    return html`<line class="mark" stroke="#222" stroke-dasharray="5 4" x1="${x}" x2="${x}" y1="${4 + index * 10}" y2="${BOTTOM}"/><text class="mark-text" x="${x}" dx="5" y="${12 + index * 11}">due: ${days} d</text>`;
  });
  const last = buckets.at(-1)?.from_days ?? 0;
  const labels = [0, ...thresholdTicks(buckets)].map(
    (days) =>
      html`<text class="tick" text-anchor="middle" x="${percent(placeOf(days))}" y="${BOTTOM + 16}">${days === last ? `${days}+` : days}</text>`,
  );
  const title = `Ages of ${summary.active} Active keys, in days`;
  return html`<svg role="img" aria-label="${title}; the table below has the numbers" width="100%" height="${HEIGHT}" class="chart">${grid}${bars}${marks}${labels}<text class="axis" text-anchor="end" x="100%" y="${BOTTOM + 30}">age in days</text></svg>`;
}

/** Every third edge: where the threshold is once, twice and three times, and halfway. */
function thresholdTicks(buckets: KeyReport['ages']['buckets']): readonly number[] {
  return buckets.flatMap(({ from_days: from }, index) =>
    index > 0 && index % 3 === 0 ? [from] : [],
  );
}

/** Where so many days are, in percent of the width. */
function placeIn(
  buckets: KeyReport['ages']['buckets'],
  days: number,
  { step }: { readonly step: number },
): number {
  const index = buckets.findLastIndex(({ from_days: from }) => from <= days);
  const { from_days: from, to_days: to } = buckets[Math.max(0, index)] ?? {
    from_days: 0,
    to_days: 1,
  };
  const within = to === null ? (days > from ? 0.5 : 0) : (days - from) / (to - from);
  return LEFT + (Math.max(0, index) + within) * step;
}

const SERIES = ['rotated', 'retired', 'failed'] as const;

/** What was done, week after week. */
export function weeksChart({ weeks }: KeyReport): Markup {
  const max = Math.max(1, ...weeks.flatMap((week) => SERIES.map((name) => week[name])));
  const { grid, heightOf } = scaleOf(max);
  const step = (100 - LEFT) / Math.max(1, weeks.length);
  const bars = weeks.map((week, index) => {
    const width = (step * 0.84) / SERIES.length;
    return html`${SERIES.map((name, at) => {
      const height = week[name] === 0 ? 0 : Math.max(1.5, heightOf(week[name]));
      const x = LEFT + index * step + step * 0.08 + at * width;
      return bar(name, { x, width: width * 0.9, y: BOTTOM - height, height });
    })}`;
  });
  const labels = weeks.flatMap(({ monday }, index) => {
    const isLabelled = index === 0 || Number(monday.slice(8)) <= 7;
    const x = percent(LEFT + (index + 0.08) * step);
    return isLabelled
      ? [html`<text class="tick" x="${x}" y="${BOTTOM + 16}">${monthWord(monday)}</text>`]
      : [];
  });
  return html`<svg role="img" aria-label="Rotations of each week; the table below has the numbers" width="100%" height="${HEIGHT - 8}" class="chart">${grid}${bars}${withoutCrowd(labels, weeks.length)}</svg>`;
}

/** The first week is named only where the next name leaves it room. */
function withoutCrowd(labels: readonly Markup[], weeks: number): readonly Markup[] {
  const isCrowded = labels.length > 1 && labels.length / Math.max(1, weeks) > 0.4;
  return isCrowded ? labels.slice(1) : labels;
}

function monthWord(day: string): string {
  return new Date(day).toLocaleDateString('en', { month: 'short', timeZone: 'UTC' });
}

export { FILLS };
