import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AccessKeyId, accessKeyId } from '../base/access-key-id.ts';
import { type DatedKey, withJournal as joined } from './dated-keys.ts';
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

const withJournal = (...given: Parameters<typeof joined>) => joined(...given).keys;
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

  describe('of which something happened since the report was made', () => {
    const deleted = (keyId: AccessKeyId) => [
      { type: 'deleting', keyId, reason: 'x' },
      { type: 'deleted', keyId },
    ];
    const toGrace = [
      { type: 'proved', checks: 3 },
      { type: 'delivered', receipts: [] },
      { type: 'in-grace' },
    ];
    const [old, off] = [slot(-9_000), slot(-12_000, { status: 'Inactive' })];

    it('are not shown when a run deleted them, and the key that took their room is', () => {
      const past = history([1, null, ...deleted(A)], [1.1, 'r1', ...begun(B, C), ...toGrace]);
      // By its date the run has remembered which key that was.
      const { keys, isCertain } = joined([old, { ...off, id: A }], past, at(0));
      assert.deepEqual(shown(keys), [
        [B, 'Active'],
        [C, 'Active'],
      ]);
      assert.equal(isCertain, true);
    });

    it('are not certain where nobody knows which of them it happened to', () => {
      const cases = [
        history([1, null, ...deleted(A)]),
        history([1, null, ...deleted(A)], [1.1, 'r1', ...begun(B, C), ...toGrace]),
        history([
          1,
          null,
          { type: 'retiring', keyId: A, reason: 'x' },
          { type: 'retired', keyId: A },
        ]),
        // The old key waits, and a list that took it for another one would have it wait for itself.
        history([-100, 'r1', ...begun(A, C, [A, B]), ...toGrace]),
        // Whether the report has the key that was made at about its time does not show.
        history([0.1, 'r1', ...begun(A, C, [A, B]), ...toGrace]),
      ];
      for (const past of cases) {
        const { isCertain } = joined([old, slot(-0.05, { status: 'Inactive' })], past, at(0));
        assert.equal(isCertain, false);
      }
    });

    it('are certain when they are told apart, and when nothing was done to one of them', () => {
      const past = history([1, 'r1', ...begun(A, C, [A, B]), ...toGrace], [2, null, ...deleted(B)]);
      const told = [
        { ...old, id: A },
        { ...off, id: B },
      ];
      assert.equal(joined(told, past, at(0)).isCertain, true);
      const before = history([-50, null, ...deleted(C)]);
      assert.equal(joined([old, off], before, at(0)).isCertain, true);
      // Made and deleted again since: the report has never had it.
      const both = history(
        [1, 'r1', ...begun(A, C), { type: 'discarding', keyId: C, reason: 'x' }],
        [1.1, 'r1', { type: 'discarded', keyId: C }],
      );
      assert.equal(joined([{ ...old, id: A }, off], both, at(0)).isCertain, true);
    });

    it('are not taken for a key of the same second that is gone', () => {
      const past = history([-50, null, ...deleted(A)]);
      assert.deepEqual(shown(withJournal([{ ...off, id: A }], past, at(0))), [
        [undefined, 'Inactive'],
      ]);
    });
  });
});
