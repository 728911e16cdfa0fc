// What a journal tells without asking anybody: how far a rotation is and whom it waits for, what was done, what
// failed, and which keys are overdue as far as a report has shown.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { UserHistory } from './history.ts';
import { failedAttempt } from './last-attempt.ts';
import { milestonesOf } from './milestones.ts';
import { outlookOf, stagesOf } from './open-outlook.ts';
import { overdueAmong } from './overdue-seen.ts';
import type { JournalRecord } from './record.ts';

const OLD = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const NEW = accessKeyId('AKIAI44QH8DHBEXAMPLE');
const NOON = Date.parse('2026-06-01T12:00:00Z');
const DAY = 86_400_000;
const at = (days: number) => new Date(NOON + days * DAY);

const INTENDED = {
  type: 'intended',
  oldKeyId: OLD,
  knownKeyIds: [OLD],
  oldKeyFate: 'when-quiet',
  target: { kind: 'handoff', place: '' },
};
const CREATED = { type: 'created', newKeyId: NEW };
const DELIVERED = [
  INTENDED,
  CREATED,
  { type: 'proved', checks: 3 },
  { type: 'delivered', receipts: [] },
];

/** Records a minute apart, the first so many days from noon. */
function history(days: number, ...steps: readonly object[]): UserHistory {
  return new UserHistory(
    steps.map((step, index) => {
      const isOfKey =
        'keyId' in step && !['discarding', 'discarded'].includes(String(Reflect.get(step, 'type')));
      const when = new Date(at(days).getTime() + index * 60_000);
      const envelope = { v: 6, run: 'run-1', account: '123456789012', user: 'svc' } as const;
      return { ...envelope, at: when, rotation: isOfKey ? null : 'r1', step } as JournalRecord;
    }),
  );
}

const outlook = (notBefore: Date | undefined, ...steps: readonly object[]) => {
  const { open } = history(0, ...steps);
  assert(open !== undefined);
  return outlookOf(open, notBefore);
};

describe('an open rotation', () => {
  it('waits for the next run, or for its time', () => {
    assert.equal(outlook(undefined, INTENDED).waitsFor, 'run');
    assert.match(outlook(undefined, INTENDED, CREATED).next, /proves the new key/);
    const graced = [...DELIVERED, { type: 'in-grace' }];
    assert.deepEqual(outlook(at(8), ...graced), {
      waitsFor: 'time',
      next: 'makes the old key Inactive, if nothing uses it until then',
    });
    assert.equal(outlook(undefined, ...graced).waitsFor, 'run');
  });

  it('waits for a person where a hook was begun and nobody knows its end, whatever the time is', () => {
    const begun = { type: 'hook-begun', on: 'after-deliver', mark: 'm', label: 'restart shop' };
    const told = outlook(at(8), ...DELIVERED, begun);
    assert.deepEqual(told, {
      waitsFor: 'operator',
      next: 'a person says whether this was done: restart shop',
    });
    const done = { type: 'hook-ended', mark: 'm', end: 'done' };
    assert.equal(outlook(undefined, ...DELIVERED, begun, done).waitsFor, 'run');
  });

  it('waits for a hook that said no', () => {
    const veto = { type: 'vetoed', label: 'ask', reason: 'the quarter closes' };
    const told = outlook(undefined, ...DELIVERED, { type: 'in-grace' }, veto);
    assert.equal(told.waitsFor, 'hook');
    assert.match(told.next, /the quarter closes/);
  });

  it('has its stages with their first times', () => {
    const again = { type: 'in-grace' };
    const all = history(0, ...DELIVERED, again, { type: 'deactivating' }, again);
    assert(all.open !== undefined);
    assert.deepEqual(
      stagesOf(all.open, all).map(({ stage }) => stage),
      ['begun', 'made', 'proved', 'delivered', 'in-grace', 'retiring'],
    );
  });
});

it('what was done is told once for each rotation, by the run that did it', () => {
  const placed = {
    type: 'placed',
    target: { kind: 'handoff', place: '' },
    receipt: { kind: 'handoff', reference: '' },
  };
  const told = milestonesOf(
    history(0, ...DELIVERED, placed, { type: 'deactivated' }, { type: 'deleted', keyId: OLD }),
  );
  assert.deepEqual(
    told.map(({ kind, keyId, run }) => [kind, keyId, run]),
    [
      ['rotated', OLD, 'run-1'],
      ['retired', OLD, 'run-1'],
      ['deleted', OLD, 'run-1'],
    ],
  );
});

describe('a rotation that came to nothing', () => {
  const failed = (...steps: readonly object[]) => failedAttempt(history(0, ...steps));

  it('is told with the code that the run met', () => {
    const refused = failed(INTENDED, { type: 'create-refused', code: 'access-denied' });
    assert.deepEqual([refused?.code, refused?.text], ['access-denied', 'AWS made no new key']);
  });

  it('is told with the reason for which its key was deleted again', () => {
    const reason = 'no place could take it';
    const told = failed(
      INTENDED,
      CREATED,
      { type: 'discarding', keyId: NEW, reason },
      { type: 'discarded', keyId: NEW },
    );
    assert.equal(told?.text, `the new key was deleted again: ${reason}`);
  });

  it('is none where one stands, is open, or has nobody left', () => {
    assert.equal(failed(...DELIVERED), undefined);
    assert.equal(failed(...DELIVERED, { type: 'deactivated' }), undefined);
    assert.equal(failed(INTENDED, { type: 'closed', reason: 'user-gone' }), undefined);
    assert.equal(failedAttempt(new UserHistory()), undefined);
  });
});

describe('overdue keys, as a report of a day ago and the journal tell', () => {
  const now = at(0);
  const overdue = (dates: readonly Date[], of?: UserHistory) =>
    overdueAmong(dates, { history: of, reportedAt: at(-1), daysThreshold: 90, now }).length;

  it('are those that are as old as the threshold now', () => {
    assert.equal(overdue([at(-90), at(-89), at(-400)]), 2);
    assert.equal(overdue([]), 0);
  });

  it('are none of a user whose old key was replaced since, or made Inactive', () => {
    assert.equal(overdue([at(-200)], history(-0.5, ...DELIVERED, { type: 'in-grace' })), 0);
    assert.equal(overdue([at(-200)], history(-0.5, ...DELIVERED, { type: 'deactivated' })), 0);
    assert.equal(overdue([at(-200)], history(-0.5, INTENDED)), 1, 'nothing was made yet');
  });

  it('are the same before the report', () => {
    assert.equal(overdue([at(-200), at(-5)], history(-5, ...DELIVERED, { type: 'in-grace' })), 0);
  });
});
