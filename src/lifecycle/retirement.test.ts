import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import type { AccessKey, LastUse } from './keys.ts';
import {
  judgeHold,
  judgeIdle,
  judgeQuiet,
  mayBeUsedByOthers,
  type RetiringKey,
} from './retirement.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);
const KEY = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const facts = (over: Partial<RetiringKey> = {}): RetiringKey => ({
  key: { id: KEY, status: 'Inactive', createdAt: daysAgo(400) },
  lastUse: { used: 'never' },
  cutOverAt: undefined,
  deactivatedAt: undefined,
  lastSeenActive: undefined,
  successorCreatedAt: undefined,
  isSigning: false,
  ...over,
});
const judge = (over: Partial<RetiringKey> = {}) => judgeHold(facts(over), 30, NOW);

describe('the hold of Inactive keys (I5)', () => {
  it('deletes after the hold since the recorded deactivation', () => {
    assert.equal(judge({ deactivatedAt: daysAgo(30) }).kind, 'delete');
  });

  it('keeps a 400 day old key that was deactivated 29 days ago', () => {
    assert.equal(judge({ deactivatedAt: daysAgo(29) }).kind, 'keep');
  });

  it('keeps a key deactivated seconds before, whatever its age', () => {
    assert.equal(judge({ deactivatedAt: new Date(NOW.getTime() - 5_000) }).kind, 'keep');
  });

  it('without a record counts from creation when the key was never used', () => {
    assert.equal(judge().kind, 'delete');
    assert.equal(
      judge({ key: { id: KEY, status: 'Inactive', createdAt: daysAgo(29) } }).kind,
      'keep',
    );
  });

  it('without a record counts from the last use', () => {
    assert.equal(judge({ lastUse: { used: 'at', at: daysAgo(31) } }).kind, 'delete');
    assert.equal(judge({ lastUse: { used: 'at', at: daysAgo(12) } }).kind, 'keep');
  });

  it('without a record counts from the last time that the key was seen Active', () => {
    assert.equal(judge({ lastSeenActive: daysAgo(31) }).kind, 'delete');
    assert.equal(judge({ lastSeenActive: daysAgo(3) }).kind, 'keep');
  });

  it('without a record counts from the creation of the key that may have replaced it', () => {
    assert.equal(judge({ successorCreatedAt: daysAgo(1) }).kind, 'keep');
    assert.equal(judge({ successorCreatedAt: daysAgo(31) }).kind, 'delete');
    const recorded = { deactivatedAt: daysAgo(40), successorCreatedAt: daysAgo(1) };
    assert.equal(judge(recorded).kind, 'delete');
  });

  it('a key seen Active after its recorded deactivation starts its hold anew', () => {
    const verdict = judge({ deactivatedAt: daysAgo(200), lastSeenActive: daysAgo(3) });
    assert.equal(verdict.kind, 'keep');
  });

  it('a recorded deactivation long ago does not outweigh a use since', () => {
    const verdict = judge({
      deactivatedAt: daysAgo(200),
      lastUse: { used: 'at', at: daysAgo(2) },
    });
    assert.equal(verdict.kind, 'keep');
  });

  it('I11: keeps a key whose last use can not be read, and counts that as a failure', () => {
    const verdict = judge({ lastUse: 'unreadable' });
    assert.deepEqual(verdict, {
      kind: 'keep',
      reason: 'its last use could not be read',
      failed: true,
      notBefore: undefined,
    });
  });

  it('asks for the last use only when everything else allows deleting', () => {
    assert.equal(judge({ lastUse: 'unread' }).kind, 'ask-last-use');
    assert.equal(judge({ lastUse: 'unread', lastSeenActive: daysAgo(1) }).kind, 'keep');
  });

  it('keeps keys with a time in the future of this clock', () => {
    assert.equal(judge({ deactivatedAt: daysAgo(-2) }).kind, 'keep');
    assert.equal(judge({ lastUse: { used: 'at', at: daysAgo(-2) } }).kind, 'keep');
  });

  it('I6: keeps Active keys, and the signing key (I7)', () => {
    const active = { id: KEY, status: 'Active', createdAt: daysAgo(400) } as const;
    assert.equal(judge({ key: active }).kind, 'keep');
    assert.equal(judge({ isSigning: true }).kind, 'keep');
  });

  it('tells when the hold is over', () => {
    const verdict = judge({ deactivatedAt: daysAgo(29) });
    assert(verdict.kind === 'keep');
    assert.deepEqual(verdict.notBefore, daysAgo(-1));
    const used = judge({ lastUse: { used: 'at', at: daysAgo(12) } });
    assert(used.kind === 'keep');
    assert.deepEqual(used.notBefore, daysAgo(-18));
  });
});

const HOUR = 1 / 24;
const active: AccessKey = { id: KEY, status: 'Active', createdAt: daysAgo(400) };
const at = (days: number): LastUse => ({ used: 'at', at: daysAgo(days) });

describe('quiet: whether a replaced key may be made Inactive (I15)', () => {
  const table: [string, Partial<RetiringKey>, string][] = [
    ['replaced 5 hours ago and silent since', { cutOverAt: daysAgo(5 * HOUR) }, 'quiet'],
    [
      'replaced 3 hours ago: a use would not show yet',
      { cutOverAt: daysAgo(3 * HOUR) },
      'too-soon',
    ],
    [
      'used before it was replaced',
      { cutOverAt: daysAgo(5 * HOUR), lastUse: at(6 * HOUR) },
      'quiet',
    ],
    ['used since', { cutOverAt: daysAgo(5 * HOUR), lastUse: at(HOUR) }, 'used-since'],
    ['used since, more than a day ago', { cutOverAt: daysAgo(9), lastUse: at(2) }, 'quiet'],
    ['replaced by an unknown hand, used today', { lastUse: at(HOUR) }, 'used-since'],
    ['replaced by an unknown hand, used a week ago', { lastUse: at(7) }, 'quiet'],
    ['I11: its last use can not be read', { lastUse: 'unreadable' }, 'use-unknown'],
    ['I11: its last use was not read', { lastUse: 'unread' }, 'use-unknown'],
  ];
  for (const [name, over, expected] of table) {
    it(`${name}: ${expected}`, () => {
      assert.equal(judgeQuiet(facts({ key: active, ...over }), NOW).kind, expected);
    });
  }

  it('tells when a use would show', () => {
    const verdict = judgeQuiet(facts({ key: active, cutOverAt: daysAgo(HOUR) }), NOW);
    assert(verdict.kind === 'too-soon');
    assert.deepEqual(verdict.notBefore, daysAgo(-3 * HOUR));
  });
});

describe('idle: whether a key may go to make room when nobody is asked', () => {
  const table: [string, Partial<RetiringKey>, boolean][] = [
    ['never used, old', {}, true],
    ['not used for 31 days', { lastUse: at(31) }, true],
    ['used 29 days ago', { lastUse: at(29) }, false],
    ['its last use can not be read', { lastUse: 'unreadable' }, false],
    ['never used, made a week ago', { key: { ...active, createdAt: daysAgo(7) } }, false],
    ['Active, replaced a moment ago', { key: active, cutOverAt: daysAgo(HOUR) }, false],
    ['Active, replaced long ago', { key: active, cutOverAt: daysAgo(40) }, true],
    ['Inactive, whenever it was replaced', { cutOverAt: daysAgo(HOUR) }, true],
  ];
  for (const [name, over, expected] of table) {
    it(`${name}: ${expected ? 'idle' : 'busy'}`, () => {
      assert.equal(judgeIdle(facts(over), NOW).isIdle, expected);
    });
  }

  it('never lets a key go that finish would not make Inactive', () => {
    const uses: RetiringKey['lastUse'][] = [{ used: 'never' }, at(HOUR), at(2), at(31), at(200)];
    const cutOvers = [undefined, daysAgo(HOUR), daysAgo(3), daysAgo(100)];
    for (const lastUse of [...uses, 'unreadable' as const]) {
      for (const cutOverAt of cutOvers) {
        const about = facts({ key: active, lastUse, cutOverAt });
        const isQuiet = judgeQuiet(about, NOW).kind === 'quiet';
        assert(isQuiet || !judgeIdle(about, NOW).isIdle, JSON.stringify({ lastUse, cutOverAt }));
      }
    }
  });
});

describe('whether others than we ourselves may have used a new key', () => {
  const sts = (days: number): LastUse => ({ ...at(days), service: 'sts' }) as LastUse;
  const table: [string, LastUse | 'unreadable', Date | undefined, boolean][] = [
    ['never used', { used: 'never' }, daysAgo(1), false],
    ['its last use can not be read', 'unreadable', daysAgo(1), true],
    ['used with another service', { ...at(1), service: 's3' } as LastUse, daysAgo(1), true],
    ['our own check', sts(1), daysAgo(1), false],
    ['used with STS long after our last check', sts(1), daysAgo(2), true],
    ['used with STS, and no check is on record', sts(1), undefined, false],
  ];
  for (const [name, lastUse, checkedAt, expected] of table) {
    it(`${name}: ${expected}`, () => {
      assert.equal(mayBeUsedByOthers(lastUse, checkedAt), expected);
    });
  }
});
