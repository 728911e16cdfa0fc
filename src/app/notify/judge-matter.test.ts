import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeMatter, judgeOver, type Said } from './judge-matter.ts';
import type { Matter } from './matter.ts';

const NOW = new Date('2026-11-28T09:00:00Z');
const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(NOW.getTime() - days * DAY_MS).toISOString();
const AT = { now: NOW, repeatDays: 7 };

const MATTER: Matter = {
  id: 'm1',
  kind: 'rotation-blocked',
  occasion: 'needs-person',
  account: '111122223333',
  user: 'svc-a',
  keyId: null,
  stage: 'two-active-keys',
  text: 'key cannot be rotated',
  hint: null,
  dueAt: undefined,
};

const SAID: Said = {
  kind: 'rotation-blocked',
  account: '111122223333',
  user: 'svc-a',
  keyId: null,
  stage: 'two-active-keys',
  text: 'key cannot be rotated',
  to: null,
  status: 'said',
  at: daysAgo(1),
  firstAt: daysAgo(1),
  times: 1,
  message: 'message-1',
};

const ROWS: readonly (readonly [
  what: string,
  matter: Partial<Matter>,
  said: Partial<Said> | undefined,
  why: string,
])[] = [
  ['it was never told', {}, undefined, 'new'],
  ['it was told yesterday', {}, {}, 'silent'],
  ['it was told a week ago, a little less', {}, { at: daysAgo(6.95) }, 'again'],
  ['it was told a second time a week ago', {}, { at: daysAgo(7), times: 2 }, 'silent'],
  ['it was told a second time two weeks ago', {}, { at: daysAgo(14), times: 2 }, 'again'],
  ['it was told often, and 55 days ago', {}, { at: daysAgo(55), times: 30 }, 'silent'],
  ['it was told often, and 56 days ago', {}, { at: daysAgo(56), times: 30 }, 'again'],
  ['it stands otherwise', { stage: 'no-free-slot' }, {}, 'changed'],
  ['it failed, and is blocked now', {}, { kind: 'rotation-failed' }, 'changed'],
  ['it belongs to somebody else now', {}, { to: 'ann@example.com' }, 'changed'],
  ['its day has come since', { dueAt: new Date(NOW.getTime() - 1) }, {}, 'day-came'],
  ['its day had come when it was told', { dueAt: new Date(daysAgo(2)) }, {}, 'silent'],
  ['somebody is telling it', {}, { status: 'sending', at: NOW.toISOString() }, 'silent'],
  ['somebody died telling it first', {}, { status: 'sending', times: 0 }, 'new message-1'],
  ['somebody died telling it again', {}, { status: 'sending', times: 2 }, 'changed message-1'],
];

for (const [what, matter, said, why] of ROWS) {
  test(`${what}: ${why}`, () => {
    const before = said && { ...SAID, ...said };
    const verdict = judgeMatter({ ...MATTER, ...matter }, null, before, AT);
    const told =
      verdict.kind === 'silent' ? 'silent' : [verdict.why, verdict.message].join(' ').trim();
    assert.equal(told, why);
  });
}

test('without a time to repeat it is told once', () => {
  const said = { ...SAID, at: daysAgo(300) };
  const verdict = judgeMatter(MATTER, null, said, { now: NOW, repeatDays: undefined });
  assert.equal(verdict.kind, 'silent');
});

test('what is over is told once; what was only announced, or never told for sure, is forgotten', () => {
  assert.deepEqual(judgeOver(SAID, AT), { kind: 'tell', why: 'over', message: undefined });
  assert.equal(judgeOver({ ...SAID, kind: 'key-due-soon' }, AT), 'forget');
  assert.equal(judgeOver({ ...SAID, kind: 'deadline-ahead' }, AT), 'forget');
  assert.equal(judgeOver({ ...SAID, status: 'sending', times: 0 }, AT), 'forget');
  const under = { ...SAID, status: 'sending', at: NOW.toISOString() } as const;
  assert.deepEqual(judgeOver(under, AT), { kind: 'silent' });
});
