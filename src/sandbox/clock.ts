// Two clocks. The data clock dates keys, reports and uses; tests move it freely. The signature
// clock is what signatures are checked against; it stays with real time unless a skew is asked
// for, so that moving the data clock a year ahead does not make every client's signature expire.

export class SandboxClock {
  /** Added to real time when signatures are checked and in the Date header, in milliseconds. */
  signatureSkewMs: number;
  #offsetMs = 0;

  constructor(options: { readonly now?: Date; readonly signatureSkewMs?: number } = {}) {
    this.signatureSkewMs = options.signatureSkewMs ?? 0;
    if (options.now !== undefined) this.set(options.now);
  }

  /** How far the data clock is from real time, in milliseconds. */
  get shiftMs(): number {
    return this.#offsetMs;
  }

  /** The data clock, in milliseconds since the epoch. It ticks with real time. */
  nowMs(): number {
    return Date.now() + this.#offsetMs;
  }

  now(): Date {
    return new Date(this.nowMs());
  }

  /** The clock that signatures are checked against, in milliseconds since the epoch. */
  signatureNowMs(): number {
    return Date.now() + this.signatureSkewMs;
  }

  /** Makes the data clock read `date` now; it ticks on from there. */
  set(date: Date): void {
    if (Number.isNaN(date.getTime())) throw new RangeError('sandbox clock: not a date');
    this.#offsetMs = date.getTime() - Date.now();
  }

  /** Moves the data clock; negative moves it back. */
  advance(durationMs: number): void {
    if (!Number.isFinite(durationMs)) throw new RangeError('sandbox clock: not a duration');
    this.#offsetMs += durationMs;
  }
}

/** AWS keeps whole seconds: a date loses its milliseconds when it is stored. */
export function wholeSeconds(epochMs: number): Date {
  return new Date(Math.floor(epochMs / 1000) * 1000);
}

/** 2026-01-31T23:59:59Z, the form of every date in the query protocol and the report. */
export function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
