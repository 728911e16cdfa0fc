import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meaningOf, type RawAnswer } from './hook-answer.ts';
import type { HookMoment } from './hooks.ts';

const MOMENTS: readonly HookMoment[] = ['after-deliver', 'before-retire', 'after-retire'];

const exit = (code: number): RawAnswer => ({ kind: 'exit', code, words: 'words' });
const status = (code: number): RawAnswer => ({ kind: 'status', status: code, words: 'words' });
const none = (isSent: boolean): RawAnswer => ({ kind: 'none', isSent, words: 'no answer' });
const alarm = (state: string): RawAnswer => ({ kind: 'alarm', state, words: undefined });

/** What each answer means when it tells, when it asks, and when it watches; `?`: nobody knows. */
const TABLE: readonly (readonly [RawAnswer, string, string, string])[] = [
  [exit(0), 'yes', 'yes', 'yes'],
  [exit(1), 'failed', 'no', 'no'],
  [exit(127), 'failed', 'no', 'no'],
  [status(200), 'yes', 'yes', 'yes'],
  [status(204), 'yes', 'yes', 'yes'],
  [status(307), 'failed', 'failed', 'no'],
  [status(401), 'failed', 'failed', 'no'],
  [status(409), 'failed', 'no', 'no'],
  [status(429), 'failed', 'failed', 'no'],
  [status(408), '?', 'failed', 'no'],
  [status(500), '?', 'failed', 'no'],
  [status(503), '?', 'failed', 'no'],
  [none(false), 'failed', 'failed', 'failed'],
  [none(true), '?', '?', '?'],
  [alarm('OK'), 'yes', 'yes', 'yes'],
  [alarm('INSUFFICIENT_DATA'), 'yes', 'yes', 'yes'],
  [alarm('ALARM'), 'failed', 'failed', 'no'],
];

for (const [answer, ...expected] of TABLE) {
  test(`what ${JSON.stringify(answer)} means`, () => {
    const meant = MOMENTS.map((on) => {
      const meaning = meaningOf(on, answer);
      return meaning.kind === 'failed' && !meaning.isKnown ? '?' : meaning.kind;
    });
    assert.deepEqual(meant, expected);
  });
}

test('a no is told in the words of who says it, and without these by what it was', () => {
  assert.deepEqual(meaningOf('before-retire', exit(3)), { kind: 'no', reason: 'words' });
  const silent = { kind: 'exit', code: 3, words: undefined } as const;
  assert.deepEqual(meaningOf('before-retire', silent), {
    kind: 'no',
    reason: 'it ended with exit code 3',
  });
});
