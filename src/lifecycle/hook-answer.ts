// What an answer means at each moment of a rotation: one table for programs, services and alarms.

import type { HookMoment } from './hooks.ts';

/** What came back from somebody who was asked. */
export type RawAnswer =
  /** A program came to its end by itself. `words` are the last that it printed. */
  | { readonly kind: 'exit'; readonly code: number; readonly words: string | undefined }
  | { readonly kind: 'status'; readonly status: number; readonly words: string | undefined }
  | { readonly kind: 'alarm'; readonly state: string; readonly words: string | undefined }
  /** None. `isSent`: what was asked for may have been done, or may be yet. */
  | { readonly kind: 'none'; readonly isSent: boolean; readonly words: string };

export type Meaning =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly isKnown: boolean };

/** With 5xx, and when it was too slow, a service does not say whether it did what was asked. */
const UNDECIDED = new Set([408, 502, 503, 504]);

export function meaningOf(on: HookMoment, answer: RawAnswer): Meaning {
  if (answer.kind === 'none') {
    return { kind: 'failed', reason: answer.words, isKnown: !answer.isSent };
  }
  if (isYes(answer)) return { kind: 'yes' };
  const reason = reasonOf(answer);
  if (on === 'after-retire') return { kind: 'no', reason };
  if (on === 'before-retire') {
    const isNo = answer.kind === 'exit' || (answer.kind === 'status' && answer.status === 409);
    if (isNo) return { kind: 'no', reason: answer.words ?? reason };
    return { kind: 'failed', reason, isKnown: true };
  }
  const isUndecided =
    answer.kind === 'status' && (answer.status === 500 || UNDECIDED.has(answer.status));
  return { kind: 'failed', reason, isKnown: !isUndecided };
}

type Answer = Exclude<RawAnswer, { kind: 'none' }>;

function isYes(answer: Answer): boolean {
  switch (answer.kind) {
    case 'exit':
      return answer.code === 0;
    case 'status':
      return answer.status >= 200 && answer.status < 300;
    case 'alarm':
      // An alarm that lacks data says nothing; one that is red says so.
      return answer.state !== 'ALARM';
  }
}

function reasonOf(answer: Answer): string {
  const { words } = answer;
  const behind = words === undefined ? '' : `: ${words}`;
  switch (answer.kind) {
    case 'exit':
      return `it ended with exit code ${answer.code}${behind}`;
    case 'status':
      return `HTTP ${answer.status}${behind}`;
    case 'alarm':
      return `the alarm is ${answer.state}${behind}`;
  }
}
