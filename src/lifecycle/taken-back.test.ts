import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { UserHistory } from './history.ts';
import type { AccessKey } from './keys.ts';
import { type CloseReason, formatOf, type RotationRecord, type RotationStep } from './record.ts';
import { whyNothingLeft } from './taken-back.ts';

const OLD = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const NEW = accessKeyId('AKIAI44QH8DHBEXAMPLE');
const AT = new Date('2026-11-21T10:00:00Z');
const UNDO = { toKeyId: OLD, fromKeyId: NEW, fromKeyFate: 'deactivate' } as const;

const DELIVERED: RotationStep[] = [
  {
    type: 'intended',
    oldKeyId: OLD,
    knownKeyIds: [OLD],
    oldKeyFate: 'deactivate',
    target: { kind: 'handoff', place: '' },
  },
  { type: 'created', newKeyId: NEW },
  { type: 'proved', checks: 3 },
  { type: 'delivered', receipts: [] },
];

const undone = (undo: Omit<Extract<RotationStep, { type: 'undoing' }>, 'type'>): RotationStep[] => [
  { type: 'undoing', ...undo },
  { type: 'undone', notPutBack: [] },
];
const closed = (reason: CloseReason): RotationStep[] => [
  ...DELIVERED.slice(0, 2),
  { type: 'closed', reason },
];

const CASES: readonly (readonly [
  what: string,
  steps: RotationStep[],
  newKey: AccessKey['status'] | 'gone',
  why: string | undefined,
])[] = [
  ['under way', DELIVERED.slice(0, 2), 'Active', undefined],
  ['finished', [...DELIVERED, { type: 'deactivated' }], 'Active', undefined],
  ['in grace', [...DELIVERED, { type: 'in-grace' }], 'Active', undefined],
  ['undone', [...DELIVERED, ...undone(UNDO)], 'Inactive', 'it is undone already'],
  ['undone, the key gone', [...DELIVERED, ...undone(UNDO)], 'gone', 'it is undone already'],
  ['undone, the key left Active', [...DELIVERED, ...undone(UNDO)], 'Active', undefined],
  [
    'undone, the key kept',
    [...DELIVERED, ...undone({ ...UNDO, fromKeyFate: 'keep' })],
    'Active',
    'it is undone already',
  ],
  [
    'undone, and that undone',
    [...DELIVERED, ...undone(UNDO), ...undone({ ...UNDO, toKeyId: NEW, fromKeyId: OLD })],
    'Active',
    undefined,
  ],
  ['an undo under way', [...DELIVERED, { type: 'undoing', ...UNDO }], 'Active', undefined],
  ['the new key gone', closed('new-key-gone'), 'gone', 'its new key was deleted by somebody'],
  ['the old key gone', closed('old-key-gone'), 'Active', undefined],
  ['the user gone', closed('user-gone'), 'gone', 'the user is gone'],
];

for (const [what, steps, status, why] of CASES) {
  test(`what is left of a rotation: ${what}`, () => {
    const records = steps.map(
      (step): RotationRecord => ({
        ...{ v: formatOf(step), at: AT, run: 'run-1', account: '123456789012', user: 'svc' },
        ...{ rotation: 'r1', step },
      }),
    );
    const keys = status === 'gone' ? [] : [{ id: NEW, createdAt: AT, status }];
    assert.equal(whyNothingLeft(new UserHistory(records).rotation('r1'), keys), why);
  });
}
