// Lengths of time as people write them: 90s, 20m, 36h, 9d, 2w.

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** The milliseconds of such a text; undefined for any other, and for nothing at all (`0d`). */
export function durationMs(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,7})([smhdw])$/.exec(text) ?? [];
  const durationMs = Number(digits) * (UNITS_MS[unit] ?? Number.NaN);
  return durationMs > 0 ? durationMs : undefined;
}
