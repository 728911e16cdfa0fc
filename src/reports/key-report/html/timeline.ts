// Open rotations on one axis of time: from where each was begun to now, and on to when it can end. A track for each,
// beside the words that say the same.

import { MS_PER_DAY } from '../../../base/clock.ts';
import type { KeyReport, ReportRotation } from '../document.ts';
import { dayWord, timeWord } from '../report-words.ts';
import { html, type Markup } from './markup.ts';

export interface Axis {
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
}

/** The axis of these rotations, with a little room on both sides. */
export function axisOf(rotations: readonly ReportRotation[], now: string): Axis {
  const nowMs = Date.parse(now);
  const begun = rotations.map((each) => Date.parse(each.begun));
  const ends = rotations.flatMap((each) =>
    each.next_run_at === null ? [] : [Date.parse(each.next_run_at)],
  );
  const first = Math.min(nowMs - MS_PER_DAY, ...begun);
  const last = Math.max(nowMs + MS_PER_DAY, ...ends);
  const room = (last - first) * 0.02;
  return { fromMs: first - room, toMs: last + room, nowMs };
}

const TRACK_HEIGHT = 22;
const MIDDLE = TRACK_HEIGHT / 2;

const TONES = {
  operator: { fill: 'overdue', colour: '#b3261e' },
  'half-way': { fill: 'warn', colour: '#8a5a00' },
  grace: { fill: 'grace', colour: '#4a63a8' },
} as const;

export function toneOfRotation({ waits_for: who, phase }: ReportRotation): keyof typeof TONES {
  if (who === 'operator') return 'operator';
  return phase === 'in-grace' ? 'grace' : 'half-way';
}

/** What is done is a bar, and what may still come is a dashed line to the earliest end. */
export function track(rotation: ReportRotation, axis: Axis): Markup {
  const { begun, next_run_at: next, stages, username } = rotation;
  const at = placer(axis);
  const { fill, colour } = TONES[toneOfRotation(rotation)];
  const [from, now] = [at(Date.parse(begun)), at(axis.nowMs)];
  const marks = stages
    .filter(({ stage }) => stage !== 'begun')
    .map(
      ({ stage, at: time }) =>
        html`<circle class="stage" fill="#fff" stroke="${colour}" cx="${percent(at(Date.parse(time)))}" cy="${MIDDLE}" r="3.5"><title>${stage}: ${timeWord(time)}</title></circle>`,
    );
  const end = next === null ? undefined : at(Date.parse(next));
  const ahead =
    end === undefined
      ? html``
      : html`<line class="l-${fill}" stroke="${colour}" stroke-width="2" stroke-dasharray="3 3" x1="${percent(now)}" x2="${percent(end)}" y1="${MIDDLE}" y2="${MIDDLE}"/><line class="l-${fill}" stroke="${colour}" stroke-width="2" x1="${percent(end)}" x2="${percent(end)}" y1="${MIDDLE - 5}" y2="${MIDDLE + 5}"/>`;
  const label = `${username}: begun ${dayWord(begun)}${next === null ? '' : `, goes on from ${dayWord(next)}`}`;
  return html`<svg role="img" aria-label="${label}" width="100%" height="${TRACK_HEIGHT}" class="track"><line class="now" stroke="#888" x1="${percent(now)}" x2="${percent(now)}" y1="0" y2="${TRACK_HEIGHT}"/><rect class="f-${fill}" fill="${colour}" x="${percent(from)}" width="${percent(Math.max(0.6, now - from))}" y="${MIDDLE - 4}" height="8" rx="4"/>${ahead}${marks}</svg>`;
}

/** The dates above the tracks. */
export function axisTrack(axis: Axis): Markup {
  const at = placer(axis);
  const now = at(axis.nowMs);
  const days = [axis.fromMs, axis.toMs].map((ms) => dayWord(new Date(ms).toISOString()));
  const from = now > 38 && html`<text class="tick" x="0" y="12">${days[0]}</text>`;
  const to =
    now < 62 && html`<text class="tick" text-anchor="end" x="100%" y="12">${days[1]}</text>`;
  const anchor = now > 88 ? 'end' : now < 12 ? 'start' : 'middle';
  return html`<svg aria-hidden="true" width="100%" height="16" class="track">${from}<text class="tick now-text" text-anchor="${anchor}" x="${percent(now)}" y="12">now</text>${to}</svg>`;
}

function placer({ fromMs, toMs }: Axis): (ms: number) => number {
  return (ms) => ((ms - fromMs) / Math.max(1, toMs - fromMs)) * 100;
}

function percent(value: number): string {
  return `${Math.round(value * 100) / 100}%`;
}

/** Those that are drawn; of hundreds the others are in the other forms of the report. */
export function shownRotations(
  { open_rotations: all }: KeyReport,
  max: number,
): readonly ReportRotation[] {
  return all.slice(0, max);
}
