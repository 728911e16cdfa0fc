import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeUse } from './in-use.ts';
import type { LastUse } from './keys.ts';

const NOW = new Date('2026-06-30T12:00:00Z');
const HOUR = 3_600_000;
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * HOUR);
const used = (hours: number): LastUse => ({ used: 'at', at: hoursAgo(hours), service: 's3' });
const NEVER = { used: 'never' } as const;
const DAYS_14 = 14 * 24;

describe('I15: whether a key is in use', () => {
  const table: readonly (readonly [string, LastUse | 'unreadable', number, string])[] = [
    ['used an hour ago', used(1), 9_000, 'in-use'],
    ['used 13 days ago', used(13 * 24), 9_000, 'in-use'],
    ['used 14 days ago: a later use would not show yet', used(DAYS_14), 9_000, 'in-use'],
    [
      'used 14 days and 6 hours ago: within the minutes of one use',
      used(DAYS_14 + 6.2),
      9_000,
      'in-use',
    ],
    ['used 14 days, 6 hours and 16 minutes ago', used(DAYS_14 + 6 + 16 / 60), 9_000, 'unused'],
    ['used in the future, by this clock', used(-1), 9_000, 'in-use'],
    ['never used', NEVER, 9_000, 'unused'],
    ['never used, and made three days ago: it may wait for its first', NEVER, 72, 'too-young'],
    ['never used, and made an hour ago', NEVER, 1, 'too-young'],
    ['never used, and made 14 days and 6 hours ago', NEVER, DAYS_14 + 6, 'unused'],
    ['I11: its use cannot be read', 'unreadable', 9_000, 'use-unknown'],
  ];
  for (const [name, lastUse, age, expected] of table) {
    it(name, () => {
      const verdict = judgeUse({ createdAt: hoursAgo(age), lastUse }, 14, NOW);
      assert.equal(verdict.kind, expected);
    });
  }

  it('tells from when on it is not', () => {
    const verdict = judgeUse({ createdAt: hoursAgo(9_000), lastUse: used(24) }, 3, NOW);
    assert(verdict.kind === 'in-use');
    const from = verdict.notBefore;
    assert.equal(from.getTime(), hoursAgo(24).getTime() + (3 * 24 + 6) * HOUR + 16 * 60_000);
    const before = new Date(from.getTime() - 1);
    const at = (now: Date) =>
      judgeUse({ createdAt: hoursAgo(9_000), lastUse: used(24) }, 3, now).kind;
    assert.deepEqual([at(before), at(from)], ['in-use', 'unused']);
  });

  it('asks for more where the past of the key does, as for the old key of a rotation', () => {
    const day = (days: number) => hoursAgo(days * 24);
    const uses = {
      ...{ lookedFrom: day(60), closelyFrom: day(60), lookedTo: day(1) },
      stretches: [
        { from: day(50), to: day(50) },
        { from: day(20), to: day(20) },
      ],
    };
    const key = { createdAt: hoursAgo(9_000), lastUse: used(20 * 24), uses };
    const verdict = judgeUse(key, 14, NOW);
    assert(verdict.kind === 'in-use');
    assert.equal(verdict.quiet.days, 35);
    assert.match(verdict.quiet.because, /30 days apart/);
    assert.equal(judgeUse({ ...key, uses: undefined }, 14, NOW).kind, 'unused');
  });

  it('counts the days of a replaced key from its cut-over', () => {
    const key = { createdAt: hoursAgo(9_000), lastUse: used(20 * 24) };
    assert.equal(judgeUse({ ...key, cutOverAt: hoursAgo(10 * 24) }, 14, NOW).kind, 'in-use');
    assert.equal(judgeUse({ ...key, cutOverAt: hoursAgo(15 * 24) }, 14, NOW).kind, 'unused');
  });

  it('waits for jobs that may be queued with it, where nobody asked for a number of days', () => {
    const day = (days: number) => hoursAgo(days * 24);
    const uses = {
      ...{ lookedFrom: day(90), closelyFrom: day(90), lookedTo: day(1) },
      stretches: [{ from: day(90), to: day(20) }],
    };
    const key = { createdAt: hoursAgo(9_000), lastUse: used(20 * 24), uses, cutOverAt: day(20) };
    assert.equal(judgeUse(key, undefined, NOW).kind, 'unused');
    const verdict = judgeUse({ ...key, doubt: 'in-queue' }, undefined, NOW);
    assert(verdict.kind === 'in-use');
    assert.match(verdict.quiet.because, /queued/);
  });

  it('takes no check of our own for a use', () => {
    const lastUse: LastUse = { used: 'at', at: hoursAgo(24), service: 'sts' };
    const key = { createdAt: hoursAgo(9_000), lastUse };
    assert.equal(judgeUse(key, 14, NOW).kind, 'in-use');
    assert.equal(judgeUse({ ...key, checkedAt: hoursAgo(24) }, 14, NOW).kind, 'unused');
  });
});
