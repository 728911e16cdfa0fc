// Whether what a plan names of a key is, as a whole, what keyturn would do with it (I18).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessKeyId } from '../base/access-key-id.ts';
import type { PlanStep } from './plan-step.ts';
import { differentSteps, isPlannable } from './whole-plan.ts';

const KEY = 'AKIAIOSFODNN7EXAMPLE' as AccessKeyId;
const OTHER = 'AKIAI44QH8DHBEXAMPLE' as AccessKeyId;

const create: PlanStep = { do: 'create', keyId: KEY };
const prove: PlanStep = { do: 'prove' };
const deliver = (place: string): PlanStep => ({ do: 'deliver', place });
const make: PlanStep = { do: 'make-place', place: 'ssm=/a' };
const tell: PlanStep = { do: 'hook', name: 'after_deliver restart' };
const ask: PlanStep = { do: 'hook', name: 'before_retire may' };
const watch: PlanStep = { do: 'hook', name: 'after_retire alarm' };
const cut: PlanStep = { do: 'deactivate', keyId: KEY };

const BODY = [create, prove, deliver('ssm=/a'), deliver('ssm=/b'), tell];
const END = [ask, cut, watch];

const PLANNABLE: readonly (readonly [string, readonly PlanStep[]])[] = [
  ['nothing', []],
  ['a rotation', [make, ...BODY, ...END]],
  ['one whose old key stays', BODY],
  ['one that goes on', [deliver('ssm=/b'), tell, cut]],
  ['one that is proved alone', [prove]],
  ['the end of an old key', END],
  ['a deletion', [{ do: 'delete', keyId: KEY }]],
  ['a discarded key', [{ do: 'discard', keyId: KEY }]],
  ['a key that is Active again', [{ do: 'reactivate', keyId: KEY }]],
  [
    'an undo',
    [
      { do: 'reactivate', keyId: KEY },
      { do: 'put-back', place: 'ssm=/a' },
      { do: 'deactivate', keyId: OTHER },
    ],
  ],
];

for (const [what, steps] of PLANNABLE) {
  test(`keyturn plans ${what}`, () => assert(isPlannable(KEY, steps)));
}

const NOT_PLANNABLE: readonly (readonly [string, readonly PlanStep[]])[] = [
  ['a rotation that also deletes', [...BODY, cut, { do: 'delete', keyId: KEY }]],
  ['a rotation that ends another key', [...BODY, { do: 'deactivate', keyId: OTHER }]],
  ['a successor of another key', [{ do: 'create', keyId: OTHER }, prove, deliver('ssm=/a')]],
  ['a key that goes nowhere', [create, prove]],
  ['the end before the beginning', [cut, create, prove, deliver('ssm=/a')]],
  ['a place before its key is proved', [create, deliver('ssm=/a'), prove]],
  ['two successors', [create, create, prove, deliver('ssm=/a')]],
  ['the deletion of another key', [{ do: 'delete', keyId: OTHER }]],
  ['a key that is discarded and delivered', [{ do: 'discard', keyId: KEY }, deliver('ssm=/a')]],
  ['a watch of nothing', [watch]],
];

for (const [what, steps] of NOT_PLANNABLE) {
  test(`keyturn does not plan ${what}`, () => assert(!isPlannable(KEY, steps)));
}

const differs = (named: readonly PlanStep[], decided: readonly PlanStep[], isBegun = false) =>
  differentSteps(named, decided, isBegun).length > 0;

test('the end of the old key comes and goes with time', () => {
  assert(!differs([...BODY, ...END], BODY));
  assert(!differs(BODY, [...BODY, ...END]));
  assert(!differs(END, []));
  assert(!differs([], [...BODY, ...END]));
  assert(!differs([...BODY, ...END], [...BODY, ...END]));
});

test('nothing else does', () => {
  assert(differs([...BODY, cut, watch], [...BODY, ...END]), 'nobody is asked');
  assert(differs([...BODY, ask, cut], [...BODY, ...END]), 'nobody watches');
  assert(differs([create, prove, deliver('ssm=/a'), tell], BODY), 'a place is missing');
  assert(differs([...BODY, deliver('ssm=/c')], BODY), 'a place is added');
  assert(differs(BODY.slice(0, -1), BODY), 'nobody is told');
  assert(differs([create, prove, deliver('ssm=/b'), deliver('ssm=/a'), tell], BODY), 'the order');
});

test('a place that somebody has made meanwhile is no difference', () => {
  assert(!differs([make, ...BODY], BODY));
  assert(differs(BODY, [make, ...BODY]));
});

test('what the plan itself has done already is decided no more', () => {
  assert(!differs([...BODY, ...END], [deliver('ssm=/b'), tell, ...END], true));
  assert(differs([...BODY, ...END], [deliver('ssm=/b'), tell, ...END]));
  assert(differs([...BODY, ...END], [deliver('ssm=/c'), tell], true));
});
