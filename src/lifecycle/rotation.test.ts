import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import { receiptAt } from './known-places.ts';
import { nextStep } from './next-step.ts';
import { formatOf, type RotationRecord, type RotationStep } from './record.ts';
import { applyRecord, isOpen, type Rotation } from './rotation.ts';

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
  { type: 'proved', checks: 3 },
  { type: 'delivered', receipts: RECEIPTS },
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

const records = (steps: RotationStep[]): RotationRecord[] =>
  steps.map((step, index) => ({
    v: formatOf(step),
    at: new Date(Date.UTC(2026, 10, 21, 10, 0, index)),
    run: 'run-1',
    account: '123456789012',
    user: 'svc-billing',
    rotation: 'r1',
    step,
  }));
const stateAfter = (steps: RotationStep[]): Rotation => {
  let rotation: Rotation | undefined;
  for (const record of records(steps)) rotation = applyRecord(rotation, record);
  assert.ok(rotation);
  return rotation;
};

describe('rotation state', () => {
  it('touches a place, and then the old key, only after AWS has accepted the new one (I3, I4)', () => {
    const performed = HAPPY_PATH.map((_, index) =>
      nextStep(stateAfter(HAPPY_PATH.slice(0, index + 1))),
    ).map(({ perform }) => perform);
    assert.deepEqual(performed, ['create', 'prove', 'deliver', 'retire', 'cut-over', 'stop']);
  });

  it('finishes a rotation of the old order as it was begun: delivered, and then proved', () => {
    const old: RotationStep[] = [
      ...HAPPY_PATH.slice(0, 2),
      { type: 'delivered', receipts: RECEIPTS },
      { type: 'verified', checks: 3 },
    ];
    const performed = old.map((_, index) => nextStep(stateAfter(old.slice(0, index + 1))).perform);
    assert.deepEqual(performed, ['create', 'prove', 'prove', 'retire']);
    assert.throws(() => stateAfter([...HAPPY_PATH.slice(0, 3), { type: 'verified', checks: 3 }]));
  });

  it('knows which of several places have the new key, until all of them do (I3)', () => {
    const [at, also] = ['/srv/a.env', '/srv/b.env'].map((place) => ({ kind: 'dotenv', place }));
    assert(at !== undefined && also !== undefined);
    const intended: RotationStep = { ...INTENDED, target: at, alsoTargets: [also] };
    const one = { kind: 'dotenv', reference: also.place, version: '7' };
    const placed: RotationStep = { type: 'placed', target: also, receipt: one };
    const begun = [intended, ...HAPPY_PATH.slice(1, 3), placed];
    const partly = stateAfter(begun);
    assert.deepEqual([partly.phase, nextStep(partly).perform], ['proved', 'deliver']);
    assert.deepEqual(
      [at, also].map((target) => receiptAt(partly, target)),
      [undefined, one],
    );
    // An undo that is given up leaves it as it was, and one that is not still knows who has the key.
    const undoing = stateAfter([...begun, UNDOING]);
    assert.deepEqual(receiptAt(undoing, also), one);
    assert.deepEqual(stateAfter([...begun, UNDOING, GIVEN_UP]), partly);
    const receipts = [{ kind: 'dotenv', reference: at.place }, one];
    const whole = stateAfter([...begun, { type: 'delivered', receipts }]);
    assert.equal(whole.placed, undefined);
    assert.deepEqual(receiptAt(whole, at), receipts[0]);
  });

  it('counts from the last delivery to a place that had lost the key (I15)', () => {
    const [, , , delivered] = HAPPY_PATH;
    assert(delivered !== undefined);
    const again: RotationStep = {
      type: 'placed',
      target: { kind: 'handoff', place: '' },
      receipt: { kind: 'handoff', reference: '/elsewhere' },
    };
    const waiting: RotationStep[] = [...HAPPY_PATH.slice(0, 4), { type: 'in-grace' }, again];
    const graced = stateAfter(waiting);
    assert(graced.phase === 'in-grace');
    assert.deepEqual(graced.since, records(waiting).at(-1)?.at);
    assert.deepEqual(graced.deliveredAt, graced.since);
    assert.equal(graced.receipts[0]?.reference, '/elsewhere');
    for (const ended of [HAPPY_PATH, [...HAPPY_PATH.slice(0, 4), { type: 'completed' } as const]]) {
      const state = stateAfter([...ended, again]);
      assert.equal(isOpen(state), false);
      assert.equal(stateAfter([...ended, again, UNDOING, UNDONE]).phase, 'undone');
    }
    assert.throws(() => stateAfter([INTENDED, again]), { code: 'journal-damaged' });
    assert.throws(() => stateAfter([...HAPPY_PATH, UNDOING, again]), { code: 'journal-damaged' });
  });

  it('remembers what was found at a place, until it is well again or has the key again', () => {
    const target = { kind: 'handoff', place: '' };
    const found: RotationStep = { type: 'place-found', target, state: 'overwritten' };
    const bad = stateAfter([...HAPPY_PATH, found]);
    assert.deepEqual(bad.found, ['overwritten']);
    const placed: RotationStep = { type: 'placed', target, receipt: { kind: 'a', reference: 'b' } };
    for (const step of [{ ...found, state: 'fine' } as const, placed, UNDOING]) {
      const well = stateAfter([...HAPPY_PATH, found, step]);
      assert.equal(well.found, undefined, step.type);
      assert.equal(well.phase, step === UNDOING ? 'undoing' : 'deactivated');
    }
  });

  it('a key is adopted from any phase in which nobody was known to have its secret (I10)', () => {
    const adopted: RotationStep = { type: 'adopted', newKeyId: NEW };
    const befores: RotationStep[][] = [
      [INTENDED, { type: 'create-unknown', reason: 'no answer' }],
      [INTENDED, { type: 'orphan-found', keyId: NEW }],
      [INTENDED, { type: 'discarding', keyId: NEW, reason: 'lost' }],
    ];
    for (const before of befores) {
      assert.equal(stateAfter([...before, adopted]).phase, 'created');
    }
  });

  it('the word that nobody made a key by hand is taken wherever the key may be deleted (I10)', () => {
    const named: RotationStep = { type: 'orphan-named', keyId: NEW };
    const discarding: RotationStep = { type: 'discarding', keyId: NEW, reason: 'lost' };
    const befores: RotationStep[][] = [
      [INTENDED],
      [INTENDED, { type: 'create-unknown', reason: 'no answer' }],
      [INTENDED, { type: 'orphan-found', keyId: NEW }],
      [INTENDED, { type: 'created', newKeyId: NEW }],
      [INTENDED, discarding],
    ];
    for (const before of befores) {
      assert.equal(stateAfter([...before, named]).phase, stateAfter(before).phase);
    }
  });

  it('I2: a request that never left is closed, and no late key ever opens it again', () => {
    const closed: RotationStep[] = [INTENDED, { type: 'closed', reason: 'never-sent' }];
    assert.equal(stateAfter(closed).phase, 'closed');
    assert.throws(() => stateAfter([...closed, { type: 'orphan-found', keyId: NEW }]));
  });

  it('keeps the old key Active when its fate is to be kept', () => {
    const kept = [{ ...INTENDED, oldKeyFate: 'keep' } as const, ...HAPPY_PATH.slice(1, 4)];
    assert.equal(nextStep(stateAfter(kept)).perform, 'complete');
    const completed = stateAfter([...kept, { type: 'completed' }]);
    assert.equal(isOpen(completed), false);
    assert.deepEqual(nextStep(completed), { perform: 'stop' });
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
        () => stateAfter(steps),
        (error) => error instanceof KeyturnError && error.code === 'journal-damaged',
      );
    }
  });
});
