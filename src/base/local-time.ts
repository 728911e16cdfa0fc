// Sentences and documents name instants in UTC, as machines want them. Where people read them, on a page or
// on stderr, the one function below tells them in this machine's time, with its zone.

/** Whole, to the minute or finer; a day alone is nobody's instant. */
const INSTANT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z/g;

/** The text with every instant in local time, such as `2026-11-28 11:00 +01:00`. */
export function localTimes(text: string): string {
  return text.replaceAll(INSTANT, (instant) => localTime(new Date(instant)) ?? instant);
}

/** The day of an instant for people, such as `2026-11-28`. */
export function localDay(instant: string): string {
  return localTime(new Date(instant))?.slice(0, 10) ?? instant;
}

/** To the minute. Undefined for what is no time. */
function localTime(time: Date): string | undefined {
  if (Number.isNaN(time.getTime())) return undefined;
  const day = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map(twoDigits).join('-');
  const minute = [time.getHours(), time.getMinutes()].map(twoDigits).join(':');
  return `${day} ${minute} ${zoneOf(time)}`;
}

/** An offset is clear where a name such as CST is not. */
function zoneOf(time: Date): string {
  const minutes = -time.getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${twoDigits(hours)}:${twoDigits(rest)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
