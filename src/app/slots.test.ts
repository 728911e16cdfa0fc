// Who goes first where a limit lets only some.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EndingKey, endsInOrder, rotationsInOrder } from './slots.ts';

const day = (number: number) => new Date(Date.UTC(2026, 0, number));

const QUIET: EndingKey = { goes: 'quiet', since: day(9), madeAt: day(1), isDoubtful: false };

function inOrder(ends: Readonly<Record<string, EndingKey | undefined>>): string[] {
  const claims = Object.entries(ends).map(([user, end]) => ({ user, overdueMs: undefined, end }));
  return endsInOrder(claims).map(({ user }) => user);
}

test('new keys: who is longest over the threshold, then by name; who would get none is left out', () => {
  const claim = (user: string, overdueMs: number | undefined) => ({
    ...{ user, overdueMs, end: undefined },
  });
  const claims = [claim('b', 5), claim('late', 9), claim('none', undefined), claim('a', 5)];
  assert.deepEqual(
    rotationsInOrder(claims).map(({ user }) => user),
    ['late', 'a', 'b'],
  );
});

test('old keys: a deadline that is over, then who waits longest, then the oldest key, then by name', () => {
  assert.deepEqual(
    inOrder({
      'b-fresh': { ...QUIET, since: undefined, madeAt: day(3) },
      'a-fresh': { ...QUIET, since: undefined, madeAt: day(3) },
      'old-fresh': { ...QUIET, since: undefined, madeAt: day(2) },
      waits: QUIET,
      'waits-longest': { ...QUIET, since: day(4) },
      overdue: { ...QUIET, goes: 'deadline', since: day(20) },
      none: undefined,
    }),
    ['overdue', 'waits-longest', 'waits', 'old-fresh', 'a-fresh', 'b-fresh'],
  );
});

test('one that something stood against leaves the others their turn', () => {
  assert.deepEqual(
    inOrder({
      refused: { ...QUIET, goes: 'deadline', since: day(1), isDoubtful: true },
      fresh: { ...QUIET, since: undefined },
    }),
    ['fresh', 'refused'],
  );
});
