import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import { nextStep } from './next-step.ts';
import { formatOf, type KeyRecord, type RotationRecord, type RotationStep } from './record.ts';
import {
  foldRotations,
  isOpen,
  recordedActive,
  recordedCutOver,
  recordedDeactivation,
} from './rotation.ts';

const OLD = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const NEW = accessKeyId('AKIAI44QH8DHBEXAMPLE');
const RECEIPTS = [{ kind: 'handoff', reference: '/state/AKIAI44QH8DHBEXAMPLE.json' }];
const INTENDED: RotationStep = {
  type: 'intended',
  oldKeyId: OLD,
  knownKeyIds: [OLD],
  oldKeyFate: 'deactivate',
  target: { kind: 'handoff', place: '' },
};
const HAPPY_PATH: RotationStep[] = [
  INTENDED,
  { type: 'created', newKeyId: NEW },
  { type: 'delivered', receipts: RECEIPTS },
  { type: 'verified', checks: 3 },
  { type: 'deactivating' },
  { type: 'deactivated' },
];

const UNDOING = {
  type: 'undoing',
  toKeyId: OLD,
  fromKeyId: NEW,
  fromKeyFate: 'deactivate',
} as const;
const UNDONE: RotationStep = { type: 'undone', notPutBack: RECEIPTS };
const GIVEN_UP: RotationStep = { type: 'undo-given-up', reason: 'not-accepted-yet' };
const FOUND: RotationStep = {
  type: 'found',
  oldKeyId: OLD,
  newKeyId: NEW,
  target: { kind: 'credentials-file', place: '/home/ada/.aws/credentials [production]' },
};

const records = (steps: RotationStep[], rotation = 'r1'): RotationRecord[] =>
  steps.map((step, index) => ({
    v: formatOf(step),
    at: new Date(Date.UTC(2026, 10, 21, 10, 0, index)),
    run: 'run-1',
    account: '123456789012',
    user: 'svc-billing',
    rotation,
    step,
  }));
const stateAfter = (steps: RotationStep[]) => {
  const [rotation] = foldRotations(records(steps));
  assert.ok(rotation);
  return rotation;
};

describe('rotation state', () => {
  it('touches the old key only after create, deliver and verify (I3, I4)', () => {
    const performed = HAPPY_PATH.map((_, index) =>
      nextStep(stateAfter(HAPPY_PATH.slice(0, index + 1))),
    ).map(({ perform }) => perform);
    assert.deepEqual(performed, ['create', 'deliver', 'verify', 'cut-over', 'cut-over', 'stop']);
  });

  it('I6: a key that an earlier rotation made is known, although a list did not show it', () => {
    const later = { ...INTENDED, knownKeyIds: [OLD] };
    const [, second] = foldRotations([...records(HAPPY_PATH), ...records([later], 'r2')]);
    assert.deepEqual(second?.knownKeyIds, [OLD, NEW]);
  });

  it('remembers when the old key was deactivated', () => {
    const written = records(HAPPY_PATH);
    assert.deepEqual(recordedDeactivation(written, OLD), new Date('2026-11-21T10:00:05Z'));
    assert.equal(recordedDeactivation(written, NEW), undefined);
  });

  const keyRecord = (step: KeyRecord['step'], at: string): KeyRecord => ({
    v: 1,
    at: new Date(at),
    run: 'run-1',
    account: '123456789012',
    user: 'svc-billing',
    rotation: null,
    step,
  });

  it('I5: the last deactivation counts, not an earlier one before somebody used the key again', () => {
    const retired = keyRecord({ type: 'retired', keyId: OLD }, '2026-09-01T00:00:00Z');
    const written = [retired, ...records(HAPPY_PATH)];
    assert.deepEqual(recordedDeactivation(written, OLD), new Date('2026-11-21T10:00:05Z'));
    const again = [retired, ...records(HAPPY_PATH.slice(0, 4))];
    assert.equal(recordedDeactivation(again, OLD), undefined);
  });

  it('I5: knows the key as Active until the intent to make it Inactive', () => {
    const at = '2026-11-22T00:00:00Z';
    const lost = keyRecord({ type: 'retiring', keyId: OLD, reason: 'finish' }, at);
    assert.deepEqual(recordedActive([...records(HAPPY_PATH), lost], OLD), new Date(at));
    const undone = keyRecord({ type: 'reactivated', keyId: OLD }, at);
    assert.deepEqual(recordedActive([undone], OLD), new Date(at));
    assert.equal(recordedActive([undone], NEW), undefined);
  });

  it('keeps the old key Active when its fate is to be kept', () => {
    const kept = [{ ...INTENDED, oldKeyFate: 'keep' } as const, ...HAPPY_PATH.slice(1, 4)];
    assert.equal(nextStep(stateAfter(kept)).perform, 'complete');
    const completed = stateAfter([...kept, { type: 'completed' }]);
    assert.equal(isOpen(completed), false);
    assert.deepEqual(nextStep(completed), { perform: 'stop' });
  });

  it('counts the hold from a later finish, and forgets it after an undo', () => {
    const written = records(HAPPY_PATH);
    const byHand = (type: 'retired' | 'reactivating', minute: number): KeyRecord => ({
      v: 1,
      at: new Date(Date.UTC(2026, 10, 21, 11, minute)),
      run: 'run-2',
      account: '123456789012',
      user: 'svc-billing',
      rotation: null,
      step: type === 'retired' ? { type, keyId: OLD } : { type, keyId: OLD, reason: 'undo' },
    });
    const retired = [...written, byHand('retired', 1)];
    assert.deepEqual(recordedDeactivation(retired, OLD), new Date('2026-11-21T11:01:00Z'));
    assert.equal(recordedDeactivation([...retired, byHand('reactivating', 2)], OLD), undefined);
  });

  it('is open until deactivated or closed', () => {
    for (let steps = 1; steps < HAPPY_PATH.length; steps += 1) {
      assert.equal(isOpen(stateAfter(HAPPY_PATH.slice(0, steps))), true);
    }
    assert.equal(isOpen(stateAfter(HAPPY_PATH)), false);
    const refused = [...HAPPY_PATH.slice(0, 1), { type: 'create-refused', code: 'throttled' }];
    assert.equal(isOpen(stateAfter(refused as RotationStep[])), false);
  });

  it('a lost answer leads to a verdict, then to an own step that deletes (I13)', () => {
    const steps: RotationStep[] = [
      INTENDED,
      { type: 'create-unknown', reason: 'timeout' },
      { type: 'orphan-found', keyId: NEW },
    ];
    assert.deepEqual(nextStep(stateAfter(steps)), { perform: 'stop' });
    const discarding = [...steps, { type: 'discarding', keyId: NEW, reason: 'lost' } as const];
    assert.deepEqual(nextStep(stateAfter(discarding)), { perform: 'discard', keyId: NEW });
  });

  it('keeps several rotations of a user apart', () => {
    const both = [...records(HAPPY_PATH, 'r1'), ...records(HAPPY_PATH.slice(0, 2), 'r2')];
    assert.deepEqual(
      foldRotations(both).map(({ phase }) => phase),
      ['deactivated', 'created'],
    );
  });

  it('an undo begins wherever there is a new key, and stays open until it is done or given up', () => {
    const kept: RotationStep[] = [...HAPPY_PATH.slice(0, 4), { type: 'completed' }];
    const withNewKey = [2, 3, 4, 5, 6].map((length) => HAPPY_PATH.slice(0, length));
    for (const steps of [...withNewKey, kept, [...HAPPY_PATH, UNDOING, UNDONE], [FOUND]]) {
      const before = stateAfter(steps);
      const undoing = stateAfter([...steps, UNDOING]);
      assert.equal(isOpen(undoing), true);
      assert.equal(nextStep(undoing).perform, 'undo');
      const givenUp = stateAfter([...steps, UNDOING, GIVEN_UP]);
      assert.deepEqual([givenUp.phase, isOpen(givenUp)], [before.phase, isOpen(before)]);
      const undone = stateAfter([...steps, UNDOING, UNDONE]);
      assert.deepEqual([undone.phase, isOpen(undone)], ['undone', false]);
      assert.equal(nextStep(undone).perform, 'stop');
      assert.equal('newKeyId' in undone && undone.newKeyId, NEW);
    }
  });

  it('I5: counts quiet from the cut-over back, whichever way the latest undo went', () => {
    const kept: RotationStep[] = [...HAPPY_PATH.slice(0, 4), { type: 'completed' }];
    const second = (index: number) => new Date(Date.UTC(2026, 10, 21, 10, 0, index));
    assert.deepEqual(recordedCutOver(records(kept), OLD), second(4));
    const undone = records([...kept, UNDOING, UNDONE]);
    assert.deepEqual(recordedCutOver(undone, NEW), second(6));
    assert.equal(recordedCutOver(undone, OLD), undefined);
    const back = { ...UNDOING, toKeyId: NEW, fromKeyId: OLD };
    const again = records([...kept, UNDOING, UNDONE, back, UNDONE]);
    assert.deepEqual(recordedCutOver(again, OLD), second(8));
    assert.equal(recordedCutOver(again, NEW), undefined);
    assert.equal(recordedCutOver(records([FOUND]), OLD), undefined);
    assert.deepEqual(recordedActive(again, NEW), second(7));
  });

  it('refuses every order that the lifecycle does not know', () => {
    const disorders: RotationStep[][] = [
      [INTENDED, UNDOING],
      [...HAPPY_PATH, UNDONE],
      [...HAPPY_PATH, GIVEN_UP],
      [...HAPPY_PATH, UNDOING, UNDOING],
      [...HAPPY_PATH, UNDOING, { type: 'deactivated' }],
      [...HAPPY_PATH, UNDOING, UNDONE, { type: 'closed', reason: 'undone' }],
      [...HAPPY_PATH, FOUND],
      [UNDOING],
      HAPPY_PATH.slice(1),
      [...HAPPY_PATH.slice(0, 1), { type: 'deactivating' }],
      [...HAPPY_PATH.slice(0, 2), { type: 'verified', checks: 3 }],
      [...HAPPY_PATH.slice(0, 3), { type: 'deactivated' }],
      [...HAPPY_PATH, { type: 'deactivated' }],
      [...HAPPY_PATH.slice(0, 1), ...HAPPY_PATH.slice(0, 1)],
    ];
    for (const steps of disorders) {
      assert.throws(
        () => foldRotations(records(steps)),
        (error) => error instanceof KeyturnError && error.code === 'journal-damaged',
      );
    }
  });
});
