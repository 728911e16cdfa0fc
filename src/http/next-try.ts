// Whether a call is sent again, and when: a pure decision. What may have come through is repeated only
// where the caller said that it may be; what a service refused because of its rate was not done, and waits
// for its turn.

export interface Tried {
  /** Whether the call may be sent again although it may have come through. */
  readonly isRepeatable: boolean;
  /** How often it was sent. */
  readonly tries: number;
  /** Whether another call of this run has just found the service down, after all its attempts. */
  readonly isKnownDown: boolean;
  /** For how long it has waited by now. */
  readonly waitedMs: number;
  readonly now: Date;
}

export type Result =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly header: (name: string) => string | undefined;
    }
  /** `isHopeless`: the next attempt would end the same way. */
  | { readonly kind: 'lost'; readonly isSent: boolean; readonly isHopeless: boolean };

export interface NextTry {
  /** Undefined when the call is not sent again. */
  readonly pauseMs: number | undefined;
  /** From when on the service wants to be asked again, where it says so. */
  readonly notBefore: Date | undefined;
}

export const TRIES_MAX = 4;
/** For the whole of a call: whoever asks for more is asked in another run. */
export const WAIT_MS_MAX = 60_000;
const PAUSE_MS = 500;
const PASSING = new Set([408, 500, 502, 503, 504]);

export function nextTry(result: Result, tried: Tried): NextTry {
  const { isRepeatable, tries, isKnownDown, waitedMs, now } = tried;
  // Whoever else waits for a service that is down waits no second time for it.
  const triesMax = isKnownDown ? 1 : TRIES_MAX;
  const backoffMs = PAUSE_MS * 2 ** (tries - 1);
  if (result.kind === 'lost') {
    const isOver = result.isHopeless || (result.isSent && !isRepeatable) || tries >= triesMax;
    return { pauseMs: isOver ? undefined : backoffMs, notBefore: undefined };
  }
  const isLimited = isRateLimit(result);
  const isPassing = isLimited || (isRepeatable && PASSING.has(result.status));
  const turnMs = isLimited || PASSING.has(result.status) ? waitAskedFor(result, now) : undefined;
  const notBefore = turnMs === undefined ? undefined : new Date(now.getTime() + turnMs);
  const pauseMs = Math.max(turnMs ?? 0, turnMs === undefined ? backoffMs : 0);
  const isOver =
    !isPassing || tries >= (isLimited ? TRIES_MAX : triesMax) || waitedMs + pauseMs > WAIT_MS_MAX;
  return { pauseMs: isOver ? undefined : pauseMs, notBefore };
}

type Answered = Extract<Result, { kind: 'answered' }>;

/** GitHub answers 403 as well, with the headers of a rate limit (its REST reference, "Rate limits"). */
export function isRateLimit({ status, header }: Answered): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return header('retry-after') !== undefined || remainingIn(header) === 0;
}

/** When a rate is used up, although this call came through; undefined while there is more. */
export function usedUpUntil({ header }: Answered, now: Date): Date | undefined {
  if (remainingIn(header) !== 0) return undefined;
  const waitMs = resetIn(header, now);
  return waitMs === undefined ? undefined : new Date(now.getTime() + waitMs);
}

function waitAskedFor({ header }: Answered, now: Date): number | undefined {
  const asked = retryAfter(header('retry-after'), now);
  if (asked !== undefined) return asked;
  return remainingIn(header) === 0 ? resetIn(header, now) : undefined;
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3). */
export function retryAfter(text: string | undefined, now: Date): number | undefined {
  const trimmed = text?.trim() ?? '';
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed) * 1_000;
  if (!/^[A-Z][a-z]{2,8}, /.test(trimmed)) return undefined;
  const time = Date.parse(trimmed);
  return Number.isNaN(time) ? undefined : Math.max(0, time - now.getTime());
}

type Header = Answered['header'];

function remainingIn(header: Header): number | undefined {
  const text = header('x-ratelimit-remaining') ?? header('ratelimit-remaining');
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}

/** Larger numbers are seconds since 1970 (GitHub, GitLab), smaller ones seconds from now. */
const SECONDS_FROM_NOW_MAX = 100_000_000;

function resetIn(header: Header, now: Date): number | undefined {
  const text = (header('x-ratelimit-reset') ?? header('ratelimit-reset'))?.trim() ?? '';
  if (!/^\d{1,12}$/.test(text)) return undefined;
  const seconds = Number(text);
  const waitMs = seconds * 1_000 - (seconds > SECONDS_FROM_NOW_MAX ? now.getTime() : 0);
  return Math.max(0, waitMs);
}
