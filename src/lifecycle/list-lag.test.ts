import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { UserHistory } from './history.ts';
import type { AccessKey, KeyStatus } from './keys.ts';
import { sinceAnswered } from './list-lag.ts';
import type { JournalRecord } from './record.ts';

const ID = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const START = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number) => new Date(START + seconds * 1000);

function historyOf(...types: readonly ('retiring' | 'retired' | 'reactivating' | 'reactivated')[]) {
  const records = types.map((type, index): JournalRecord => {
    const step =
      type === 'retiring' || type === 'reactivating'
        ? ({ type, keyId: ID, reason: 'a test' } as const)
        : ({ type, keyId: ID } as const);
    return { at: at(index), run: 'run', user: 'ada', rotation: null, step } as JournalRecord;
  });
  return new UserHistory(records);
}

function statusOf(listed: KeyStatus, history: UserHistory, seconds: number): KeyStatus {
  const key: AccessKey = { id: ID, status: listed, createdAt: at(-1) };
  return sinceAnswered(key, history, at(seconds)).status;
}

describe('a list that is older than our last change of a key (I11)', () => {
  it('says what AWS has answered since', () => {
    assert.equal(statusOf('Active', historyOf('retiring', 'retired'), 5), 'Inactive');
    const back = historyOf('retiring', 'retired', 'reactivating', 'reactivated');
    assert.equal(statusOf('Inactive', back, 5), 'Active');
  });

  it('counts as it is once the lag is over, and where a clock went back', () => {
    const history = historyOf('retiring', 'retired');
    assert.equal(statusOf('Active', history, 12), 'Active');
    assert.equal(statusOf('Active', history, 0), 'Active');
  });

  it('counts as it is while a change is under way', () => {
    assert.equal(statusOf('Active', historyOf('retiring', 'retired', 'reactivating'), 3), 'Active');
    assert.equal(statusOf('Active', historyOf('retiring'), 1), 'Active');
    assert.equal(statusOf('Active', historyOf(), 1), 'Active');
  });
});
