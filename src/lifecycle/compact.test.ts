import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { neededRecords } from './compact.ts';
import { UserHistory } from './history.ts';
import type { JournalRecord, KeyStep, RotationStep } from './record.ts';

const key = (name: string) => accessKeyId(`AKIAEXAMPLE${name.padStart(9, '0')}`);
const envelope = (minute: number) => ({
  v: 1 as const,
  at: new Date(Date.UTC(2026, 10, 21, 10, minute)),
  run: 'run-1',
  account: '123456789012',
  user: 'svc-billing',
});
let minute = 0;
const rotated = (rotation: string, oldKey: string, newKey: string, upTo = 6): JournalRecord[] => {
  const steps: RotationStep[] = [
    {
      type: 'intended',
      oldKeyId: key(oldKey),
      knownKeyIds: [key(oldKey)],
      oldKeyFate: 'deactivate',
      target: { kind: 'handoff', place: '' },
    },
    { type: 'created', newKeyId: key(newKey) },
    { type: 'delivered', receipts: [] },
    { type: 'verified', checks: 3 },
    { type: 'deactivating' },
    { type: 'deactivated' },
  ];
  return steps.slice(0, upTo).map((step) => ({ ...envelope(minute++), rotation, step }));
};
const ofKey = (type: 'deleting' | 'deleted', name: string): JournalRecord => {
  const step: KeyStep =
    type === 'deleted' ? { type, keyId: key(name) } : { type, keyId: key(name), reason: 'old' };
  return { ...envelope(minute++), rotation: null, step };
};

describe('what a journal still needs', () => {
  it('keeps the recorded deactivation of a key that may still exist (I5)', () => {
    const records = rotated('r1', 'A', 'B');
    assert.deepEqual(neededRecords(records), records);
    assert(new UserHistory(neededRecords(records)).deactivatedAt(key('A')));
  });

  it('drops a rotation once its old key is deleted, and the records of that key', () => {
    const first = rotated('r1', 'A', 'B');
    const gone = [ofKey('deleting', 'A'), ofKey('deleted', 'A')];
    const second = rotated('r2', 'B', 'C');
    assert.deepEqual(neededRecords([...first, ...gone, ...second]), second);
  });

  it('keeps an open rotation, and a deletion that was begun (I10)', () => {
    const open = rotated('r1', 'A', 'B', 3);
    const begun = ofKey('deleting', 'Z');
    assert.deepEqual(neededRecords([...open, begun]), [...open, begun]);
  });

  it('keeps an undone rotation while either key may exist: quiet and hold count from it (I5)', () => {
    const undo: RotationStep[] = [
      { type: 'undoing', toKeyId: key('A'), fromKeyId: key('B'), fromKeyFate: 'keep' },
      { type: 'undone', notPutBack: [] },
    ];
    const undone: JournalRecord[] = [
      ...rotated('r1', 'A', 'B'),
      ...undo.map((step) => ({ ...envelope(minute++), v: 2 as const, rotation: 'r1', step })),
    ];
    const later = rotated('r2', 'A', 'C');
    const gone = (name: string) => [ofKey('deleting', name), ofKey('deleted', name)];
    const withoutOld = [...undone, ...later, ...gone('A')];
    assert.deepEqual(neededRecords(withoutOld), withoutOld);
    assert.deepEqual(neededRecords([...undone, ...later, ...gone('B')]), [...undone, ...later]);
    const both = [...gone('A'), ...gone('B')];
    // The old key of the later one is gone: that much is needed of it.
    const rest = [...later, ...both.slice(0, 2)];
    assert.deepEqual(neededRecords([...undone, ...later, ...both]), rest);
  });

  it('drops rotations that came to nothing, but the latest: its key may yet land (I13)', () => {
    const [intended] = rotated('r1', 'A', 'B', 1);
    assert(intended);
    const closed: JournalRecord = {
      ...envelope(minute++),
      rotation: 'r1',
      step: { type: 'closed', reason: 'no-key-was-made' },
    };
    assert.deepEqual(neededRecords([intended, closed]), [intended, closed]);
    const later = rotated('r2', 'A', 'B');
    assert.deepEqual(neededRecords([intended, closed, ...later]), later);
  });
});
