import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { AssertionError, KeyturnError } from '../base/errors.ts';
import { UserHistory } from './history.ts';
import {
  formatOf,
  type JournalRecord,
  type KeyRecord,
  type RotationRecord,
  type RotationStep,
} from './record.ts';

const OLD = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const NEW = accessKeyId('AKIAI44QH8DHBEXAMPLE');
const STRANGER = accessKeyId('AKIASTRANGER0EXAMPLE');
const RECEIPTS = [{ kind: 'handoff', reference: '/state/AKIAI44QH8DHBEXAMPLE.json' }];
const INTENDED = {
  type: 'intended',
  oldKeyId: OLD,
  knownKeyIds: [OLD],
  oldKeyFate: 'deactivate',
  target: { kind: 'handoff', place: '' },
} as const;
const HAPPY_PATH: RotationStep[] = [
  INTENDED,
  { type: 'created', newKeyId: NEW },
  { type: 'delivered', receipts: RECEIPTS },
  { type: 'verified', checks: 3 },
  { type: 'deactivating' },
  { type: 'deactivated' },
];
const KEPT: RotationStep[] = [...HAPPY_PATH.slice(0, 4), { type: 'completed' }];
const UNKNOWN: RotationStep = { type: 'create-unknown', reason: 'no answer' };
const GIVEN_UP: RotationStep = { type: 'closed', reason: 'no-key-was-made' };
const UNDOING = {
  type: 'undoing',
  toKeyId: OLD,
  fromKeyId: NEW,
  fromKeyFate: 'deactivate',
} as const;
const UNDONE: RotationStep = { type: 'undone', notPutBack: RECEIPTS };
const FOUND: RotationStep = {
  type: 'found',
  oldKeyId: OLD,
  newKeyId: NEW,
  target: { kind: 'credentials-file', place: '/home/ada/.aws/credentials [production]' },
};

const ENVELOPE = { run: 'run-1', account: '123456789012', user: 'svc-billing' };
const second = (index: number) => new Date(Date.UTC(2026, 10, 21, 10, 0, index));

const records = (steps: RotationStep[], rotation = 'r1', from = 0): RotationRecord[] =>
  steps.map((step, index) => ({
    ...ENVELOPE,
    v: formatOf(step),
    at: second(from + index),
    rotation,
    step,
  }));
const keyRecord = (step: KeyRecord['step'], at: string): KeyRecord => ({
  ...ENVELOPE,
  v: 1,
  at: new Date(at),
  rotation: null,
  step,
});
const history = (...parts: readonly JournalRecord[][]) => new UserHistory(parts.flat());

describe('what the journal knows of the hold (I5)', () => {
  it('remembers when the old key was deactivated', () => {
    const known = history(records(HAPPY_PATH));
    assert.deepEqual(known.deactivatedAt(OLD), second(5));
    assert.equal(known.deactivatedAt(NEW), undefined);
    assert.equal(known.deactivatedAt(STRANGER), undefined);
  });

  it('the last deactivation counts, not an earlier one before somebody used the key again', () => {
    const retired = keyRecord({ type: 'retired', keyId: OLD }, '2026-09-01T00:00:00Z');
    assert.deepEqual(history([retired], records(HAPPY_PATH)).deactivatedAt(OLD), second(5));
    const again = history([retired], records(HAPPY_PATH.slice(0, 4)));
    assert.equal(again.deactivatedAt(OLD), undefined);
  });

  it('knows the key as Active until the intent to make it Inactive', () => {
    const at = '2026-11-22T00:00:00Z';
    const lost = keyRecord({ type: 'retiring', keyId: OLD, reason: 'finish' }, at);
    assert.deepEqual(history(records(HAPPY_PATH), [lost]).lastActiveAt(OLD), new Date(at));
    const undone = history([keyRecord({ type: 'reactivated', keyId: OLD }, at)]);
    assert.deepEqual(undone.lastActiveAt(OLD), new Date(at));
    assert.equal(undone.lastActiveAt(NEW), undefined);
  });

  it('counts the hold from a later finish, and forgets it after an undo', () => {
    const retired = keyRecord({ type: 'retired', keyId: OLD }, '2026-11-21T11:01:00Z');
    const known = history(records(HAPPY_PATH), [retired]);
    assert.deepEqual(known.deactivatedAt(OLD), retired.at);
    const reactivating = { type: 'reactivating', keyId: OLD, reason: 'undo' } as const;
    known.add(keyRecord(reactivating, '2026-11-21T11:02:00Z'));
    assert.equal(known.deactivatedAt(OLD), undefined);
  });

  it('an undo that is under way ends the hold of the key that it goes back to, of no other', () => {
    const back = { ...UNDOING, toKeyId: NEW, fromKeyId: OLD };
    assert.equal(history(records([...HAPPY_PATH, UNDOING])).deactivatedAt(OLD), undefined);
    const again = history(records([...HAPPY_PATH, UNDOING, UNDONE, back]));
    assert.equal(again.deactivatedAt(OLD), undefined);
    assert.deepEqual(again.lastActiveAt(OLD), second(6));
    assert.deepEqual(again.lastActiveAt(NEW), second(8));
  });

  it('times of one key go by the clock where clocks differ: the latest sign of life counts', () => {
    const [early] = records([INTENDED]);
    const late = keyRecord({ type: 'reactivated', keyId: OLD }, '2026-12-01T00:00:00Z');
    assert.deepEqual(history([late], [early as JournalRecord]).lastActiveAt(OLD), late.at);
  });

  it('counts quiet from the cut-over back, whichever way the latest undo went', () => {
    assert.deepEqual(history(records(KEPT)).cutOverAt(OLD), second(4));
    const undone = history(records([...KEPT, UNDOING, UNDONE]));
    assert.deepEqual(undone.cutOverAt(NEW), second(6));
    assert.equal(undone.cutOverAt(OLD), undefined);
    const back = { ...UNDOING, toKeyId: NEW, fromKeyId: OLD };
    const again = history(records([...KEPT, UNDOING, UNDONE, back, UNDONE]));
    assert.deepEqual(again.cutOverAt(OLD), second(8));
    assert.equal(again.cutOverAt(NEW), undefined);
    assert.equal(history(records([FOUND])).cutOverAt(OLD), undefined);
    assert.deepEqual(again.lastActiveAt(NEW), second(7));
  });

  it('the latest of several cut-overs of one key counts', () => {
    const later = records(KEPT, 'r2', 20);
    assert.deepEqual(history(records(KEPT), later).cutOverAt(OLD), second(24));
    assert.deepEqual(history(later, records(KEPT)).cutOverAt(OLD), second(24));
  });
});

describe('what the journal knows of rotations', () => {
  it('is empty without records', () => {
    const nothing = new UserHistory();
    assert.equal(nothing.open, undefined);
    assert.equal(nothing.mayHaveLateKey, false);
    assert.deepEqual([...nothing.rotations], []);
    assert.deepEqual(nothing.records, []);
    assert.equal(nothing.find('r1'), undefined);
    assert.throws(() => nothing.rotation('r1'), AssertionError);
    assert.throws(() => nothing.lastRecordAt('r1'), AssertionError);
  });

  it('keeps several rotations of a user apart, in the order in which they began', () => {
    const both = history(records(HAPPY_PATH, 'r1'), records(HAPPY_PATH.slice(0, 2), 'r2'));
    assert.deepEqual(
      [...both.rotations].map(({ phase }) => phase),
      ['deactivated', 'created'],
    );
    assert.equal(both.find('r2')?.phase, 'created');
    assert.equal(both.latest(({ phase }) => phase === 'deactivated')?.id, 'r1');
    assert.equal(
      both.latest(({ phase }) => phase === 'undone'),
      undefined,
    );
  });

  it('of two open rotations the one that began first is to be finished first', () => {
    const both = history(
      records(HAPPY_PATH, 'r1'),
      records([INTENDED], 'r2'),
      records([...HAPPY_PATH.slice(0, 2), UNDOING].slice(2), 'r1', 9),
    );
    assert.equal(both.open?.id, 'r1');
    for (const record of records([UNDONE], 'r1', 10)) both.add(record);
    assert.equal(both.open?.id, 'r2');
  });

  it('answers anew after each record that is added', () => {
    const known = history([]);
    const phases = HAPPY_PATH.map((step, index) => {
      for (const record of records([step], 'r1', index)) known.add(record);
      return known.open?.phase;
    });
    const expected = [
      'intended',
      'created',
      'delivered-unproved',
      'delivered',
      'deactivating',
      undefined,
    ];
    assert.deepEqual(phases, expected);
    assert.deepEqual(known.lastRecordAt('r1'), second(5));
    assert.equal(known.records.length, HAPPY_PATH.length);
  });

  it('a record out of order damages every question, again and again, but not the records', () => {
    const known = history(records(HAPPY_PATH), records([{ type: 'deactivated' }]));
    const damaged = (error: unknown) =>
      error instanceof KeyturnError && error.code === 'journal-damaged';
    for (let time = 0; time < 2; time += 1) {
      assert.throws(() => known.open, damaged);
      assert.throws(() => known.deactivatedAt(OLD), damaged);
      assert.throws(() => known.lateKeys([]), damaged);
    }
    assert.equal(known.records.length, HAPPY_PATH.length + 1);
  });

  it('knows the rotation that made a key or found it, the latest one where several did', () => {
    const known = history(records(KEPT), records([FOUND], 'r2', 9));
    assert.equal(known.rotationThatMade(NEW)?.id, 'r2');
    assert.equal(history(records(KEPT)).rotationThatMade(NEW)?.id, 'r1');
    assert.equal(known.rotationThatMade(OLD), undefined);
    assert.equal(known.rotationThatMade(STRANGER), undefined);
  });

  it('knows which keys we deleted, as clean-up or as the end of a rotation', () => {
    const discarding = { type: 'discarding', keyId: NEW, reason: 'lost' } as const;
    const discarded = { type: 'discarded', keyId: NEW } as const;
    const known = history(records([...HAPPY_PATH.slice(0, 2), discarding]));
    assert.equal(known.hasDeleted(NEW), false);
    for (const record of records([discarded], 'r1', 3)) known.add(record);
    assert.equal(known.hasDeleted(NEW), true);
    known.add(keyRecord({ type: 'deleting', keyId: OLD, reason: 'old' }, '2026-12-01T00:00:00Z'));
    assert.equal(known.hasDeleted(OLD), false);
    known.add(keyRecord({ type: 'deleted', keyId: OLD }, '2026-12-01T00:00:01Z'));
    assert.equal(known.hasDeleted(OLD), true);
  });
});

describe('which keys came after a rotation was intended (I6, I11)', () => {
  const newcomer = (known: UserHistory, rotation: string, keyId = NEW) =>
    known.isNewcomer(known.rotation(rotation), keyId);

  it('a key that an earlier rotation made is known, although a list did not show it', () => {
    const known = history(records(HAPPY_PATH), records([INTENDED], 'r2', 9));
    assert.deepEqual(known.rotation('r2').knownKeyIds, [OLD]);
    assert.equal(newcomer(known, 'r2', OLD), false);
    assert.equal(newcomer(known, 'r2'), false);
    assert.equal(newcomer(known, 'r2', STRANGER), true);
  });

  it('the key that the rotation itself made, or a later one, is a newcomer', () => {
    assert.equal(newcomer(history(records(HAPPY_PATH)), 'r1'), true);
    const known = history(records([INTENDED, UNKNOWN, GIVEN_UP]), records(HAPPY_PATH, 'r2', 9));
    assert.equal(newcomer(known, 'r1'), true);
  });

  it('a replacement that was found is none', () => {
    assert.equal(newcomer(history(records([FOUND])), 'r1'), false);
    assert.equal(newcomer(history(records([FOUND]), records([INTENDED], 'r2', 9)), 'r2'), false);
  });

  it('a key is named by rotations that replaced, listed or made it, and by records of its own', () => {
    const other = accessKeyId('AKIAOTHERKEY0EXAMPLE');
    const listed = records([{ ...INTENDED, knownKeyIds: [OLD, other] }, HAPPY_PATH[1] ?? UNKNOWN]);
    const named = history(listed, [keyRecord({ type: 'deleted', keyId: STRANGER }, '2026-12-01')]);
    for (const keyId of [OLD, NEW, other, STRANGER]) assert.equal(named.hasNamed(keyId), true);
    assert.equal(named.hasNamed(accessKeyId('AKIANOBODYS00EXAMPLE')), false);
  });
});

describe('requests that may land late (I13)', () => {
  it('a given-up rotation may have a late key; a refused one or another end may not', () => {
    assert.equal(history(records([INTENDED, UNKNOWN, GIVEN_UP])).mayHaveLateKey, true);
    assert.equal(history(records([INTENDED, GIVEN_UP])).mayHaveLateKey, true);
    const refused = { type: 'create-refused', code: 'throttled' } as const;
    assert.equal(history(records([INTENDED, refused])).mayHaveLateKey, false);
    const gone = { type: 'closed', reason: 'user-gone' } as const;
    assert.equal(history(records([INTENDED, UNKNOWN, gone])).mayHaveLateKey, false);
  });

  it('a request may have landed for a quarter of an hour after its answer was lost', () => {
    const lost = history(records([INTENDED, UNKNOWN]));
    const minutes = (count: number) => new Date(second(1).getTime() + count * 60_000);
    assert.equal(lost.mayHaveLandedAt(minutes(14)), true);
    assert.equal(lost.mayHaveLandedAt(minutes(15)), false);
    const died = history(records([INTENDED]));
    assert.equal(died.mayHaveLandedAt(minutes(1)), false);
    for (const record of records([GIVEN_UP], 'r1', 1)) died.add(record);
    assert.equal(died.mayHaveLandedAt(minutes(14)), true);
    assert.equal(died.mayHaveLandedAt(minutes(15)), false);
  });
});

it('a rotation is of the run that began it, whoever finished it', () => {
  const first = records(HAPPY_PATH.slice(0, 3), 'r1');
  const finished = records(HAPPY_PATH.slice(3), 'r1', 3).map((each) => ({ ...each, run: 'run-2' }));
  const own = records(HAPPY_PATH, 'r2', 10).map((each) => ({ ...each, run: 'run-2' }));
  const history = new UserHistory([...first, ...finished, ...own]);
  assert.deepEqual(
    ['run-1', 'run-2', 'run-3'].map((run) => history.begunBy(run).map(({ id }) => id)),
    [['r1'], ['r2'], []],
  );
});
