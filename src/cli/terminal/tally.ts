// How far a run is, counted from its events: for the bar on a terminal and for the lines elsewhere.

import type { EngineEvent } from '../../base/events.ts';

/** The phases, in the order in which a run goes through them. */
export type Phase =
  | 'report'
  | 'reading'
  | 'rotating'
  | 'undoing'
  | 'verifying'
  | 'listing'
  | 'accounts';

export interface Standing {
  readonly phase: Phase;
  readonly done: number;
  /** 0 while nobody knows. */
  readonly total: number;
  /** Over the last ten seconds; 0 when nothing was done in them. */
  readonly perSecond: number;
  /** AWS refused calls because of their rate in the last five seconds. */
  readonly isThrottled: boolean;
  /** Undefined while it would be a guess: in the first two seconds of a phase, or without a total. */
  readonly secondsLeft: number | undefined;
  /** New keys that AWS does not accept yet. */
  readonly waitingForKeys: number;
  /** Since the phase began. */
  readonly elapsedMs: number;
}

const LATELY_MS = 10_000;
const THROTTLED_MS = 5_000;
/** A rate that was measured for a shorter time is a guess. */
const JUDGED_AFTER_MS = 2_000;

interface Sample {
  readonly atMs: number;
  readonly done: number;
}

export class Tally {
  readonly #nowMs: () => number;
  readonly #waiting = new Set<string>();
  readonly #madeAtMs: number;
  #phase: Phase | undefined;
  #beganAtMs = 0;
  #done = 0;
  #total = 0;
  #samples: Sample[] = [];
  #throttledAtMs = Number.NEGATIVE_INFINITY;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#madeAtMs = nowMs();
  }

  /** True when the event says something about how far the run is. */
  update(event: EngineEvent): boolean {
    switch (event.code) {
      case 'report-progress':
        return this.#count('report', 0, 0);
      case 'inventory-progress':
        return this.#count('reading', event.usersRead, event.usersSeen);
      case 'inventory-done':
        return this.#count('rotating', 0, event.candidates);
      case 'user-done':
        return this.#count('rotating', event.done, event.total);
      case 'undo-started':
        return this.#count('undoing', 0, event.rotations);
      case 'undo-progress':
        return this.#count('undoing', event.done, event.total);
      case 'places-listed':
        return this.#count('listing', event.read + event.unread, 0);
      case 'places-read':
        return this.#count('verifying', event.done, event.total);
      // With several accounts in-account.ts lets no other event of these kinds through.
      case 'account-done':
      case 'account-failed':
        return this.#count('accounts', event.done, event.total ?? 0);
      case 'call-throttled':
        this.#throttledAtMs = this.#nowMs();
        return true;
      case 'key-created':
        this.#waiting.add(event.newKeyId);
        return true;
      case 'key-verified':
        this.#waiting.delete(event.newKeyId);
        return true;
      case 'waiting-for-key':
        return true;
      default:
        return false;
    }
  }

  /** Undefined before the first phase. */
  standing(): Standing | undefined {
    if (this.#phase === undefined) return undefined;
    const nowMs = this.#nowMs();
    const first = this.#samples.find(({ atMs }) => nowMs - atMs <= LATELY_MS);
    const spanMs = first === undefined ? 0 : nowMs - first.atMs;
    const lately = first === undefined || spanMs === 0 ? 0 : this.#done - first.done;
    const perSecond = spanMs === 0 ? 0 : (lately * 1_000) / spanMs;
    const elapsedMs = nowMs - this.#beganAtMs;
    const canJudge = elapsedMs >= JUDGED_AFTER_MS && this.#done > 0 && this.#total > this.#done;
    // The rate of the whole phase counts, and not the latest: rotations end in bursts, because all
    // of them wait for AWS at once.
    const msPerOne = elapsedMs / this.#done;
    return {
      phase: this.#phase,
      done: this.#done,
      total: this.#total,
      perSecond,
      isThrottled: nowMs - this.#throttledAtMs <= THROTTLED_MS,
      secondsLeft: canJudge
        ? Math.ceil(((this.#total - this.#done) * msPerOne) / 1_000)
        : undefined,
      waitingForKeys: this.#waiting.size,
      elapsedMs,
    };
  }

  #count(phase: Phase, done: number, total: number): true {
    const nowMs = this.#nowMs();
    if (this.#phase !== phase) {
      this.#phase = phase;
      // The phase of accounts begins with the run, long before its first account is done.
      this.#beganAtMs = phase === 'accounts' ? this.#madeAtMs : nowMs;
      this.#samples = [{ atMs: this.#beganAtMs, done: 0 }];
    }
    this.#done = done;
    this.#total = total;
    const last = this.#samples.at(-1);
    // A sample each tenth of a second is plenty.
    if (last === undefined || nowMs - last.atMs >= 100) this.#samples.push({ atMs: nowMs, done });
    while ((this.#samples[0]?.atMs ?? nowMs) < nowMs - LATELY_MS) this.#samples.shift();
    return true;
  }
}

/** What is shown after the counts: `, 19/s, about 12 s left, throttled`; what does not fit is left out. */
export function standingText(standing: Standing, width = Number.POSITIVE_INFINITY): string {
  const { phase, perSecond, isThrottled, secondsLeft, waitingForKeys, elapsedMs } = standing;
  const parts = [
    phase === 'report' ? `${Math.round(elapsedMs / 1_000)} s` : '',
    perSecond === 0 ? '' : `${rate(perSecond)}/s`,
    secondsLeft === undefined ? '' : `about ${duration(secondsLeft)} left`,
    isThrottled ? 'throttled' : '',
    waitingForKeys === 0 ? '' : `waiting for ${waitingForKeys} new`,
  ];
  let text = '';
  for (const part of parts) {
    const longer = part === '' ? text : `${text}, ${part}`;
    if (longer.length <= width) text = longer;
  }
  return text;
}

function rate(perSecond: number): string {
  return perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1);
}

/** 45 s, 12 min, 3 h 5 min. */
export function duration(seconds: number): string {
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
