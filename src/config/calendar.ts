// Days, durations and zones. An instant becomes a day and a time of a zone by way of Intl, which knows when
// clocks change.

import { MS_PER_DAY } from '../base/clock.ts';

/** A time as a calendar and a clock on the wall show it. */
export interface LocalTime {
  /** `2026-11-28`. */
  readonly day: string;
  /** 0 for Sunday. */
  readonly weekday: number;
  /** Since midnight. */
  readonly minute: number;
}

/**
 * An IANA name. A short name such as EST is another place in each version of ICU, and an offset such as +02:00
 * is not read by all.
 */
export function isTimeZone(text: string): boolean {
  if (text === 'UTC') return true;
  if (!/^[A-Z][A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+$/.test(text)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Whether the text is a day of the calendar, such as 2027-03-31. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

const HOURS_OF = { h: 1, d: 24, w: 7 * 24 } as const;

/** Days, hours or weeks, such as 32d, 36h or 2w; in days. Undefined for anything else. */
export function daysOf(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const days = (Number(digits) * HOURS_OF[unit as keyof typeof HOURS_OF]) / 24;
  return days <= 365 ? days : undefined;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
    hourCycle: 'h23',
  });
  formats.set(zone, made);
  return made;
}

export function localTime(at: Date, zone: string): LocalTime {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? '';
  const day = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
  return {
    day,
    weekday: weekdayOf(day),
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  };
}

export function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

/** So many days of the calendar later; earlier when negative. */
export function dayAfter(day: string, days: number): string {
  const at = Date.parse(`${day}T00:00:00Z`) + days * MS_PER_DAY;
  return new Date(at).toISOString().slice(0, 10);
}

/** How many days of the calendar lie between them. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / MS_PER_DAY);
}

/** The first instant at which the clocks of the zone show it, or have gone beyond it where they leave it out. */
export function instantOf(day: string, minute: number, zone: string): Date {
  const [first] = instantsOf(day, minute, zone);
  return first;
}

/** More than clocks are ever set by, in minutes. */
const CLOCK_CHANGE_MAX = 180;

/** Every instant at which the clocks of the zone show it: two where they are set back over it. */
export function instantsOf(day: string, minute: number, zone: string): readonly [Date, ...Date[]] {
  const shown = Date.parse(`${day}T00:00:00Z`) + minute * 60_000;
  const isShown = (at: number) => shownAt(at, zone) === shown;
  // By the offset of the day before and by that of the day after; one of them is that of the time itself.
  const offsets = [shown - MS_PER_DAY, shown + MS_PER_DAY].map((at) => shownAt(at, zone) - at);
  const found = [...new Set(offsets.map((offset) => shown - offset))]
    .filter(isShown)
    .sort((a, b) => a - b);
  const [first, ...others] = found;
  if (first !== undefined) return [new Date(first), ...others.map((at) => new Date(at))];
  // Left out: they show an earlier time, and a minute later one beyond it.
  let at = shown - Math.max(...offsets);
  for (let step = 0; step < CLOCK_CHANGE_MAX && shownAt(at, zone) < shown; step += 1) at += 60_000;
  return [new Date(at)];
}

/** What the clocks of the zone show, as if it was UTC. */
function shownAt(at: number, zone: string): number {
  const { day, minute } = localTime(new Date(at), zone);
  return Date.parse(`${day}T00:00:00Z`) + minute * 60_000;
}
