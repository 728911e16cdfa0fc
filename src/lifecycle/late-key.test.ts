import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import { UserHistory } from './history.ts';
import type { AccessKey } from './keys.ts';
import type { LateKey } from './late-key.ts';
import type { JournalRecord, RotationStep } from './record.ts';
import { isOpen } from './rotation.ts';

const OLD = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const LATE = accessKeyId('AKIAI44QH8DHBEXAMPLE');
const INTENDED_AT = new Date('2026-11-21T10:00:00Z');
const INTENDED: RotationStep = {
  type: 'intended',
  oldKeyId: OLD,
  knownKeyIds: [OLD],
  oldKeyFate: 'deactivate',
  target: { kind: 'handoff', place: '' },
};
const UNKNOWN: RotationStep = { type: 'create-unknown', reason: 'no answer' };
const GIVEN_UP: RotationStep = { type: 'closed', reason: 'no-key-was-made' };

const records = (...steps: RotationStep[]): JournalRecord[] =>
  steps.map((step) => ({
    v: 1,
    at: INTENDED_AT,
    run: 'run-1',
    account: '123456789012',
    user: 'alice',
    rotation: 'r1',
    step,
  }));

const findLateKey = (
  written: readonly JournalRecord[],
  keys: readonly AccessKey[],
): LateKey | undefined => new UserHistory(written).lateKeys(keys)[0];
const rotationsOf = (written: readonly JournalRecord[]) => [...new UserHistory(written).rotations];

const old: AccessKey = { id: OLD, status: 'Active', createdAt: new Date('2025-01-01T00:00:00Z') };
const made = (afterMinutes: number, status: AccessKey['status'] = 'Active'): AccessKey => ({
  id: LATE,
  status,
  createdAt: new Date(INTENDED_AT.getTime() + afterMinutes * 60_000),
});

describe('late keys', () => {
  const givenUp = records(INTENDED, UNKNOWN, GIVEN_UP);

  it('I13: a key that appears after its rotation was given up is found again', () => {
    const found = findLateKey(givenUp, [old, made(7)]);
    assert.equal(found?.keyId, LATE);
    assert.equal(found?.rotation.id, 'r1');
  });

  it('a key that our request cannot have made is nobody’s business', () => {
    assert.equal(findLateKey(givenUp, [old, made(31)]), undefined);
    assert.equal(findLateKey(givenUp, [old, made(-7)]), undefined);
    assert.equal(findLateKey(givenUp, [old]), undefined);
    assert.equal(findLateKey(givenUp, [old, made(7, 'Inactive')]), undefined);
  });

  it('a refusal is an answer: no key comes of it', () => {
    const refused = records(INTENDED, { type: 'create-refused', code: 'throttled' });
    assert.equal(findLateKey(refused, [old, made(1)]), undefined);
  });

  it('a key that a rotation knows is none', () => {
    const created = records(INTENDED, { type: 'created', newKeyId: LATE });
    assert.equal(findLateKey([...givenUp, ...created.map(renamed)], [old, made(7)]), undefined);
  });

  it('the verdict opens the rotation again, which no other end allows', () => {
    const verdict: RotationStep = { type: 'orphan-found', keyId: LATE };
    const [reopened] = rotationsOf([...givenUp, ...records(verdict)]);
    assert.equal(reopened?.phase, 'orphan-found');
    assert(reopened && isOpen(reopened));
    const ended = records(INTENDED, UNKNOWN, { type: 'closed', reason: 'user-gone' }, verdict);
    assert.throws(
      () => rotationsOf(ended),
      (error: unknown) => error instanceof KeyturnError && error.code === 'journal-damaged',
    );
  });
});

function renamed(record: JournalRecord): JournalRecord {
  return { ...record, rotation: 'r2' } as JournalRecord;
}
