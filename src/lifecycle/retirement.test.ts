import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import type { AccessKey, LastUse } from './keys.ts';
import { judgeHold, judgeTakenBack, type OtherKey, type RetiringKey } from './retirement.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);
const KEY = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const OTHER = accessKeyId('AKIAI44QH8DHBEXAMPLE');
const other = (over: Partial<OtherKey> = {}): OtherKey => ({
  key: { id: OTHER, status: 'Active', createdAt: daysAgo(300) },
  lastUse: { used: 'at', at: daysAgo(1) },
  ...over,
});
const facts = (over: Partial<RetiringKey> = {}): RetiringKey => ({
  key: { id: KEY, status: 'Inactive', createdAt: daysAgo(400) },
  lastUse: { used: 'never' },
  seenUse: undefined,
  cutOverAt: undefined,
  deactivatedAt: undefined,
  lastSeenActive: undefined,
  inactiveSince: daysAgo(100),
  others: [other()],
  successorCreatedAt: undefined,
  isSigning: false,
  ...over,
});
const reasonOf = (over: Partial<RetiringKey>) => {
  const verdict = judgeHold(facts(over), 30, NOW);
  assert.ok('reason' in verdict);
  return verdict.reason;
};
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

  it('a use that a run has seen counts, also when AWS tells of it no more', () => {
    const seen = (days: number) => ({ from: daysAgo(days), to: daysAgo(days - 1) });
    const never = { lastUse: { used: 'never' } } as const;
    assert.match(reasonOf({ ...never, seenUse: seen(29) }), /^it was last used 28 days ago; /);
    assert.equal(reasonOf({ ...never, seenUse: seen(31) }), 'Inactive, last used 30 days ago');
    // Without memory of the deactivation: idle for 90 days at the first sight.
    const first = { ...never, inactiveSince: undefined };
    assert.match(reasonOf({ ...first, seenUse: seen(90) }), /^it was first seen Inactive today; /);
    assert.match(
      reasonOf({ ...first, seenUse: seen(91) }),
      /^Inactive, last used 90 days ago, and /,
    );
    assert.match(reasonOf({ lastUse: 'unreadable', seenUse: seen(91) }), /could not be read/);
    const told = { lastUse: { used: 'at', at: daysAgo(28.5) }, seenUse: seen(29) } as const;
    assert.match(reasonOf(told), /^it was last used 28 days ago; .*until 2026-11-22$/);
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

  it('I11: keeps a key whose last use cannot be read, and counts that as a failure', () => {
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

  it('never lets a user’s only key go, recorded or not', () => {
    for (const deactivatedAt of [undefined, daysAgo(400)]) {
      const verdict = judge({ others: [], deactivatedAt });
      assert(verdict.kind === 'keep');
      assert.deepEqual(
        [verdict.reason, verdict.failed, verdict.notBefore],
        ['its user has no other key', false, undefined],
      );
    }
  });

  it('without a record counts from the first sight of Inactive', () => {
    const young = { createdAt: daysAgo(80), id: KEY, status: 'Inactive' } as const;
    assert.equal(judge({ key: young, inactiveSince: daysAgo(30) }).kind, 'delete');
    const verdict = judge({ key: young, inactiveSince: daysAgo(29), lastSeenActive: daysAgo(31) });
    assert(verdict.kind === 'keep');
    assert.deepEqual(verdict.notBefore, daysAgo(-1));
    assert.equal(
      verdict.reason,
      'it was first seen Inactive 29 days ago, after it was seen Active 31 days ago; the hold is ' +
        '30 days, until 2026-11-22',
    );
    // Our record of an earlier deactivation says nothing of a later one.
    const again = { deactivatedAt: daysAgo(200), lastSeenActive: daysAgo(40) };
    assert.equal(judge({ key: young, ...again, inactiveSince: daysAgo(29) }).kind, 'keep');
  });
});

describe('a key that nobody remembers (I5)', () => {
  const unseen = (over: Partial<RetiringKey> = {}) => judge({ inactiveSince: undefined, ...over });
  const used = (days: number): LastUse => ({ used: 'at', at: daysAgo(days) });
  const made = (days: number): Partial<RetiringKey> => ({
    key: { id: KEY, status: 'Inactive', createdAt: daysAgo(days) },
  });

  const table: [string, Partial<RetiringKey>, string][] = [
    ['idle for 400 days, its user works with another', {}, 'delete'],
    ['last used 90 days ago', { lastUse: used(90) }, 'delete'],
    ['last used 89 days ago', { lastUse: used(89) }, 'keep'],
    ['last used 31 days ago', { lastUse: used(31) }, 'keep'],
    ['made 90 days ago', made(90), 'delete'],
    ['made 89 days ago', made(89), 'keep'],
    ['its last use cannot be read', { lastUse: 'unreadable' }, 'keep'],
    ['its last use is not asked yet', { lastUse: 'unread' }, 'ask-last-use'],
    ['its user’s only key', { others: [] }, 'keep'],
    ['the other key is Inactive too', { others: [otherIs('Inactive')] }, 'keep'],
    ['the other key was never used', { others: [other({ lastUse: { used: 'never' } })] }, 'keep'],
    [
      'the other key was used before it only',
      { lastUse: used(120), others: [other({ lastUse: used(121) })] },
      'keep',
    ],
    [
      'the other key was used since, long ago',
      { lastUse: used(120), others: [other({ lastUse: used(119) })] },
      'delete',
    ],
    [
      'the use of the other key is not asked yet',
      { others: [other({ lastUse: 'unread' })] },
      'ask-last-use',
    ],
    [
      'the use of the other key cannot be read',
      { others: [other({ lastUse: 'unreadable' })] },
      'keep',
    ],
    ['seen Active 29 days ago', { lastSeenActive: daysAgo(29) }, 'keep'],
    ['seen Active 31 days ago', { lastSeenActive: daysAgo(31) }, 'delete'],
    ['a key that may have replaced it is young', { successorCreatedAt: daysAgo(3) }, 'keep'],
    ['first seen Inactive 3 days ago', { inactiveSince: daysAgo(3) }, 'delete'],
    ['seen Inactive in the future', { inactiveSince: daysAgo(-3), lastUse: used(31) }, 'keep'],
  ];
  for (const [name, over, expected] of table) {
    it(`${name}: ${expected}`, () => assert.equal(unseen(over).kind, expected));
  }

  it('asks for its own last use first, and for another key’s only when it is idle', () => {
    const others = [other({ lastUse: 'unread' })];
    assert.deepEqual(unseen({ lastUse: 'unread', others }), { kind: 'ask-last-use', keyId: KEY });
    assert.deepEqual(unseen({ others }), { kind: 'ask-last-use', keyId: OTHER });
    assert.equal(unseen({ lastUse: used(31), others }).kind, 'keep');
    assert.equal(unseen({ ...made(20), lastUse: 'unread', others }).kind, 'keep');
  });

  it('is idle for as long as the hold is, where that is longer', () => {
    const judged = (days: number) => judgeHold(facts({ inactiveSince: undefined }), days, NOW).kind;
    assert.deepEqual([judged(400), judged(401)], ['delete', 'keep']);
  });

  it('I11: tells what could not be read, and counts that as a failure', () => {
    const verdict = unseen({ others: [other({ lastUse: 'unreadable' })] });
    assert(verdict.kind === 'keep' && verdict.failed);
    assert.match(verdict.reason, new RegExp(`last use of ${OTHER}.* could not be read`));
  });

  it('tells the day on which it may go', () => {
    const verdict = unseen({ lastUse: used(31) });
    assert(verdict.kind === 'keep');
    assert.equal(
      verdict.reason,
      'it was first seen Inactive today; the hold is 30 days, until 2026-12-21',
    );
  });
});

function otherIs(status: AccessKey['status']): OtherKey {
  return other({ key: { id: OTHER, status, createdAt: daysAgo(300) } });
}

const HOUR = 1 / 24;
const at = (days: number): LastUse => ({ used: 'at', at: daysAgo(days) });

describe('whether others than we ourselves may have used a new key', () => {
  const sts = (days: number): LastUse => ({ ...at(days), service: 'sts' }) as LastUse;
  const table: [string, LastUse | 'unreadable', Date | undefined, boolean][] = [
    ['never used', { used: 'never' }, daysAgo(1), false],
    ['its last use cannot be read', 'unreadable', daysAgo(1), true],
    ['used with another service', { ...at(1), service: 's3' } as LastUse, daysAgo(1), true],
    ['our own check', sts(1), daysAgo(1), false],
    ['used with STS long after our last check', sts(1), daysAgo(2), true],
    ['used with STS, and no check is on record', sts(1), undefined, false],
  ];
  for (const [name, lastUse, checkedAt, expected] of table) {
    it(`${name}: ${expected}`, () => {
      const facts = { lastUse, checkedAt, deliveredAt: daysAgo(3) };
      assert.equal(judgeTakenBack(facts, NOW).kind !== 'unused', expected);
    });
  }

  it('I11: a key that was delivered an hour ago may be in use, and AWS would not show it yet', () => {
    const delivered = (hours: number) => ({
      lastUse: { used: 'never' } as const,
      checkedAt: undefined,
      deliveredAt: daysAgo(hours * HOUR),
    });
    const verdict = (hours: number) => judgeTakenBack(delivered(hours), NOW);
    const notBefore = new Date(daysAgo(HOUR).getTime() + 4 * 3_600_000);
    assert.deepEqual(verdict(1), { kind: 'not-shown-yet', notBefore });
    assert.deepEqual(verdict(5), { kind: 'unused' });
    const nowhere = { ...delivered(1), deliveredAt: undefined };
    assert.deepEqual(judgeTakenBack(nowhere, NOW), { kind: 'unused' });
  });
});
