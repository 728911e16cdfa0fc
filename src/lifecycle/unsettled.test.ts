import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { UserHistory } from './history.ts';
import type { AccessKey } from './keys.ts';
import { REQUEST_LANDS_WITHIN_MS } from './late-key.ts';
import { formatOf, type JournalRecord, type KeyStep, type RotationStep } from './record.ts';
import { settledBy, withSettled } from './unsettled.ts';

const KEY = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const OTHER = accessKeyId('AKIAI44QH8DHBEXAMPLE');
const ASKED_AT = new Date('2026-03-01T00:00:00Z');
const SOON = new Date(ASKED_AT.getTime() + 60_000);
const LATER = new Date(ASKED_AT.getTime() + REQUEST_LANDS_WITHIN_MS);

function historyOf(...steps: (KeyStep | RotationStep)[]): UserHistory {
  const isOfKey = ({ type }: KeyStep | RotationStep) => KEY_STEPS.has(type);
  const records = steps.map((step) => {
    const about = { run: 'run-1', account: '123456789012', user: 'ada', at: ASKED_AT };
    return { v: formatOf(step), ...about, rotation: isOfKey(step) ? null : 'r1', step };
  });
  return new UserHistory(records as JournalRecord[]);
}

const KEY_STEPS: ReadonlySet<string> = new Set([
  ...['deleting', 'deleted', 'retiring', 'retired', 'reactivating', 'reactivated', 'lapsed'],
]);

const intent = (type: 'deleting' | 'retiring' | 'reactivating'): KeyStep => {
  return { type, keyId: KEY, reason: 'undo' };
};
const key = (status: AccessKey['status'], id = KEY): AccessKey => {
  return { id, status, createdAt: new Date(0) };
};

describe('what became of a change that was asked for', () => {
  type Row = [
    type: 'deleting' | 'retiring' | 'reactivating',
    now: AccessKey['status'] | 'gone',
    soon: string,
    later: string,
  ];
  const table: Row[] = [
    ['deleting', 'gone', 'deleted, told as deleted', 'deleted, told as deleted'],
    ['deleting', 'Inactive', 'not known yet', 'lapsed'],
    ['deleting', 'Active', 'not known yet', 'lapsed'],
    ['retiring', 'Inactive', 'retired, told as deactivated', 'retired, told as deactivated'],
    ['retiring', 'Active', 'not known yet', 'lapsed'],
    // Somebody has deleted it since, and nobody can tell any more.
    ['retiring', 'gone', 'lapsed', 'lapsed'],
    [
      'reactivating',
      'Active',
      'reactivated, told as reactivated',
      'reactivated, told as reactivated',
    ],
    ['reactivating', 'Inactive', 'not known yet', 'lapsed'],
    ['reactivating', 'gone', 'lapsed', 'lapsed'],
  ];
  for (const [type, status, soon, later] of table) {
    it(`${type}, and the key is ${status}: ${soon}; later ${later}`, () => {
      const keys = [key('Active', OTHER), ...(status === 'gone' ? [] : [key(status)])];
      for (const [now, expected] of [
        [SOON, soon],
        [LATER, later],
        // The clock was set back: a request of the future may land.
        [new Date(0), soon],
      ] as const) {
        const [settled] = settledBy(historyOf(intent(type)), keys, now);
        const told = settled?.found === undefined ? '' : `, told as ${settled.found.change}`;
        const words = settled === undefined ? 'not known yet' : `${settled.outcome.type}${told}`;
        assert.equal(words, expected);
        if (settled?.found !== undefined) assert.equal(settled.found.reason, 'undo');
      }
    });
  }

  it('is asked once: what is on record is settled', () => {
    for (const type of ['deleting', 'retiring', 'reactivating'] as const) {
      for (const keys of [[], [key('Active')], [key('Inactive')]]) {
        const history = historyOf(intent(type));
        const settled = settledBy(history, keys, LATER);
        assert.equal(settled.length, 1);
        const after = withSettled(history, settled, LATER);
        assert.deepEqual(after.unsettled, []);
        assert.equal(after.mayBeUnfinished, false);
        assert.equal(history.mayBeUnfinished, true);
      }
    }
    const settled = historyOf(intent('deleting'));
    assert.equal(withSettled(settled, [], LATER), settled);
  });

  it('of several intents for one key the latest counts', () => {
    const history = historyOf(intent('retiring'), intent('deleting'), {
      ...intent('reactivating'),
      keyId: OTHER,
    });
    const types = history.unsettled.map(({ intent: { type, keyId } }) => [type, keyId]);
    assert.deepEqual(types, [
      ['deleting', KEY],
      ['reactivating', OTHER],
    ]);
  });
});

describe('a deletion whose answer was lost, and a key that was wanted back since', () => {
  const history = historyOf(intent('deleting'), intent('reactivating'));

  it('is told once the key is gone, and nothing is asked any more', () => {
    const settled = settledBy(history, [key('Active', OTHER)], SOON);
    assert.deepEqual(
      settled.flatMap(({ found }) => found?.change ?? []),
      ['deleted'],
    );
    assert.deepEqual(withSettled(history, settled, SOON).unsettled, []);
  });

  it('may land after the key was made Active again', () => {
    const back = historyOf(intent('deleting'), intent('reactivating'), {
      type: 'reactivated',
      keyId: KEY,
    });
    assert.deepEqual(settledBy(back, [key('Active')], SOON), []);
    assert.equal(settledBy(back, [], SOON)[0]?.found?.change, 'deleted');
    const lapsed = settledBy(back, [key('Active')], LATER);
    assert.deepEqual(withSettled(back, lapsed, LATER).unsettled, []);
  });

  it('lapses before what was asked later', () => {
    const settled = settledBy(history, [key('Inactive')], LATER);
    assert.deepEqual(
      settled.map(({ outcome }) => outcome.type),
      ['lapsed', 'lapsed'],
    );
    assert.deepEqual(withSettled(history, settled, LATER).unsettled, []);
  });
});

describe('a rotation that was left while it made the old key Inactive', () => {
  const target = { kind: 'handoff', place: '' };
  const begun: RotationStep[] = [
    {
      ...{ type: 'intended', oldKeyId: KEY, knownKeyIds: [KEY] },
      ...{ oldKeyFate: 'deactivate', target },
    },
    { type: 'created', newKeyId: OTHER },
    { type: 'proved', checks: 3 },
    { type: 'delivered', receipts: [] },
    { type: 'deactivating' },
  ];

  it('is told like any other, and counts its hold from when it was found', () => {
    const history = historyOf(...begun);
    const settled = settledBy(history, [key('Inactive'), key('Active', OTHER)], SOON);
    assert.deepEqual(settled, [
      {
        outcome: { type: 'retired', keyId: KEY },
        found: { change: 'deactivated', keyId: KEY, reason: `replaced by ${OTHER}` },
      },
    ]);
    assert.deepEqual(withSettled(history, settled, SOON).deactivatedAt(KEY), SOON);
  });

  it('is settled by its own record, and stays so when it is undone', () => {
    assert.deepEqual(historyOf(...begun, { type: 'deactivated' }).unsettled, []);
    const undoing = { type: 'undoing', toKeyId: KEY, fromKeyId: OTHER } as const;
    const undone = historyOf(...begun, { ...undoing, fromKeyFate: 'keep' });
    assert.equal(undone.unsettled.length, 1);
  });
});
