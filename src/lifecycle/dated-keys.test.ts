import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AccessKeyId, accessKeyId } from '../base/access-key-id.ts';
import { type DatedKey, withJournal } from './dated-keys.ts';
import { UserHistory } from './history.ts';
import type { JournalRecord, KeyStep, RotationStep } from './record.ts';

const NOON = Date.parse('2026-06-01T12:00:00Z');
const HOUR = 3_600_000;
const at = (hours: number) => new Date(NOON + hours * HOUR);
const key = (name: string) => accessKeyId(`AKIAEXAMPLE${name.padStart(9, '0')}`);
const [A, B, C] = [key('A'), key('B'), key('C')] as const;

const slot = (hours: number, more: Partial<DatedKey> = {}): DatedKey => ({
  id: undefined,
  status: 'Active',
  createdAt: at(hours),
  lastUse: { used: 'never' },
  ...more,
});

/** Records of one user, some seconds apart. */
function history(
  ...parts: readonly (readonly [hours: number, rotation: string | null, ...steps: object[]])[]
) {
  const records = parts.flatMap(([hours, rotation, ...steps]) =>
    steps.map((step, index) => {
      const envelope = { v: 3, run: 'r', account: '123456789012', user: 'ada' } as const;
      const when = new Date(at(hours).getTime() + index * 1_000);
      return {
        ...envelope,
        at: when,
        rotation,
        step: step as RotationStep | KeyStep,
      } as JournalRecord;
    }),
  );
  return new UserHistory(records);
}

const begun = (oldKeyId: AccessKeyId, newKeyId: AccessKeyId, known: AccessKeyId[] = [oldKeyId]) => [
  {
    type: 'intended',
    oldKeyId,
    knownKeyIds: known,
    oldKeyFate: 'deactivate',
    target: { kind: 'handoff', place: '' },
  },
  { type: 'created', newKeyId },
];
const ended = [
  { type: 'proved', checks: 3 },
  { type: 'delivered', receipts: [] },
  { type: 'deactivating' },
  { type: 'deactivated' },
];

const shown = (keys: readonly DatedKey[]) => keys.map(({ id, status }) => [id, status]);

describe('keys of a report, with what the journal knows', () => {
  it('have the IDs of a finished rotation', () => {
    const past = history([-50, 'r1', ...begun(A, B), ...ended]);
    const slots = [slot(-50), slot(-9_000, { status: 'Inactive' })];
    assert.deepEqual(shown(withJournal(slots, past, at(0))), [
      [B, 'Active'],
      [A, 'Inactive'],
    ]);
  });

  it('have none where the journal is silent', () => {
    assert.deepEqual(shown(withJournal([slot(-50)], history(), at(0))), [[undefined, 'Active']]);
  });

  it('have none that could be another key’s', () => {
    const past = history([-50, 'r1', ...begun(A, B), ...ended]);
    const twins = [slot(-50), slot(-50.1)];
    assert.deepEqual(shown(withJournal(twins, past, at(0))), [
      [undefined, 'Active'],
      [undefined, 'Active'],
    ]);
    // Made after the rotation, by somebody else: the listed key is gone, whoever deleted it.
    const later = [slot(-50), slot(-20)];
    assert.deepEqual(shown(withJournal(later, past, at(0))), [
      [B, 'Active'],
      [undefined, 'Active'],
    ]);
    const twoListed = history([-50, 'r1', ...begun(A, B, [A, C]), ...ended]);
    assert.deepEqual(shown(withJournal([slot(-900)], twoListed, at(0))), [[undefined, 'Active']]);
  });

  it('are as we left them since the report was made', () => {
    const past = history([1, 'r1', ...begun(A, B), ...ended]);
    const keys = withJournal([slot(-9_000)], past, at(0));
    assert.deepEqual(shown(keys), [
      [A, 'Inactive'],
      [B, 'Active'],
    ]);
    // Nobody has told yet when the new one was used.
    assert.deepEqual(keys[1]?.lastUse, 'unreadable');
  });

  it('do not come back once we deleted them, and are Active again once we said so', () => {
    const past = history(
      [-90, 'r1', ...begun(A, B), ...ended],
      [1, null, { type: 'reactivating', keyId: A, reason: 'x' }, { type: 'reactivated', keyId: A }],
      [2, null, { type: 'deleting', keyId: B, reason: 'x' }, { type: 'deleted', keyId: B }],
    );
    const slots = [slot(-90), slot(-9_000, { status: 'Inactive' })];
    const keys = withJournal(slots, past, at(0));
    assert.deepEqual(shown(keys), [[A, 'Active']]);
  });

  it('keep what the report says of a change that came before it', () => {
    const past = history([-90, 'r1', ...begun(A, B), ...ended]);
    // Somebody made it Active again since.
    const keys = withJournal([slot(-90), slot(-9_000)], past, at(0));
    assert.deepEqual(shown(keys), [
      [B, 'Active'],
      [A, 'Active'],
    ]);
  });
});
