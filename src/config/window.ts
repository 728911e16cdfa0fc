// Maintenance windows: when a step may begin, by the clock on the wall of a zone.

import { dayAfter, instantsOf, type LocalTime, localTime, weekdayOf } from './calendar.ts';

export interface Window {
  /** 0 for Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** Minutes since midnight. */
  readonly from: number;
  /** Not part of it; at or before `from` it is on the day after. */
  readonly to: number;
}

const DAY_NAMES = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const DAY = `(?:${DAY_NAMES.join('|')})`;
const DAYS = `${DAY}(?:-${DAY})?`;
const TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d';
const WINDOW = new RegExp(`^(daily|${DAYS}(?:,${DAYS})*) (${TIME})-(${TIME}|24:00)$`);

export function readWindow(text: string): Window | undefined {
  const [, days = '', from = '', to = ''] = WINDOW.exec(text) ?? [];
  if (days === '' || from === to) return undefined;
  return { weekdays: weekdaysOf(days), from: minuteOf(from), to: minuteOf(to) };
}

export function windowFault(text: string) {
  if (readWindow(text) !== undefined) return undefined;
  const example = 'a window is "Mon-Fri 09:00-17:00", "Sat,Sun 10:00-12:00" or "daily 22:00-04:00"';
  return { code: 'bad-value', message: `${example}; not ${JSON.stringify(text)}` } as const;
}

function minuteOf(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

function weekdaysOf(text: string): ReadonlySet<number> {
  if (text === 'daily') return new Set([0, 1, 2, 3, 4, 5, 6]);
  return new Set(
    text.split(',').flatMap((part) => {
      const [first = '', last = first] = part.split('-');
      const from = DAY_NAMES.indexOf(first);
      // Fri-Mon goes over the end of the week.
      const length = ((DAY_NAMES.indexOf(last) - from + 7) % 7) + 1;
      return Array.from({ length }, (_, index) => (from + index) % 7);
    }),
  );
}

/** Over midnight a window belongs to the day on which it begins. */
function isOpenIn({ weekdays, from, to }: Window, { weekday, minute }: LocalTime): boolean {
  if (from < to) return weekdays.has(weekday) && minute >= from && minute < to;
  const isBegun = weekdays.has(weekday) && minute >= from;
  return isBegun || (weekdays.has((weekday + 6) % 7) && minute < to);
}

export function isOpen(windows: readonly Window[], at: Date, zone: string): boolean {
  const local = localTime(at, zone);
  return windows.some((window) => isOpenIn(window, local));
}

/** A week, and one more in which a window is left out because clocks change. */
const DAYS_AHEAD = 15;

/** The next time at which one of them begins, later than `after`. */
export function nextOpening(
  windows: readonly Window[],
  after: Date,
  zone: string,
): Date | undefined {
  const { day: today } = localTime(after, zone);
  for (let ahead = 0; ahead <= DAYS_AHEAD; ahead += 1) {
    const day = dayAfter(today, ahead);
    const begins = windows
      .filter(({ weekdays }) => weekdays.has(weekdayOf(day)))
      .flatMap(({ from }) => instantsOf(day, from, zone))
      .filter((at) => at > after && isOpen(windows, at, zone))
      .sort((a, b) => a.getTime() - b.getTime());
    if (begins[0] !== undefined) return begins[0];
  }
  return undefined;
}

/** The longest time in which none of them is open, in days; 0 without windows. */
export function longestClosedDays(windows: readonly Window[] | undefined): number {
  if (windows === undefined) return 0;
  const week = 7 * 24 * 60;
  const spans = windows
    .flatMap(({ weekdays, from, to }) =>
      [...weekdays].map((weekday) => {
        const begin = weekday * 24 * 60 + from;
        return { begin, end: begin + ((to - from + 24 * 60) % (24 * 60) || 24 * 60) };
      }),
    )
    .sort((a, b) => a.begin - b.begin);
  const first = spans[0];
  if (first === undefined) return 0;
  let longest = 0;
  let open = 0;
  for (const { begin, end } of [...spans, { begin: first.begin + week, end: 0 }]) {
    if (open > 0) longest = Math.max(longest, begin - open);
    open = Math.max(open, end);
  }
  return longest / (24 * 60);
}
