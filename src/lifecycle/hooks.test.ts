import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { whyUntold } from './hook-refusals.ts';
import {
  hooksInDoubt,
  isUntold,
  judgeHook,
  type KnownHooks,
  pendingWatch,
  waitsForHooks,
} from './hooks.ts';
import { nextStep } from './next-step.ts';
import { formatOf, type OldKeyFate, type RotationRecord, type RotationStep } from './record.ts';
import { applyRecord, isOpen, type Rotation } from './rotation.ts';

const OLD = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const NEW = accessKeyId('AKIAI44QH8DHBEXAMPLE');
const TARGET = { kind: 'dotenv', place: '/a/.env' };
const RECEIPTS = [{ kind: 'dotenv', reference: '/a/.env' }];
const MINUTE_MS = 60_000;
const BEGIN_MS = Date.UTC(2026, 10, 21);

const hook = (mark: string, isRepeatable = false) => ({ mark, label: mark, isRepeatable });
const known = (...tells: readonly ReturnType<typeof hook>[]): KnownHooks => ({
  'after-deliver': tells,
  'before-retire': [],
  'after-retire': [],
});
const NONE = known();

function intended(
  hooks?: Extract<RotationStep, { type: 'intended' }>['hooks'],
  oldKeyFate: OldKeyFate = 'when-quiet',
): RotationStep {
  return { type: 'intended', oldKeyId: OLD, knownKeyIds: [OLD], oldKeyFate, target: TARGET, hooks };
}

const DELIVERED: readonly RotationStep[] = [
  { type: 'created', newKeyId: NEW },
  { type: 'proved', checks: 3 },
  { type: 'delivered', receipts: RECEIPTS },
];
const TOLD: readonly RotationStep[] = [
  { type: 'hook-begun', on: 'after-deliver', mark: 'a', label: 'a' },
  { type: 'hook-ended', mark: 'a', end: 'done' },
  { type: 'told' },
];
const AGAIN: RotationStep = { type: 'placed', target: TARGET, receipt: RECEIPTS[0] as never };

/** A minute passes between two records. */
function stateAfter(...steps: readonly RotationStep[]): Rotation {
  let rotation: Rotation | undefined;
  steps.forEach((step, index) => {
    const record: RotationRecord = {
      ...{ v: formatOf(step), at: new Date(BEGIN_MS + index * MINUTE_MS), run: 'run-1' },
      ...{ account: '123456789012', user: 'svc', rotation: 'r1', step },
    };
    rotation = applyRecord(rotation, record);
  });
  assert.ok(rotation !== undefined);
  return rotation;
}

describe('readers are told before the old key may go', () => {
  const promised = [intended(['after-deliver']), ...DELIVERED];

  it('with every fate of the old key, and by a configuration that came later', () => {
    for (const fate of ['when-quiet', 'deactivate', 'keep'] as const) {
      const own = stateAfter(intended(['after-deliver'], fate), ...DELIVERED);
      assert.equal(nextStep(own, known(hook('a'))).perform, 'tell', fate);
      const late = stateAfter(intended(undefined, fate), ...DELIVERED);
      assert.equal(nextStep(late, known(hook('a'))).perform, 'tell', fate);
      assert.notEqual(nextStep(late, NONE).perform, 'tell', fate);
      assert.notEqual(nextStep(late, undefined).perform, 'tell', fate);
    }
  });

  it('also when the configuration has none any more: then that is put on record', () => {
    assert.equal(nextStep(stateAfter(...promised), NONE).perform, 'tell');
  });

  it('and a run that knows of no configuration does not go on', () => {
    const rotation = stateAfter(...promised);
    assert.equal(whyUntold(rotation, undefined, undefined)?.code, 'hooks-not-known');
    assert.equal(whyUntold(stateAfter(...promised, ...TOLD), undefined, undefined), undefined);
  });

  it('and not once it is over, by whatever end', () => {
    const byHand = stateAfter(...promised, { type: 'deactivated' });
    assert.equal(nextStep(byHand, known(hook('a'))).perform, 'stop');
    const kept = stateAfter(intended(['after-deliver'], 'keep'), ...DELIVERED, ...TOLD, {
      type: 'completed',
    });
    assert.equal(nextStep(kept, known(hook('a'))).perform, 'stop');
  });

  it('one that was in grace before is not told of what it was not promised', () => {
    const graced = stateAfter(intended(), ...DELIVERED, { type: 'in-grace' });
    assert.equal(nextStep(graced, known(hook('a'))).perform, 'retire');
  });

  it('once more when a place was given the key again, and its silence counts from there', () => {
    const graced = [...promised, ...TOLD, { type: 'in-grace' }] as const;
    assert.equal(nextStep(stateAfter(...graced), NONE).perform, 'retire');
    const healed = stateAfter(...graced, AGAIN);
    assert.ok(isUntold(healed, NONE));
    assert.equal(nextStep(healed, known(hook('a'))).perform, 'tell');
    assert.equal(nextStep(healed, undefined).perform, 'retire');
    assert.ok(waitsForHooks(healed, undefined));
    const again = stateAfter(...graced, AGAIN, ...TOLD);
    assert.equal(again.phase, 'in-grace');
    const records = graced.length + 1 + TOLD.length;
    const since = again.phase === 'in-grace' ? again.since.getTime() : 0;
    assert.equal(since, BEGIN_MS + (records - 1) * MINUTE_MS);
  });
});

describe('a hook is done once', () => {
  const begun = TOLD.slice(0, 1);
  const rows: readonly (readonly [string, readonly RotationStep[], string, string])[] = [
    ['not begun', [], 'run', 'run'],
    ['begun', begun, 'ask', 'run'],
    ['done', TOLD.slice(0, 2), 'done', 'done'],
    ['failed', [...begun, { type: 'hook-ended', mark: 'a', end: 'failed' }], 'run', 'run'],
    ['unknown', [...begun, { type: 'hook-ended', mark: 'a', end: 'unknown' }], 'ask', 'run'],
    [
      'said to be done',
      [...begun, { type: 'hook-ended', mark: 'a', end: 'done', by: 'operator' }],
      'done',
      'done',
    ],
    [
      'said to be wanted again',
      [...begun, { type: 'hook-ended', mark: 'a', end: 'failed', by: 'operator' }],
      'run',
      'run',
    ],
  ];
  for (const [what, steps, once, often] of rows) {
    it(`${what}: ${once} where it may be done once, else ${often}`, () => {
      const rotation = stateAfter(intended(['after-deliver']), ...DELIVERED, ...steps);
      const run = rotation.hooks?.runs.a;
      assert.deepEqual([judgeHook(run, false), judgeHook(run, true)], [once, often]);
      const asked = whyUntold(rotation, known(hook('a')), undefined)?.code;
      assert.equal(asked, once === 'ask' ? 'hook-unanswered' : undefined);
      assert.equal(hooksInDoubt(rotation).length, once === 'ask' ? 1 : 0);
    });
  }

  it('and one that was changed in the configuration is another one', () => {
    const rotation = stateAfter(intended(['after-deliver']), ...DELIVERED, ...begun);
    assert.equal(whyUntold(rotation, known(hook('b')), undefined), undefined);
  });
});

describe('what comes of it is watched', () => {
  const cut: readonly RotationStep[] = [
    intended(['after-retire']),
    ...DELIVERED,
    { type: 'deactivating', watchMinutes: 10 },
    { type: 'deactivated' },
  ];

  it('for so long from the recorded deactivation, though the rotation is over', () => {
    const rotation = stateAfter(...cut);
    assert.equal(isOpen(rotation), false);
    assert.equal(nextStep(rotation, NONE).perform, 'watch');
    const until = BEGIN_MS + (cut.length - 1 + 10) * MINUTE_MS;
    assert.equal(pendingWatch(rotation)?.until.getTime(), until);
    for (const saw of ['green', 'dropped'] as const) {
      const seen = stateAfter(...cut, { type: 'watched', saw });
      assert.equal(nextStep(seen, NONE).perform, 'stop', saw);
    }
  });

  it('and what was red is looked at again, until it is undone', () => {
    const red = [...cut, { type: 'watched', saw: 'red', reason: 'HTTP 500' }] as const;
    assert.equal(nextStep(stateAfter(...red), NONE).perform, 'watch');
    const undoing: RotationStep = {
      type: 'undoing',
      toKeyId: OLD,
      fromKeyId: NEW,
      fromKeyFate: 'deactivate',
    };
    assert.equal(pendingWatch(stateAfter(...red, undoing)), undefined);
    assert.equal(nextStep(stateAfter(...red, undoing), undefined).perform, 'undo');
  });

  it('not where nobody was to watch, or a cut-over was taken back before it came to pass', () => {
    const plain = [...cut.slice(0, 4), { type: 'deactivating' }, { type: 'deactivated' }] as const;
    assert.equal(nextStep(stateAfter(...plain), NONE).perform, 'stop');
    const back = [...cut.slice(0, 5), { type: 'in-grace' }, { type: 'deactivated' }] as const;
    assert.equal(nextStep(stateAfter(...back), NONE).perform, 'stop');
  });
});

it('versions that know nothing of hooks refuse a journal that has them', () => {
  assert.equal(formatOf(intended()), 4);
  assert.equal(formatOf(intended([])), 4);
  assert.equal(formatOf(intended(['before-retire'])), 6);
  assert.equal(formatOf({ type: 'deactivating' }), 1);
  assert.equal(formatOf({ type: 'deactivating', watchMinutes: 5 }), 6);
  for (const step of TOLD) assert.equal(formatOf(step), 6);
});
