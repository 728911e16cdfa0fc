// Whether a matter is told now: a pure decision, from what stands and from what was said before. Once when it is
// new, when it changes, when its day has come, and after a time that doubles; and once when it is over.

import type { Matter } from './matter.ts';

/** What a channel was told of a matter. */
export interface Said {
  readonly kind: string;
  readonly account: string | null;
  readonly user: string | null;
  readonly keyId: string | null;
  readonly stage: string;
  /** In one line, for when it is over. */
  readonly text: string;
  /** The receiver; null for that of the channel. */
  readonly to: string | null;
  readonly status: 'sending' | 'said';
  /** When that was. */
  readonly at: string;
  /** When it was told first, and how often. */
  readonly firstAt: string;
  readonly times: number;
  /** Names the message, so that one that comes twice is known. */
  readonly message: string;
}

export type Why = 'new' | 'changed' | 'day-came' | 'again' | 'over';

export type Verdict =
  | { readonly kind: 'silent' }
  /** `message`: the message that it was in before, of which nobody knows whether it arrived. */
  | { readonly kind: 'tell'; readonly why: Why; readonly message: string | undefined };

export interface JudgedAt {
  readonly now: Date;
  /** Undefined where a matter is told once and never again. */
  readonly repeatDays: number | undefined;
}

/** After so long a message under way is one whose sender has died. */
export const SENDING_MS = 10 * 60_000;
/** Whether whoever began to send it then may be sending it still. */
export function isUnderWay(at: string, now: Date): boolean {
  return now.getTime() - Date.parse(at) < SENDING_MS;
}

const DAY_MS = 86_400_000;
/** A run of every day comes a little earlier or later than the day before. */
const SLACK_MS = 2 * 3_600_000;
const DOUBLINGS_MAX = 3;

const SILENT: Verdict = { kind: 'silent' };

export function judgeMatter(
  matter: Matter,
  to: string | null,
  said: Said | undefined,
  at: JudgedAt,
): Verdict {
  if (said === undefined) return tell('new');
  const sinceMs = at.now.getTime() - Date.parse(said.at);
  if (said.status === 'sending') {
    if (sinceMs < SENDING_MS) return SILENT;
    return { kind: 'tell', why: said.times === 0 ? 'new' : 'changed', message: said.message };
  }
  if (said.stage !== matter.stage || said.to !== to || said.kind !== matter.kind) {
    return tell('changed');
  }
  const due = matter.dueAt?.getTime();
  if (due !== undefined && due <= at.now.getTime() && Date.parse(said.at) < due) {
    return tell('day-came');
  }
  if (at.repeatDays === undefined) return SILENT;
  const doublings = Math.min(DOUBLINGS_MAX, Math.max(0, said.times - 1));
  const pauseMs = at.repeatDays * DAY_MS * 2 ** doublings;
  return sinceMs >= pauseMs - SLACK_MS ? tell('again') : SILENT;
}

function tell(why: Why): Verdict {
  return { kind: 'tell', why, message: undefined };
}

/** Of a matter that does not stand any more. What was only announced ends by coming true, which is told elsewhere. */
export function judgeOver(said: Said, { now }: JudgedAt): Verdict | 'forget' {
  if (said.status === 'sending' && isUnderWay(said.at, now)) return SILENT;
  const isAnnounced = said.kind === 'key-due-soon' || said.kind === 'deadline-ahead';
  // What was never said for sure needs no end.
  if (isAnnounced || said.times === 0) return 'forget';
  const message = said.status === 'sending' ? said.message : undefined;
  return { kind: 'tell', why: 'over', message };
}
